import DriverHost
import TestSupport
import Testing

@Suite("Programs that are ended", .requiresLogins, .requires(.sshd))
struct KillTests {
  private func isGone(_ server: SSHServer, _ mark: String) async throws {
    try await eventually("no process of it is left") {
      try !server.processes().contains { "\($0)".contains(mark) }
    }
  }

  @Test(
    "leave no process behind, whatever they have begun",
    arguments: [
      "sleep 6%", "trap '' TERM; sleep 6%; sleep 6%", "sleep 6% & sleep 6% & wait",
      "nohup sleep 6% >/dev/null 2>&1 & sleep 6%", "setsid sleep 6% & sleep 6%",
      "sleep 6% | sleep 6%",
    ]
  )
  func cancelled(_ pattern: String) async throws {
    let server = try await SSHServer.shared
    let mark = "\(Int.random(in: 100_000_000...999_999_999))"
    let host = try SSHHost(server)
    let command = pattern.replacing("%", with: mark)
    let call = Task { try await host.command(command) }
    try await eventually("it runs") {
      try server.processes().contains { "\($0)".contains("6" + mark) }
    }
    call.cancel()
    let error = await #expect(throws: HostError.self) { try await call.value }
    #expect(error?.code == .cancelled && error?.message.contains("still") == false, "\(error!)")
    try await isGone(server, "6" + mark)
    // The connection goes on.
    #expect(try await host.command("echo 7")["stdout"] == "7\n")
  }

  @Test(
    "leave no process behind where the login shell takes them as they are",
    arguments: [LoginUser.tester, .dasher],
    [
      "sleep 5%", "trap '' TERM; sleep 5%; sleep 5%", "sleep 5% & sleep 5% & wait",
      "nohup sleep 5% >/dev/null 2>&1 & sleep 5%", "setsid sleep 5% & sleep 5%",
      "(setsid sh -c 'trap \"\" TERM; sleep 5%; sleep 5%' &); sleep 5% | sleep 5%",
    ]
  )
  func plain(_ user: LoginUser, _ pattern: String) async throws {
    let server = try await SSHServer.shared
    let mark = "\(Int.random(in: 100_000_000...999_999_999))"
    let host = try SSHHost(server, SSHHost.password(user))
    // The first one tells which shell it is.
    try await host.command("true")
    let call = Task { try await host.command(pattern.replacing("%", with: mark)) }
    try await eventually("it runs, with no shell of ours in front of it") {
      let its = try server.processes(of: user).map(\.command).filter { $0.contains("5" + mark) }
      return its.contains { $0.hasPrefix("sleep") } && !its.contains { $0.contains("drv_work") }
    }
    call.cancel()
    let error = await #expect(throws: HostError.self) { try await call.value }
    #expect(error?.code == .cancelled && error?.message.contains("still") == false, "\(error!)")
    try await isGone(server, "5" + mark)
    #expect(try await host.command("echo 7")["stdout"] == "7\n")
  }

  @Test("end by script_timeout and idle_timeout, and keep what they put out")
  func timeouts() async throws {
    let server = try await SSHServer.shared
    let mark = "\(Int.random(in: 100_000_000...999_999_999))"
    let host = try SSHHost(server)
    let error = try await host.failure(
      "run_command",
      ["command": .string("echo before; sleep 7\(mark)"), "script_timeout": 0.5]
    )
    #expect(error.code == .timedOut && error.pointer?.description == "/script_timeout")
    try await isGone(server, "7" + mark)
    let idle = try await host.failure(
      "run_command",
      [
        "command": .string("for i in 1 2 3 4 5 6; do echo $i; sleep 0.2; done; sleep 8\(mark)"),
        "idle_timeout": 0.6, "script_timeout": 30,
      ]
    )
    #expect(idle.code == .timedOut && idle.pointer?.description == "/idle_timeout")
    try await isGone(server, "8" + mark)
  }

  @Test("as another user end too", arguments: [LoginUser.admin, .robot])
  func sudo(_ user: LoginUser) async throws {
    let server = try await SSHServer.shared
    let mark = "\(Int.random(in: 100_000_000...999_999_999))"
    let login: Value =
      user.password == nil
      ? [
        "authentication_method": "ssh_key", "username": .string(user.name),
        "key": .string(server.userKey.privateText),
      ] : SSHHost.password(user)
    var sudo: ValueMap = [:]
    if let password = user.password { sudo["password"] = .string(password) }
    let host = try SSHHost(server, login)
    #expect(try await host.command("id -un", ["sudo": .map(sudo)])["stdout"] == "root\n")
    let error = try await host.failure(
      "run_command",
      ["command": .string("sleep 9\(mark)"), "sudo": .map(sudo), "script_timeout": 1]
    )
    #expect(error.code == .timedOut && !error.message.contains("still"), "\(error)")
    try await isGone(server, "9" + mark)
    guard user.password != nil else { return }
    let refused = try await host.failure(
      "run_command",
      ["command": "true", "sudo": ["user": "root", "password": "wrong"]]
    )
    #expect(refused.code == .forbidden && refused.message.contains("sudo"), "\(refused)")
  }
}
