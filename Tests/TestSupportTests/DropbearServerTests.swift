import Foundation
import TestSupport
import Testing

@Suite(
  "dropbear",
  .requires(.dropbear, .dropbearConvert, .sftpServer),
  .requires(.ssh, .sshKeygen, .sshKeyscan, .sftp, .openssl, .sudo),
  .requiresLogins,
  .showingServerLogs
)
struct DropbearServerTests {
  @Test("lets users in with password and key", arguments: [LoginUser.tester, .dasher])
  func letsIn(user: LoginUser) async throws {
    let server = try await DropbearServer.shared
    let password = try #require(user.password)
    for login in [OpenSSHClient.Login.password(password), .key(server.userKey)] {
      let client = try OpenSSHClient(login, knownHosts: server.knownHosts)
      let command = try await client.run("id -un; hostname", as: user, port: server.port)
      #expect(command.output == "\(user.name)\ndropbear\n", "\(command.error)")
    }
    let client = try OpenSSHClient(.password("wrong"), knownHosts: server.knownHosts)
    #expect(try await client.run("true", as: user, port: server.port).status == 255)
  }

  @Test("shows the keys of its options")
  func hostKeys() async throws {
    let server = try await DropbearServer.shared
    let scan = try await Command.check(
      try Tool.sshKeyscan.required(),
      ["-t", "ed25519,ecdsa,rsa", "-p", "\(server.port)", "127.0.0.1"]
    )
    let lines = scan.output.split(separator: "\n").map(String.init)
    #expect(lines.sorted() == server.knownHosts.sorted())
  }

  @Test("serves files, and fills its small disk")
  func servesFiles() async throws {
    let server = try await DropbearServer.shared
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    let folder = try TemporaryFolder()
    let small = try folder.write("text", to: "small")
    let large = try folder.write([UInt8](repeating: 0, count: 2_000_000), to: "large")
    let good = try await client.sftp(["put \(small) name"], as: .tester, port: server.port)
    #expect(good.status == 0, "\(good.error)")
    #expect(try server.folder.text("home/tester/name") == "text")
    let file = DropbearServer.smallDisk + "/large"
    let bad = try await client.sftp(["put \(large) \(file)"], as: .tester, port: server.port)
    #expect(bad.status != 0)
    try FileManager.default.removeItem(atPath: server.path(file))
  }

  @Test("does as its options say")
  func heedsOptions() async throws {
    var options = DropbearServer.Options()
    options.hostKeys = [.ecdsa]
    options.passwords = false
    options.banner = "Beware of the dog\n"
    options.forceCommand = "echo forced"
    options.allowTcpForwarding = false
    try await withDropbear(options) { server in
      let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
      let command = try await client.run("ignored", as: .tester, port: server.port)
      #expect(command.output == "forced\n")
      #expect(command.error.contains("Beware of the dog"))
      let other = try OpenSSHClient(.password("correct horse"), knownHosts: server.knownHosts)
      #expect(try await other.run("true", as: .tester, port: server.port).status == 255)
    }
  }

  @Test("leaves nothing when it was stopped")
  func leavesNothing() async throws {
    var options = DropbearServer.Options()
    options.hostKeys = [.ed25519]
    let server = try await DropbearServer(options)
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    let running = try client.start("exec sleep 1000", as: .tester, port: server.port)
    try await eventually("it sleeps") {
      try server.processes(of: .tester).map(\.command) == ["sleep 1000"]
    }
    let number = try #require(try server.processes(of: .tester).first?.processID)
    server.stop()
    #expect(ChildProcess.isGone(number))
    #expect(ChildProcess.isGone(server.processID))
    #expect(try server.processes().isEmpty)
    #expect(try await running.finish().status == 255)
    let scan = try await Command.run("ssh-keyscan", ["-p", "\(server.port)", "127.0.0.1"])
    #expect(scan.output.isEmpty)
  }
}
