import TestSupport
import Testing

/// A C or C++ compiler in one language standard.
struct Compiler: Sendable, CustomTestStringConvertible {
  let program: String
  let standard: String

  /// Warnings are errors: an author may build with any of them.
  static let flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-I", ThisPackage.headers]

  static let c = ["gcc", "clang"].flatMap { program in
    ["c11", "c17"].map { Compiler(program: program, standard: $0) }
  }
  static let cPlusPlus = ["g++", "clang++"].map { Compiler(program: $0, standard: "c++17") }

  var testDescription: String { "\(program) -std=\(standard)" }
  var isCPlusPlus: Bool { standard.hasPrefix("c++") }

  /// Compiles a source text.
  ///
  /// - Parameters:
  ///   - source: the text of one file.
  ///   - arguments: added to `flags`, such as `-c`.
  ///   - folder: where source and result go; also its current folder and an include folder.
  ///   - output: the name of the result.
  /// - Throws: `TestSupportError` with what the compiler says.
  func compile(
    _ source: String,
    _ arguments: [String],
    in folder: TemporaryFolder,
    output: String
  ) async throws {
    let name = output + (isCPlusPlus ? ".cpp" : ".c")
    try folder.write(source, to: name)
    try await Command.check(
      program,
      ["-std=\(standard)"] + Self.flags + ["-I", folder.path] + arguments + [name, "-o", output],
      folder: folder.path
    )
  }
}
