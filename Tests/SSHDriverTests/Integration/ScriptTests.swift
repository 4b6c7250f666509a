import DriverHost
import TestSupport
import Testing

@Suite("Scripts on a server", .requiresLogins, .requires(.sshd))
struct ScriptTests {
  @Test(
    "get arguments, environment, folder and input, and leave no file",
    arguments: [LoginUser.tester, .dasher]
  )
  func whole(_ user: LoginUser) async throws {
    let server = try await SSHServer.shared
    let host = try SSHHost(server, SSHHost.password(user))
    let script = """
      cd "$PWD"
      printf '%s|' "$0" "$@" "$GREETING" "$PWD" >&2
      cat
      VERSION="1.2
      größe"
      """
    let result = try await host.run(
      "execute_script",
      [
        "script": .string(script), "args": ["a b", 7], "env": ["GREETING": "it's me"],
        "cwd": "/tmp", "stdin": "in\nput", "output_vars": ["VERSION", "NOTHING"],
      ]
    )
    #expect(result["stdout"] == "in\nput")
    let told = try #require(result["stderr"].stringValue).split(separator: "|").map(String.init)
    #expect(Array(told.dropFirst()) == ["a b", "7", "it's me", "/tmp"])
    #expect(result["var"] == ["VERSION": "1.2\ngröße", "NOTHING": .null])
    let left = try await host.command("ls -a /tmp")
    #expect(left["stdout"].stringValue?.contains("drivers-") == false)
  }

  @Test("of other interpreters run, and those that fail leave no file either")
  func others() async throws {
    let server = try await SSHServer.shared
    let host = try SSHHost(server)
    let python = try await host.run(
      "execute_script",
      [
        "script": "import sys\nprint(6 * 7, sys.argv[1:])\n", "interpreter": "python3",
        "args": ["x"],
      ]
    )
    #expect(python["stdout"] == "42 ['x']\n")
    let error = try await host.failure("execute_script", ["script": "echo a\nfalse\necho b\n"])
    #expect(error.code == .remoteFailure && error.outputs["stdout"] == "a\n")
    let none = try await host.failure(
      "execute_script",
      ["script": "x", "interpreter": "/no/such/program"]
    )
    #expect(none.code == .remoteFailure)
    let full = try await host.failure(
      "execute_script",
      [
        "script": .string(String(repeating: "# filler\n", count: 400_000)),
        "temp_path": .string(SSHServer.smallDisk),
      ]
    )
    #expect(full.pointer?.description == "/temp_path", "\(full)")
    let left = try await host.command("ls -a /tmp \(SSHServer.smallDisk)")
    #expect(left["stdout"].stringValue?.contains("drivers-") == false)
  }

  @Test("and commands come one after the other, each with its own result")
  func several() async throws {
    let host = try SSHHost(try await SSHServer.shared)
    let commands: Value = ["echo 1", "exit 3", "echo 2"]
    let error = try await host.failure("run_commands", ["commands": commands])
    #expect(error.pointer?.description == "/commands/1")
    let results = try #require(error.outputs["results"]?.listValue).compactMap(\.mapValue)
    #expect(results.map { $0["retcode"] } == [0, 3])
    let all = try await host.failure(
      "run_commands",
      ["commands": commands, "continue_after_error": true]
    )
    let whole = try #require(all.outputs["results"]?.listValue).compactMap(\.mapValue)
    #expect(whole.map { $0["stdout"] } == ["1\n", "", "2\n"])
  }
}
