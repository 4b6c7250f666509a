import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "SCP with other servers",
  .requiresLogins,
  .requires(.sshd),
  .timeLimit(.minutes(2))
)
struct SCPServerTests: FileMovingTests {
  let sides: FileSides

  init() async throws { sides = try FileSides(try await SFTPlessServer.shared) }

  @Test("go by SCP where that is asked for, though there is SFTP")
  func asked() async throws {
    let server = try await SSHServer.shared
    let host = try SSHHost(server)
    let files = try ServerFiles(server)
    let path = Value.string(files.there("x"))
    try await host.run("put", ["content": "1", "path": path, "protocol": "scp"])
    let got = try await host.run("get", ["path": path, "protocol": "scp"], timeout: .seconds(30))
    #expect(got["content"] == "1")
    #expect(!server.log.contains("subsystem request for sftp by user tester failed"))
    let error = try await host.failure(
      "get",
      ["path": path, "protocol": "scp", "conflict": "resume"],
      timeout: .seconds(30)
    )
    #expect(error.code == .unsupported)
  }

  @Test("go by SCP where the program of SFTP is not there")
  func noProgram() async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    options.extra = "Subsystem sftp /no/such/program"
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      try await host.run("put", ["content": "1", "path": "x"], timeout: .seconds(30))
      let got = try await host.run("get", ["path": "x"], timeout: .seconds(30))
      #expect(got["content"] == "1")
      let tries = server.log.split(separator: "\n").filter { $0.contains("subsystem sftp") }
      #expect(tries.count <= 1, "\(tries)")
    }
  }

  @Test("go one by one where the server has one channel, and with another shell")
  func oneChannel() async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    options.maxSessions = 1
    try await withSSHServer(options) { server in
      let host = try SSHHost(server, SSHHost.password(.dasher))
      for number in 0..<12 {
        try folder.write("\(number)", to: "tree/\(number % 3)/it's \(number)")
      }
      for (action, name) in [("put", "tree"), ("get", "back")] {
        let done = try await host.run(
          action,
          ["local_path": here(name), "path": "tree", "recursive": true],
          timeout: .seconds(60)
        )
        #expect(done["transferred"] == 12)
      }
      try await Command.check("/usr/bin/diff", ["-r", folder.file("tree"), folder.file("back")])
      #expect(await host.host.close().isClean)
    }
  }

  @Test("go through dropbear too", .requires(.dropbear))
  func dropbear() async throws {
    let server = try await DropbearServer.shared
    let host = try SSHHost(server)
    let path = "/home/tester/scp-\(UInt32.random(in: 0 ... .max))"
    let content = bytes(300_000)
    try folder.write(content, to: "file")
    try await host.run(
      "put",
      ["local_path": here("file"), "path": .string(path), "protocol": "scp"],
      timeout: .seconds(60)
    )
    try await host.run(
      "get",
      ["local_path": here("back"), "path": .string(path), "protocol": "scp"],
      timeout: .seconds(60)
    )
    #expect(try folder.read("back") == content)
  }
}
