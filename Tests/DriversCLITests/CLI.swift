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
        "XDG_CONFIG_HOME": nil, "XDG_STATE_HOME": nil, "DRIVERS_WORKSPACE": nil,
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

  /// Runs the program with standard output and standard error in files, or with one of them closed
  /// or a pipe that nobody reads.
  func run(_ arguments: [String], output: Target = .file, error: Target = .file) async throws -> Run
  {
    let output = try open(output, "stdout")
    let error = try open(error, "stderr")
    let process = try ChildProcess(
      CLI.path,
      arguments,
      environment: CLI.environment,
      folder: folder.path,
      output: output.number,
      error: error.number
    )
    let end = await process.ended()
    return Run(
      line: arguments.joined(separator: " "),
      status: end.status,
      output: try shown((try? folder.text("stdout")) ?? ""),
      error: try shown((try? folder.text("stderr")) ?? "")
    )
  }

  /// Where a run writes to.
  enum Target {
    case file
    /// A pipe whose reader has gone.
    case brokenPipe
  }

  private func open(_ target: Target, _ name: String) throws -> Descriptor {
    switch target {
    case .file:
      try folder.write("", to: name)
      return Descriptor(Foundation.open(folder.file(name), O_WRONLY | O_APPEND))
    case .brokenPipe:
      try? FileManager.default.removeItem(atPath: folder.file(name))
      var ends: [Int32] = [-1, -1]
      guard pipe(&ends) == 0 else { throw TestSupportError("no pipe") }
      close(ends[0])
      return Descriptor(ends[1])
    }
  }

  /// Runs a line of bash, in which `$0` is the program; `<folder>` is the test's folder.
  func shell(_ line: String, environment: [String: String?] = [:]) async throws -> Run {
    let command = try await Command.run(
      "bash",
      ["-c", line.replacing("<folder>", with: folder.path), CLI.path],
      environment: CLI.environment.merging(environment) { $1 },
      folder: folder.path
    )
    return Run(
      line: line,
      status: command.status,
      output: try shown(command.output),
      error: try shown(command.error)
    )
  }

  /// Runs the program on a terminal, with all that it writes there as output.
  func onTerminal(
    _ arguments: String,
    environment: [String: String?] = [:]
  ) async throws -> Run {
    try await shell("script -qec \"$0 \(arguments)\" /dev/null", environment: environment)
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

  /// The driver of Fixtures/puppet.c, and the inputs that its strings are.
  ///
  /// - Parameter inputs: YAML, for `--input <folder>/NAME`.
  /// - Throws: What the compiler said.
  /// - Returns: The options that select it.
  func puppet(_ inputs: [String: String] = [:]) throws -> String {
    let fixtures = "\(ThisPackage.folder)/Tests/DriversCLITests/Fixtures"
    func text(_ name: String) throws -> String {
      try String(contentsOfFile: "\(fixtures)/\(name)", encoding: .utf8)
    }
    let path = try FixtureDriver.build(
      "puppet",
      descriptor: text("puppet.json"),
      source: text("puppet.c")
    )
    for (name, text) in inputs { try folder.write(text, to: name) }
    return "--type PUPPET --driver-path \(path)"
  }
}
