import DriverHost
import TestSupport
import Testing

@Suite("Jump hosts", .requiresLogins, .requires(.sshd))
struct JumpTests {
  private func known(_ server: SSHServer) -> Value {
    [
      "hostkey_method": "known_host",
      "known_host": .string(server.knownHosts.joined(separator: "\n")),
    ]
  }

  private func hop(_ server: SSHServer) -> Value {
    [
      "host": "127.0.0.1", "port": .int(Int64(server.port)), "hostkey": known(server),
      "authentication": SSHHost.password(.tester),
    ]
  }

  @Test("lead to a server that is reached by them only, each with its own key and login")
  func chain() async throws {
    var options = SSHServer.Options()
    options.hostname = "last"
    try await withSSHServer(options) { last in
      var names = SSHServer.Options()
      names.hosts = ["hidden.test"]
      try await withSSHServer(names) { gate in
        let first = try await SSHServer.shared
        let address: ValueMap = [
          "host": "hidden.test", "port": .int(Int64(last.port)),
          "hostkey": [
            "hostkey_method": "fingerprint",
            "fingerprint": .string(last.hostKeys[0].fingerprint),
          ],
          "authentication": SSHHost.password(.dasher),
          "jump": [hop(first), hop(gate)],
        ]
        let host = try SSHHost(address)
        let result = try await host.command("hostname; id -un; head -c 3000000 /dev/zero | wc -c")
        #expect(result["stdout"] == "last\ndasher\n3000000\n")
        let big = try await host.command(
          "head -c 3000000 /dev/zero | tr '\\0' x",
          ["max_output": 4_000_000]
        )
        #expect(big["stdout"].stringValue?.utf8.count == 3_000_000)
        var wrong = address
        wrong["jump"] = [hop(first), hop(first)]
        let error = try await SSHHost(wrong).failure("run_command", ["command": "true"])
        #expect(error.message.contains("hidden.test"), "\(error)")
        var bad = hop(gate).mapValue ?? [:]
        bad["hostkey"] = known(first)
        wrong["jump"] = [hop(first), .map(bad)]
        let key = try await SSHHost(wrong).failure("run_command", ["command": "true"])
        #expect(key.code == .hostKey && key.pointer?.description == "/jump/1/hostkey", "\(key)")
      }
    }
  }

  @Test("that do not forward say so")
  func refused() async throws {
    var options = SSHServer.Options()
    options.allowTcpForwarding = false
    try await withSSHServer(options) { gate in
      let last = try await SSHServer.shared
      let host = try SSHHost(last, nil, ["jump": [hop(gate)]])
      let error = try await host.failure("run_command", ["command": "true"])
      #expect(error.code == .forbidden || error.code == .unavailable, "\(error)")
      #expect(error.message.contains("127.0.0.1"), "\(error)")
    }
  }
}
