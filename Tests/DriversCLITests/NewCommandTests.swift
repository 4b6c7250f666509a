import Foundation
import TestSupport
import Testing

@Suite("A new driver")
struct NewCommandTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  /// Makes a project, builds it, and has its own test run it.
  private func tryOut(_ language: String, _ mode: String, _ more: String = "") async throws {
    let folder = "<folder>/project"
    let made = try await cli.run(
      "new open_weather --language \(language)\(mode)\(more) --folder \(folder)"
    )
    #expect(made.status == 0, "\(made.error)")
    let project = cli.folder.file("project")
    for file in try FileManager.default.subpathsOfDirectory(atPath: project)
    where file != "driver_abi.h" && file != "driver_abi.rs" {
      guard let text = try? String(contentsOfFile: project + "/" + file, encoding: .utf8) else {
        continue
      }
      #expect(!text.contains(/@[A-Z]+@|Template/), "\(file) has places that were not filled in")
    }
    var environment = try CLI.environment
    environment["DRIVERS"] = try CLI.path
    // rustc and the package manager's caches are in the user's own home.
    environment["HOME"] = ProcessInfo.processInfo.environment["HOME"]
    let test = try await Command.run(project + "/test", environment: environment)
    #expect(test.status == 0, "\(test.output)\(test.error)")
    #expect(test.output.hasSuffix("test: good\n"))
    let run = try await cli.run(
      "run --type OPEN_WEATHER --driver-path \(folder)/out --output raw text=hello"
        + (mode.isEmpty ? " times=3" : " delay=0.01")
    )
    #expect(run.output == (mode.isEmpty ? "hello hello hello" : "hello"))
    let stopped = try await cli.run(
      "run --type OPEN_WEATHER --driver-path \(folder)/out --timeout 0.05 text=hello delay=60"
    )
    if !mode.isEmpty { #expect(stopped.error.contains("deadline")) }
  }

  @Test(
    "in C builds, is checked and runs",
    .slow,
    .requires(.gcc),
    arguments: ["", " --nonblocking"]
  )
  func c(mode: String) async throws { try await tryOut("c", mode) }

  @Test(
    "in C++ builds, is checked and runs",
    .slow,
    .requires(.gxx),
    arguments: ["", " --nonblocking"]
  )
  func cpp(mode: String) async throws { try await tryOut("c++", mode) }

  @Test(
    "in Rust builds, is checked and runs",
    .slow,
    .requires(.rustc),
    arguments: ["", " --nonblocking"]
  )
  func rust(mode: String) async throws { try await tryOut("rust", mode) }

  @Test("in Swift builds, is checked and runs", .slow, arguments: ["", " --nonblocking"])
  func swift(mode: String) async throws {
    try await tryOut("swift", mode, " --package \(ThisPackage.folder)")
  }

  @Test("is a whole project or none, and leaves what is there")
  func refusals() async throws {
    try cli.folder.write("mine", to: "there/file")
    let runs = [
      try await cli.run("new W --language c --folder <folder>/there"),
      try await cli.run("new 1st --language c --folder <folder>/new"),
      try await cli.run("new W --language c --id w --folder <folder>/new"),
      try await cli.run("new W --language c --folder <folder>/no/new"),
      try await cli.run("new W --language pascal"),
      try await cli.run("new W --language c --package ."),
      try await cli.run("new W --language swift --folder <folder>/new"),
      try await cli.run("new W --language swift --package <folder> --folder <folder>/new"),
      try await cli.run("new W"),
    ]
    #expect(runs.allSatisfy { $0.status == 2 && $0.output.isEmpty })
    try Snapshot.check("new-wrong", runs)
    #expect(try cli.folder.names() == ["there"])
    #expect(try cli.folder.text("there/file") == "mine")
  }

  @Test("is told in JSON too")
  func json() async throws {
    let run = try await cli.run("new W --language c++ --folder <folder>/new --json")
    try Snapshot.check("new-json", [run])
  }
}
