import Foundation
import TestSupport

/// The driver of ODBC in C that lies: Tests/FixtureDrivers/odbc-liar.
///
/// Each under the name of a file, since the name is what facts of drivers are known by.
struct ODBCLiar: Sendable {
  let path: String
  private let folder: TemporaryFolder

  /// Compiles it.
  ///
  /// - Parameters:
  ///   - name: The file's.
  ///   - isNarrow: Whether its texts are bytes, else UTF-16.
  /// - Throws: What the compiler says.
  init(_ name: String, isNarrow: Bool = false) async throws {
    folder = try TemporaryFolder()
    path = folder.file(name)
    var words = ["-std=c11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC"]
    words += ["-fvisibility=hidden", "-g"]
    if isNarrow { words.append("-DLIAR_NARROW") }
    words += ["-o", path, "\(ThisPackage.folder)/Tests/FixtureDrivers/odbc-liar/liar.c"]
    try await Command.check("cc", words)
  }

  /// How many connections it has; the driver has to be loaded.
  var connections: Int { count("liar_connections") }
  /// How many statements it has.
  var statements: Int { count("liar_statements") }

  /// How many sets of parameters it has worked through.
  var sets: Int { count("liar_sets") }

  private func count(_ name: String) -> Int {
    guard let library = dlopen(path, RTLD_NOW | RTLD_NOLOAD) else { return 0 }
    defer { dlclose(library) }
    return Int(dlsym(library, name)?.load(as: Int32.self) ?? -1)
  }
}
