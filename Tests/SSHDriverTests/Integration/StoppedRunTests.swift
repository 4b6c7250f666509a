import DriverHost
import TestSupport
import Testing

@Suite("Programs that come to another end", .requiresLogins, .requires(.sshd))
struct StoppedRunTests {
  @Test("leave what they have put out when their time is up")
  func partial() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let error = try await host.failure(
      "run_command",
      ["command": "echo before; echo bad >&2; sleep 600", "script_timeout": 1],
      timeout: .seconds(30)
    )
    #expect(error.code == .timedOut && error.pointer?.description == "/script_timeout")
    #expect(error.outputs["stdout"] == "before\n" && error.outputs["stderr"] == "bad\n")
    #expect(error.outputs["retcode"] == .null)
    let several = try await host.failure(
      "run_commands",
      ["commands": ["echo one", "echo two; sleep 600", "echo three"], "script_timeout": 1],
      timeout: .seconds(30)
    )
    let results = try #require(several.outputs["results"]?.listValue).compactMap(\.mapValue)
    #expect(results.map { $0["stdout"] } == ["one\n", "two\n"])
    #expect(several.pointer?.description == "/commands/1")
  }

  @Test("are ended also where the server allows no further channel", arguments: [1, 3])
  func crowded(sessions: Int) async throws {
    var options = SSHServer.Options()
    options.maxSessions = sessions
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      try await withThrowingTaskGroup(of: HostError.self) { group in
        for _ in 0..<sessions {
          group.addTask {
            try await host.failure(
              "run_command",
              ["command": "trap : TERM; sleep 4711; sleep 4712", "script_timeout": 2],
              timeout: .seconds(60)
            )
          }
        }
        for try await error in group {
          #expect(error.code == .timedOut, "\(error)")
        }
      }
      // On a busy machine a kill may come to its end a little after the call.
      try await eventually("nothing is left running") {
        try server.processes(of: .tester).allSatisfy { !$0.command.contains("471") }
      }
      #expect(try await host.command("echo well")["stdout"] == "well\n")
    }
  }

  @Test("that have none to run in are told from those that took too long")
  func waiting() async throws {
    var options = SSHServer.Options()
    options.maxSessions = 1
    try await withSSHServer(options) { server in
      let host = try SSHHost(server)
      async let first = host.command("sleep 8; echo first", timeout: .seconds(120))
      try await eventually("the first one runs") {
        try server.processes(of: .tester).contains { $0.command == "sleep 8" }
      }
      let error = try await host.failure(
        "run_command",
        ["command": "echo second", "script_timeout": 1],
        timeout: .seconds(60)
      )
      #expect(error.code == .timedOut && error.message.contains("nothing was run"), "\(error)")
      #expect(try await first["stdout"] == "first\n")
    }
  }

  @Test("tell their exit code also when they have closed their output before, beside others")
  func closedOutput() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    async let noise = host.command(
      "for i in 1 2 3 4 5 6 7 8 9 10; do echo $i; sleep 0.1; done",
      timeout: .seconds(60)
    )
    for _ in 0..<3 {
      let error = try await host.failure(
        "run_command",
        ["command": "exec >&- 2>&-; sleep 0.3; exit 3"],
        timeout: .seconds(60)
      )
      #expect(error.status == 3, "\(error)")
    }
    _ = try await noise
  }

  @Test("get the end of their input also by a terminal whose last line has none")
  func openLine() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let result = try await host.command(
      "cat; echo end",
      ["pty": true, "stdin": "no newline"],
      timeout: .seconds(30)
    )
    #expect(result["stdout"].stringValue?.hasSuffix("end\n") == true)
  }

  @Test("are not begun with inputs that cannot be meant")
  func refused() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let folder = try TemporaryFolder()
    let file = try folder.write("x", to: "in")
    let twice = try await host.failure(
      "run_command",
      ["command": "true", "output_files": ["/etc/hosts", "/etc/hosts"]]
    )
    #expect(twice.pointer?.description == "/output_files/1")
    let same = try await host.failure(
      "run_command",
      ["command": "true", "copy_files": [.string(file), "/etc/../tmp/in"]]
    )
    #expect(same.pointer?.description == "/copy_files/1")
    let shared = try await host.failure(
      "run_commands",
      ["commands": ["cat", "cat"], "stdin_file": .string(file)]
    )
    #expect(shared.pointer?.description == "/stdin_file")
    let names = (0..<1000).map { "VARIABLE_WITH_A_LONG_NAME_\($0)" }
    let long = try await host.failure(
      "execute_script",
      ["script": "true", "output_vars": .list(names.map { .string($0) })]
    )
    #expect(long.pointer?.description == "/output_vars", "\(long)")
    #expect(try await host.command("echo well")["stdout"] == "well\n")
  }

  @Test("that sudo does not run say what sudo says")
  func sudo() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let error = try await host.failure(
      "run_command",
      ["command": "true", "sudo": ["user": "no-such-user"]],
      timeout: .seconds(60)
    )
    #expect(error.code == .forbidden && error.pointer?.description == "/sudo")
    #expect(error.outputs["stderr"]?.stringValue?.isEmpty == false, "\(error)")
  }
}
