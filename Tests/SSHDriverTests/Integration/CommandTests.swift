import DriverHost
import TestSupport
import Testing

@Suite("Commands on a server", .requiresLogins, .requires(.sshd))
struct CommandTests {
  @Test("put out what they say, each stream apart, with how they ended")
  func outputs() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let result = try await host.command("echo out; echo err >&2; printf größe")
    #expect(result["retcode"] == 0 && result["signal"] == .null)
    #expect(result["stdout"] == "out\ngröße" && result["stderr"] == "err\n")
    let report = try #require(result["report"].stringValue)
    #expect(report.contains("out\n") && report.contains("err\n") && report.contains("größe"))
  }

  @Test("that fail end in an error, with all that they put out")
  func fails() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let error = try await host.failure(
      "run_command",
      ["command": "echo before; echo why >&2; exit 7"]
    )
    #expect(error.code == .remoteFailure && error.status == 7)
    #expect(error.message.contains("7") && error.message.contains("why"))
    #expect(error.outputs["stdout"] == "before\n" && error.outputs["retcode"] == 7)
    let expected = try await host.command("exit 7", ["expected_retcode": [0, 7]])
    #expect(expected["retcode"] == 7)
    let signal = try await host.failure("run_command", ["command": "kill -KILL $$"])
    #expect(signal.outputs["signal"] == "KILL" && signal.outputs["retcode"] == .null)
  }
}
