import Foundation
import TestSupport
import Testing

@Suite("Installing a driver")
struct InstallCommandTests {
  private let cli: CLI
  private let home: [String: String?]

  init() throws {
    cli = try CLI()
    home = ["XDG_DATA_HOME": cli.folder.file("data")]
  }

  private func driver(
    _ version: String,
    _ file: String,
    type: String = "GREET",
    summary: String = "\"summary\": \"Greets.\","
  ) async throws {
    let descriptor = try cli.folder.write(
      """
      {"descriptor": 1, "name": "\(type)", "id": "org.example.greet", "version": "\(version)",
       "summary": "Greets somebody.", "abi": ["dh.driver/1"], "execution": "blocking",
       "actions": [{"name": "greet", \(summary) "inputs": {"type": "object", "properties":
       {"who": {"type": "string", "description": "Who.", "default": "you"}}}}]}
      """,
      to: "descriptor.json"
    )
    _ = try cli.folder.folder((file as NSString).deletingLastPathComponent)
    try await Command.check(
      try Tool.gcc.required(),
      [
        "-shared", "-fPIC", "-fvisibility=hidden", "-I", ThisPackage.headers,
        "-DDH_DESCRIPTOR=\"\(descriptor)\"", ThisPackage.folder + "/Examples/c/hello.c", "-o",
        cli.folder.file(file),
      ]
    )
  }

  @Test(
    "copies it to where it is found, again in the place of an older one, and takes it away",
    .requires(.gcc)
  )
  func whole() async throws {
    try await driver("1.0.0", "out/libGreetDriver.so")
    try await driver("1.1.0", "new/other.so")
    let runs = [
      try await cli.run("install <folder>/out", environment: home),
      try await cli.run("run --type GREET who=Ada", environment: home),
      try await cli.run("install <folder>/new/other.so --json", environment: home),
      try await cli.run("list", environment: home),
      try await cli.run("remove GREET", environment: home),
      try await cli.run("remove GREET", environment: home),
    ]
    try Snapshot.check("install", runs)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: cli.folder.file("data/drivers")) == []
    )
  }

  @Test("is refused where it has findings, and nothing is copied", .requires(.gcc))
  func findings() async throws {
    try await driver("1.0.0", "out/libGreetDriver.so")
    try cli.folder.write("no library", to: "out/libWrongDriver.so")
    try cli.folder.folder("empty")
    let runs = [
      try await cli.run("install <folder>/out", environment: home),
      try await cli.run("install <folder>/empty", environment: home),
      try await cli.run("install <folder>/nowhere", environment: home),
      try await cli.run("install <folder>/descriptor.json", environment: home),
    ]
    #expect(runs.allSatisfy { $0.status == 3 })
    try Snapshot.check("install-wrong", runs)
    #expect(!FileManager.default.fileExists(atPath: cli.folder.file("data")))
  }

  @Test("is refused where it breaks a rule, unless it only has to be loaded", .requires(.gcc))
  func rules() async throws {
    try await driver("1.0.0", "out/libGreetDriver.so", summary: "")
    let runs = [
      try await cli.run("install <folder>/out", environment: home),
      try await cli.run("install <folder>/out --quick", environment: home),
    ]
    #expect(runs.map(\.status) == [3, 0])
    try Snapshot.check("install-rules", runs)
  }

  @Test("has the right mode, and replaces a link instead of what it leads to", .requires(.gcc))
  func mode() async throws {
    try await driver("1.0.0", "out/libGreetDriver.so")
    try cli.folder.folder("data/drivers")
    let target = cli.folder.file("data/drivers/libGreetDriver.so")
    try cli.folder.write("precious", to: "precious")
    try FileManager.default.createSymbolicLink(
      atPath: target,
      withDestinationPath: cli.folder.file("precious")
    )
    #expect(try await cli.run("install <folder>/out", environment: home).status == 0)
    let facts = try FileManager.default.attributesOfItem(atPath: target)
    #expect(facts[.type] as? FileAttributeType == .typeRegular)
    #expect(facts[.posixPermissions] as? Int == 0o644)
    #expect(try cli.folder.text("precious") == "precious")
  }
}
