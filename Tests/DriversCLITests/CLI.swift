import Foundation
import TestSupport
import Testing

/// The `drivers` program as a user runs it, alone in its folder and with an empty home.
///
/// A copy is run: beside the one of the build lie the drivers of the build, and those change.
struct CLI {
  /// What a run ended with, as a snapshot shows it.
  struct Run {
    var line: String
    var status: Int32
    var output: String
    var error: String
  }

  /// The test's own folder, `<folder>` in snapshots.
  let folder: TemporaryFolder

  private static let program: Result<TemporaryFolder, any Error> = Result {
    let folder = try TemporaryFolder()
    try FileManager.default.copyItem(
      atPath: "\(ThisPackage.products)/drivers",
      toPath: folder.file("drivers")
    )
    try folder.folder("home")
    return folder
  }

  init() throws {
    folder = try TemporaryFolder()
  }

  /// The program's path.
  static var path: String {
    get throws { try program.get().file("drivers") }
  }

  /// What the program's environment has and lacks, so that no test depends on where it runs.
  static var environment: [String: String?] {
    get throws {
      [
        "HOME": try program.get().file("home"), "XDG_DATA_HOME": nil, "DRIVERS_PATH": nil,
        "DRIVERS_LOG": nil, "NO_COLOR": nil, "COLUMNS": "80", "LC_ALL": "C.UTF-8",
      ]
    }
  }

  /// Runs the program with arguments that are separated by spaces; `<folder>` is the test's folder.
  func run(
    _ line: String,
    environment: [String: String?] = [:],
    input: String = ""
  ) async throws -> Run {
    let arguments = line.split(separator: " ").map {
      String($0).replacing("<folder>", with: folder.path)
    }
    let all = try CLI.environment.merging(environment) { $1 }
    let command = try await Command.run(
      CLI.path,
      arguments,
      environment: all,
      input: input,
      folder: folder.path
    )
    return Run(
      line: line,
      status: command.status,
      output: try shown(command.output),
      error: try shown(command.error)
    )
  }

  /// A text with what changes from run to run taken out.
  private func shown(_ text: String) throws -> String {
    text.replacing(folder.path, with: "<folder>")
      .replacing(try CLI.program.get().path, with: "<program>")
      .replacing(/\b[0-9a-f]{40}\b/, with: "<build id>")
  }

  /// The C example, built by its own script, as `<folder>/NAME/libHelloDriver.so`.
  @discardableResult
  func buildHello(in name: String = "hello") async throws -> String {
    try await Command.check("\(ThisPackage.folder)/Examples/c/build", [folder.folder(name)])
    return folder.file("\(name)/libHelloDriver.so")
  }
}
