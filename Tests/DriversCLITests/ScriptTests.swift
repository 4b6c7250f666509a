import Foundation
import TestSupport
import Testing

@Suite("The scripts")
struct ScriptTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let scripts = "\(ThisPackage.folder)/Scripts"

  /// Runs bash with the functions that the scripts share.
  private func shared(_ line: String, in root: String = ThisPackage.folder) async throws -> String {
    try await Command.check(
      "bash",
      ["-c", "set -euo pipefail; source \(root)/Scripts/lib.sh; \(line)"]
    ).output
  }

  private func copy(_ name: String) throws {
    try FileManager.default.copyItem(
      atPath: "\(ThisPackage.folder)/\(name)",
      toPath: folder.file(name)
    )
  }

  @Test(
    "say how they are used",
    arguments: ["install", "quickstart", "setup", "test", "docs"]
  )
  func help(name: String) async throws {
    let run = try await Command.run("\(Self.scripts)/\(name)", ["--help"])
    #expect(run.status == 0 && !run.output.isEmpty && run.error.isEmpty)
  }

  @Test("name an option that lacks its value, and one that nobody knows")
  func options() async throws {
    let lacking = try await Command.run("\(Self.scripts)/install", ["--prefix"])
    #expect(lacking.status == 1 && lacking.error.contains("install: --prefix needs a folder"))
    let unknown = try await Command.run("\(Self.scripts)/install", ["--bogus"])
    #expect(unknown.status == 1 && unknown.error.contains("install: unknown option --bogus"))
  }

  @Test("docs asks the driver that was built, whatever else is installed")
  func docsOfBuiltDriver() async throws {
    let other = try FixtureDriver.build(
      "other-rest",
      descriptor: FixtureDriver.descriptor(
        name: "REST",
        id: "org.driverhost.rest",
        version: "99.0.0"
      )
    )
    let descriptor = try String(
      contentsOfFile: "\(ThisPackage.folder)/Plugins/RESTDriver/descriptor.json",
      encoding: .utf8
    )
    try #require(descriptor.contains("\"org.driverhost.rest\""))
    let run = try await Command.run(
      "\(Self.scripts)/docs",
      ["--check", "--drivers", "\(ThisPackage.products)/drivers"],
      environment: ["DRIVERS_PATH": URL(filePath: other).deletingLastPathComponent().path]
    )
    #expect(run.status == 0 && run.error.isEmpty && run.output.isEmpty)
  }

  @Test("docs says in a line what is missing", arguments: ["/nowhere/drivers", "/bin/false"])
  func docsWithoutProgram(program: String) async throws {
    let run = try await Command.run("\(Self.scripts)/docs", ["--check", "--drivers", program])
    #expect(run.status == 1)
    #expect(run.error.hasPrefix("docs: ") && run.error.split(separator: "\n").count == 1)
    #expect(run.error.contains(program))
  }

  @Test("know all shell scripts, in a copy outside Git too")
  func shellScripts() async throws {
    for name in ["Scripts", "Examples", ".ci"] { try copy(name) }
    let all = ["Scripts/install", "Scripts/lib.sh", "Scripts/setup", "Scripts/test", ".ci/run"]
    for root in [ThisPackage.folder, folder.path] {
      let found = try await shared("shell_scripts", in: root).split(separator: "\0")
      for name in all { #expect(found.contains("\(root)/\(name)")) }
      #expect(!found.contains("\(root)/Scripts/docs"))
    }
  }

  @Test("find the program that listens on a port, with what every machine has")
  func programOfPort() async throws {
    let script = """
      import os, socket, subprocess, sys
      with socket.create_server(("127.0.0.1", 0)) as server:
          port = "%04X" % server.getsockname()[1]
          line = 'set -euo pipefail; source "$1/lib.sh"; program_of_port "$2"; program_of_port "$2" env'
          subprocess.run(["bash", "-c", line, "bash", sys.argv[1], port], check=True)
      print(os.path.realpath(sys.executable))
      """
    let output = try await Command.check("python3", ["-u", "-c", script, Self.scripts]).output
    let lines = output.split(separator: "\n")
    #expect(lines.count == 3 && Set(lines).count == 1, "\(output)")
    #expect(try await shared("program_of_port 0001").isEmpty)
  }

  @Test("install ends where it cannot find out what there is to install")
  func installWithoutProducts() async throws {
    for name in ["install", "lib.sh"] {
      try FileManager.default.createDirectory(
        atPath: folder.file("Scripts"),
        withIntermediateDirectories: true
      )
      try copy("Scripts/\(name)")
    }
    try folder.write("#!/bin/sh\n", to: "Scripts/setup", mode: 0o755)
    try folder.write("#!/bin/sh\necho drivers 1.0.0\n", to: ".build/release/drivers", mode: 0o755)
    try folder.write("", to: "Sources/DriverABI/include/driver_abi.h")
    // The second question is not answered.
    try folder.write(
      """
      #!/bin/sh
      if [ "$1" != package ]; then exit 0; fi
      mkdir "\(folder.path)/asked" || exit 1
      echo '{"products": [{"name": "drivers", "type": {"executable": null}}]}'
      """,
      to: "bin/swift",
      mode: 0o755
    )
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let run = try await Command.run(
      folder.file("Scripts/install"),
      ["--prefix", folder.file("prefix")],
      environment: ["PATH": "\(folder.file("bin")):\(path)"]
    )
    #expect(run.status == 1 && run.error.contains("stage 'install' failed"))
    #expect(!run.error.contains("installed into"))
  }
}
