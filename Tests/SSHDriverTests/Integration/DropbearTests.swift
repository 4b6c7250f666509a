import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Dropbear", .requiresLogins, .requires(.dropbear, .dropbearConvert))
struct DropbearTests {
  private func host(_ server: DropbearServer, _ login: Value? = nil) throws -> SSHHost {
    try SSHHost(server, login)
  }

  /// Whether OpenSSH's program is where dropbear looks for it.
  private var hasSFTP: Bool {
    ["/usr/lib/sftp-server", "/usr/libexec/sftp-server"]
      .contains(where: FileManager.default.isExecutableFile)
  }

  @Test("lets in by a password, and by a key of each type")
  func logins() async throws {
    let server = try await DropbearServer.shared
    #expect(try await host(server).command("id -un")["stdout"] == "tester\n")
    for kind in [SSHKey.Kind.ed25519, .ecdsa, .rsa] {
      let key = try await SSHKey(kind)
      try server.authorize(key.publicLine, for: .tester)
      let login: Value = [
        "authentication_method": "ssh_key", "username": "tester", "key": .string(key.privateText),
      ]
      #expect(try await host(server, login).command("id -un")["stdout"] == "tester\n", "\(kind)")
    }
    let wrong: Value = [
      "authentication_method": "username_password", "username": "tester", "password": "no",
    ]
    let error = try await host(server, wrong).failure("run_command", ["command": "true"])
    #expect(error.code == .unauthenticated, "\(error)")
  }

  @Test("runs commands and scripts as OpenSSH does")
  func programs() async throws {
    let host = try host(try await DropbearServer.shared)
    for _ in 0..<3 {
      let result = try await host.command("echo out; echo err >&2; cat", ["stdin": "in"])
      #expect(result["stdout"] == "out\nin" && result["stderr"] == "err\n")
    }
    let script = try await host.run(
      "execute_script",
      [
        "script": "A=\"$1 $B\"; echo done", "args": ["x"], "env": ["B": "größe"],
        "output_vars": ["A"],
      ]
    )
    #expect(script["stdout"] == "done\n" && script["var"] == ["A": "x größe"])
    let error = try await host.failure("run_command", ["command": "exit 7"])
    #expect(error.code == .remoteFailure && error.status == 7)
    let left = try await host.command("ls -a /tmp")
    #expect(left["stdout"].stringValue?.contains("drivers-") == false)
  }

  @Test(
    "has nothing left of programs that are cancelled",
    arguments: [
      "sleep 5%", "trap '' TERM; sleep 5%; sleep 5%", "nohup sleep 5% >/dev/null 2>&1 & sleep 5%",
      "setsid sleep 5% & sleep 5%", "sleep 5% & yes",
    ]
  )
  func killed(_ pattern: String) async throws {
    let server = try await DropbearServer.shared
    let host = try host(server)
    try await host.command("true")
    let mark = "\(Int.random(in: 100_000_000...999_999_999))"
    let call = Task { try await host.command(pattern.replacing("%", with: mark)) }
    func runs() throws -> Bool {
      try server.processes().contains { $0.command.hasPrefix("sleep 5" + mark) }
    }
    try await eventually("it runs") { try runs() }
    call.cancel()
    let error = await #expect(throws: HostError.self) { try await call.value }
    #expect(error?.code == .cancelled && error?.message.contains("still") == false, "\(error!)")
    try await eventually("nothing of it is left") { try !runs() }
    #expect(try await host.command("echo 7")["stdout"] == "7\n")
  }

  @Test("moves files by OpenSSH's program, if it is where dropbear looks for it")
  func files() async throws {
    let server = try await DropbearServer.shared
    let host = try host(server)
    guard hasSFTP else {
      let error = try await host.failure("stat", ["path": "."])
      #expect(error.code == .unsupported && error.message.contains("no SFTP"), "\(error)")
      return
    }
    let folder = try TemporaryFolder()
    let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
    try folder.write(content, to: "there")
    let path: Value = .string("dropbear-\(UInt32.random(in: 0 ... .max))")
    try await host.run("put", ["local_path": .string(folder.file("there")), "path": path])
    try await host.run("get", ["path": path, "local_path": .string(folder.file("back"))])
    #expect(try folder.read("back") == content)
    #expect(try await host.run("stat", ["path": path])["size"] == 3_000_000)
    try await host.run("remove", ["path": path])
  }

  @Test("is a way to other servers, unless it forwards nothing")
  func jump() async throws {
    func through(_ gate: DropbearServer) async throws -> SSHHost {
      let hop: Value = [
        "host": "127.0.0.1", "port": .int(Int64(gate.port)),
        "hostkey": [
          "hostkey_method": "known_host",
          "known_host": .string(gate.knownHosts.joined(separator: "\n")),
        ],
        "authentication": SSHHost.password(.tester),
      ]
      return try SSHHost(try await SSHServer.shared, nil, ["jump": [hop]])
    }
    let host = try await through(try await DropbearServer.shared)
    let result = try await host.command("hostname; head -c 3000000 /dev/zero | wc -c")
    #expect(result["stdout"] == "server\n3000000\n")
    var options = DropbearServer.Options()
    options.allowTcpForwarding = false
    try await withDropbear(options) { gate in
      let error = try await through(gate).failure("run_command", ["command": "true"])
      #expect(error.code == .forbidden || error.code == .unavailable, "\(error)")
    }
  }

  @Test("serves many calls over one connection, one after the other and at once")
  func many() async throws {
    let server = try await DropbearServer.shared
    let host = try host(server)
    for number in 0..<30 {
      #expect(try await host.command("echo \(number)")["stdout"] == .string("\(number)\n"))
    }
    let hasSFTP = hasSFTP
    let outputs = try await withThrowingTaskGroup(of: Value?.self) { group in
      for number in 0..<30 {
        // Some end at once, others while the next ones begin.
        let command = "sleep 0.0\(number % 4); echo \(number)"
        group.addTask { try await host.command(command)["stdout"] }
        guard hasSFTP, number % 3 == 0 else { continue }
        group.addTask { try await host.run("stat", ["path": "."])["type"] }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let expected = Set((0..<30).map { "\($0)\n" } + (hasSFTP ? ["directory"] : []))
    #expect(Set(outputs.compactMap { $0?.stringValue }) == expected)
  }
}
