import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Sessions with a server", .requiresLogins, .requires(.sshd))
struct SessionTests {
  @Test("are shared by calls, up to as many at once as the server takes and beyond")
  func shared() async throws {
    var options = SSHServer.Options()
    options.maxSessions = 3
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      try await withThrowingTaskGroup(of: Value.self) { group in
        for number in 0..<24 {
          group.addTask { try await host.command("sleep 0.05; echo \(number)")["stdout"] }
        }
        var outputs: Set<String> = []
        for try await output in group { outputs.insert(output.stringValue ?? "") }
        #expect(outputs == Set((0..<24).map { "\($0)\n" }))
      }
      let statistics = host.host.statistics.drivers["SSH"]
      #expect(statistics?.misuses == 0)
      #expect(await host.host.close().isClean)
    }
  }

  @Test("carry input and output of any bytes, of any length")
  func bytes() async throws {
    let server = try await SSHServer.shared
    let host = try SSHHost(server)
    let folder = try TemporaryFolder()
    let count = 6 << 20
    var generator = SystemRandomNumberGenerator()
    let words = (0..<(count / 8)).map { _ in generator.next() }
    let data = words.withUnsafeBytes { Data($0) }
    try data.write(to: URL(fileURLWithPath: folder.file("in")))
    let result = try await host.command(
      "tee /dev/stderr",
      [
        "stdin_file": .string(folder.file("in")), "stdout_file": .string(folder.file("out")),
        "stderr_file": .string(folder.file("err")), "max_output": 4096, "script_timeout": 600,
      ]
    )
    #expect(result["retcode"] == 0)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("out"))) == data)
    #expect(try Data(contentsOf: URL(fileURLWithPath: folder.file("err"))) == data)
    let short = try await host.command("head -c 5", ["stdin": "abcdefgh"])
    #expect(short["stdout"] == "abcde")
    let binary = try await host.command("printf '\\377\\000\\001'")
    #expect(binary["stdout"] == .bytes([255, 0, 1]))
  }

  @Test("that are lost end their calls, and the next call has a new one")
  func lost() async throws {
    try await withSSHServer { server in
      let proxy = try TCPProxy(to: server.port)
      var address = try SSHHost(server).address
      address["port"] = .int(Int64(proxy.port))
      address["hostkey"] = ["hostkey_method": "off"]
      let host = try SSHHost(address)
      #expect(try await host.command("echo 1")["stdout"] == "1\n")
      let call = Task { try await host.command("sleep 30") }
      try await eventually("it runs") {
        try server.processes().contains { "\($0)".contains("sleep") }
      }
      proxy.cut()
      let error = await #expect(throws: HostError.self) { try await call.value }
      #expect(error?.code == .unavailable, "\(error!)")
      #expect(try await host.command("echo 2")["stdout"] == "2\n")
      #expect(await host.host.close().isClean)
    }
  }

  @Test(
    "have a terminal that lasts as long as the program",
    arguments: ["cat", "read line; cat", "exec cat", "cat; exit 0"]
  )
  func terminalEnd(command: String) async throws {
    let host = try SSHHost(try await SSHServer.shared)
    for _ in 0..<3 {
      let result = try await host.command(
        command,
        ["pty": true, "stdin": "typed\nwords\n"],
        timeout: .seconds(30)
      )
      #expect(result["stdout"].stringValue?.hasSuffix("words\n") == true)
    }
  }

  @Test("have a terminal's input written where the program's beginning comes with the answer to it")
  func terminalAtOnce() async throws {
    let server = try await SSHServer.shared
    let proxy = try TCPProxy(to: server.port)
    defer { proxy.stop() }
    var address = try SSHHost(server).address
    address["port"] = .int(Int64(proxy.port))
    address["hostkey"] = ["hostkey_method": "off"]
    let host = try SSHHost(address)
    _ = try await host.command("true")
    proxy.gather(0.3)
    let result = try await host.command(
      "cat",
      ["pty": true, "stdin": "typed\n"],
      timeout: .seconds(30)
    )
    #expect(result["stdout"].stringValue?.hasSuffix("typed\n") == true)
  }

  @Test("have a terminal where that is wanted")
  func terminal() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let result = try await host.command(
      "test -t 0 && test -t 1 && echo yes; cat; echo end",
      ["pty": true, "stdin": "typed\n"]
    )
    #expect(result["stdout"].stringValue?.contains("yes\n") == true, "\(result["stdout"])")
    #expect(result["stdout"].stringValue?.contains("typed\nend\n") == true)
  }
}
