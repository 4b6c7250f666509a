import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("The token", .requires(.python))
struct TokenTests {
  private static let login = "POST auth/approle/login"
  private static let renewal = "POST auth/token/renew-self"
  private static let lookUp = "GET auth/token/lookup-self"

  private let host: VaultHost

  init() throws {
    // Its own: tokens are kept from call to call.
    host = try VaultHost()
  }

  /// A server with a secret `app`, a policy that allows it, and a role.
  private func withRole(
    _ settings: String = "",
    _ body: (VaultServer, ValueMap) async throws -> Void
  ) async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.api.policy("app", ["secret/data/app": ["read"]])
      let more = settings.isEmpty ? "" : ", \(settings)"
      let role = try server.api.role("web", "\"token_policies\": [\"app\"]\(more)")
      let inputs: ValueMap = ["path": "app", "kv_version": 2]
      try await body(server, vault(server.url, appRole(role), inputs))
    }
  }

  @Test("is got by one log-in for all calls that wait, and used by those that follow")
  func singleFlight() async throws {
    try await withRole { server, inputs in
      try server.delay("auth/approle/login", seconds: 0.3)
      try await withThrowingTaskGroup(of: Value.self) { group in
        for _ in 0..<50 { group.addTask { try await host.run("secret", inputs)["data"] } }
        for try await data in group { #expect(data == ["a": 1]) }
      }
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      let counts = try server.counts()
      #expect(counts[Self.login] == 1 && counts["GET secret/data/app"] == 51)
      #expect(counts[Self.lookUp] == nil && counts[Self.renewal] == nil)
    }
  }

  @Test("is got by role and by password, at other paths too", arguments: VaultKind.all)
  func methods(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("app", #"{"a": 1}"#)
      try api.policy("app", ["secret/data/app": ["read"]])
      let role = try api.role("web", #""token_policies": ["app"]"#, mount: "roles/of-web")
      try api.user("ann", password: "correct horse", "app")
      let logins = [appRole(role, mount: "roles/of-web"), user("ann", "correct horse")]
      for login in logins {
        let result = try await host.run("secret", vault(api.url, login, ["path": "app"]))
        #expect(result["data"] == ["a": 1])
      }
      let open = try api.role(
        "open",
        #""token_policies": ["app"], "bind_secret_id": false, "secret_id_bound_cidrs": []"#
      )
      let alone: Value = ["authentication_method": "approle", "role_id": .string(open.id)]
      guard case .script = kind else { return }
      let result = try await host.run("secret", vault(api.url, alone, ["path": "app"]))
      #expect(result["data"] == ["a": 1])
    }
  }

  @Test(
    "is refused to who gives wrong credentials, without a word of them",
    arguments: VaultKind.all
  )
  func refused(kind: VaultKind) async throws {
    try await kind.run { api in
      let role = try api.role("web", "")
      try api.user("ann", password: "correct horse", "app")
      let wrong = [
        appRole((role.id, "s3cret-identifier")), appRole(("s3cret-role", role.secret)),
        user("ann", "s3cret-password"), user("bob", "s3cret-password"),
      ]
      for login in wrong {
        let error = await host.failure("secret", vault(api.url, login, ["path": "app"]))
        #expect(error?.kind == "unauthenticated login_refused")
        #expect(error?.pointer == JSONPointer(["authentication"]) && error?.attempts == 1)
        #expect(error?.debugDescription.contains("s3cret") == false)
      }
      let none = await host.failure(
        "secret",
        vault(api.url, appRole(role, mount: "none"), ["path": "app"])
      )
      #expect(none?.kind == "unauthenticated login_refused")
      #expect(none?.message.contains("approle at auth/none") == true)
    }
  }

  @Test("is got anew by who logs in, once for all whose calls the server refuses")
  func expired() async throws {
    try await withRole { server, inputs in
      _ = try await host.run("secret", inputs)
      try server.expireTokens()
      try server.delay("auth/approle/login", seconds: 0.2)
      try await withThrowingTaskGroup(of: Value.self) { group in
        for _ in 0..<30 { group.addTask { try await host.run("secret", inputs)["data"] } }
        for try await data in group { #expect(data == ["a": 1]) }
      }
      #expect(try server.counts()[Self.login] == 2)
    }
  }

  @Test("is rotated in the middle of calls, and none of them fails")
  func rotated() async throws {
    try await withRole { server, inputs in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<8 {
          group.addTask {
            for _ in 0..<40 {
              let result = try await host.run("secret", inputs)
              #expect(result["data"] == ["a": 1])
            }
          }
        }
        group.addTask {
          for count in [40, 120, 200] {
            try await eventually("\(count) calls") {
              try server.counts()["GET secret/data/app"] ?? 0 > count
            }
            try server.expireTokens()
          }
        }
        try await group.waitForAll()
      }
      #expect(try server.counts()[Self.login] ?? 0 <= 4)
    }
  }

  @Test("is not got anew again and again for what the policies forbid")
  func forbidden() async throws {
    try await withRole { server, inputs in
      var other = inputs
      other["path"] = "other"
      for _ in 0..<5 {
        let error = await host.failure("secret", other)
        #expect(error?.kind == "forbidden permission_denied")
      }
      // One to begin with, and one to see whether that helps; then the token itself is asked about.
      #expect(try server.counts()[Self.login] == 2)
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      #expect(try server.counts()[Self.login] == 2)
      try server.expireTokens()
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      #expect(try server.counts()[Self.login] == 3)
    }
  }

  @Test("is renewed before it ends, and got anew when it has reached its longest life")
  func renewed() async throws {
    try await withRole(#""token_ttl": "2s", "token_max_ttl": "4s""#) { server, inputs in
      let clock = ContinuousClock()
      let end = clock.now + .seconds(6)
      var calls = 0
      while clock.now < end {
        calls += 1
        #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
        try await Task.sleep(for: .milliseconds(50))
      }
      let counts = try server.counts()
      #expect(counts[Self.renewal] ?? 0 >= 1)
      #expect(counts[Self.login] ?? 0 >= 2)
      // None was refused and made again.
      #expect(counts["GET secret/data/app"] == calls)
    }
  }

  @Test("is not renewed where that is not wanted, but got anew")
  func notRenewed() async throws {
    try await withRole(#""token_ttl": "1s""#) { server, inputs in
      var inputs = inputs
      inputs["auto_renew"] = false
      try await eventually("a second log-in") {
        #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
        return try server.counts()[Self.login] ?? 0 >= 2
      }
      #expect(try server.counts()[Self.renewal] == nil)
    }
  }

  @Test("that is given is renewed too, as long as the host lives, used or not")
  func given() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.api.policy("app", ["secret/data/app": ["read"]])
      let token = try server.api.token(["app"], #""ttl": "2s""#)
      let inputs = vault(server.url, givenToken(token), ["path": "app", "kv_version": 2])
      _ = try await host.run("secret", inputs)
      // Three lives of it later it is still there.
      try await eventually("it is renewed") { try server.counts()[Self.renewal] ?? 0 >= 3 }
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      #expect(try server.counts()[Self.lookUp] == 1)
      let fixed = try server.api.token(["app"], #""ttl": "1h""#)
      let others: ValueMap = ["path": "app", "kv_version": 2, "auto_renew": false]
      _ = try await host.run("secret", vault(server.url, givenToken(fixed), others))
      #expect(try server.counts()[Self.lookUp] == 1)
    }
  }

  @Test(
    "that is given is renewed also where it cannot be looked up at once",
    arguments: [503, 429]
  )
  func lookedUpLater(status: Int) async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.api.policy("app", ["secret/data/app": ["read"]])
      let token = try server.api.token(["app"], #""ttl": "4s""#)
      let inputs = vault(server.url, givenToken(token), ["path": "app", "kv_version": 2])
      try server.fail("auth/token/lookup-self", status: status)
      _ = try await host.run("secret", inputs)
      try await eventually("it fails") { try server.counts()[Self.lookUp] == 1 }
      let start = ContinuousClock.now
      for _ in 0..<5 { #expect(try await host.run("secret", inputs)["data"] == ["a": 1]) }
      // Calls do not make it be asked sooner.
      let count = try server.counts()[Self.lookUp]
      if ContinuousClock.now - start < .milliseconds(800) { #expect(count == 1) }
      try await eventually("it is renewed") { try server.counts()[Self.renewal] ?? 0 >= 2 }
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      #expect(try server.counts()[Self.lookUp] == 2)
    }
  }

  @Test("that is given is looked up again and again, but not where that is refused")
  func lookedUpAgain() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.api.policy("app", ["secret/data/app": ["read"]])
      let inputs: ValueMap = ["path": "app", "kv_version": 2]
      try server.fail("auth/token/lookup-self", status: 403)
      let refused = vault(server.url, givenToken(try server.api.token(["app"])), inputs)
      _ = try await host.run("secret", refused)
      try await eventually("it is refused") { try server.counts()[Self.lookUp] == 1 }
      try await Task.sleep(for: .milliseconds(1500))
      _ = try await host.run("secret", refused)
      #expect(try server.counts()[Self.lookUp] == 1)
      try server.fail("auth/token/lookup-self", status: 500, times: 2)
      let token = try server.api.token(["app"], #""ttl": "5s""#)
      let start = ContinuousClock.now
      _ = try await host.run("secret", vault(server.url, givenToken(token), inputs))
      try await eventually("it is looked up") { try server.counts()[Self.lookUp] == 4 }
      // The second pause is longer than the first.
      #expect(ContinuousClock.now - start >= .milliseconds(2900))
      try await eventually("it is renewed") { try server.counts()[Self.renewal] == 1 }
    }
  }

  @Test(
    "is not asked for where the user's name would lead elsewhere",
    arguments: ["..", ".", "a/b"]
  )
  func strayName(name: String) async throws {
    try await VaultServer.run { server in
      let login = user(name, "s3cret")
      let error = await host.failure("secret", vault(server.url, login, ["path": "app"]))
      #expect(error?.code == .invalidInput && error?.attempts == 1)
      #expect(error?.pointer == JSONPointer(["authentication", "username"]))
      let counts = try server.counts()
      #expect(counts.isEmpty)
    }
  }

  @Test("comes from a file, which is read again when the server refuses what was in it")
  func file() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      try server.api.policy("app", ["secret/data/app": ["read"]])
      let folder = try TemporaryFolder()
      let path = try folder.write("\(try server.api.token(["app"]))\n", to: "token")
      let login: Value = ["authentication_method": "token", "token_file": .string(path)]
      let inputs = vault(server.url, login, ["path": "app", "kv_version": 2])
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      try server.expireTokens()
      let old = await host.failure("secret", inputs)
      #expect(old?.kind == "forbidden permission_denied")
      try folder.write("\(try server.api.token(["app"]))\n", to: "token")
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      try server.expireTokens()
      try folder.write("two words\n", to: "token")
      let broken = await host.failure("secret", inputs)
      #expect(broken?.code == .invalidInput)
      #expect(broken?.pointer == JSONPointer(["authentication", "token_file"]))
      #expect(broken?.message.contains("two words") == false)
    }
  }

  @Test("comes from a variable of the environment that is named")
  func environment() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      setenv("DRIVERS_TEST_VAULT_TOKEN", server.options.rootToken, 1)
      defer { unsetenv("DRIVERS_TEST_VAULT_TOKEN") }
      func login(_ name: Value) -> Value { ["authentication_method": "token", "token_env": name] }
      let inputs = vault(server.url, login("DRIVERS_TEST_VAULT_TOKEN"), ["path": "app"])
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      let none = await host.failure(
        "secret",
        vault(server.url, login("DRIVERS_TEST_NO_TOKEN"), ["path": "app"])
      )
      #expect(none?.code == .invalidInput)
      #expect(none?.message.contains("no variable DRIVERS_TEST_NO_TOKEN") == true)
    }
  }

  @Test("is one of three forms, and a given one is looked at no variable for")
  func forms() async throws {
    let both: Value = ["authentication_method": "token", "token": "a", "token_env": "HOME"]
    let url = "http://127.0.0.1:9"
    let two = await host.failure("secret", vault(url, both, ["path": "a"]))
    #expect(two?.code == .invalidInput)
    let none = await host.failure(
      "secret",
      vault(url, ["authentication_method": "token"], ["path": "a"])
    )
    #expect(none?.code == .invalidInput)
    let spaces = await host.failure("secret", vault(url, givenToken("a b"), ["path": "a"]))
    #expect(spaces?.code == .invalidInput && spaces?.message.contains("a b") == false)
  }

  @Test("is another one for another namespace and another role")
  func identities() async throws {
    try await withRole { server, inputs in
      let second = try server.api.role("other", #""token_policies": ["none"]"#)
      var other = inputs
      other["authentication"] = appRole(second)
      _ = try await host.run("secret", inputs)
      let error = await host.failure("secret", other)
      #expect(error?.kind == "forbidden permission_denied")
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      // One for the first role; one, and one more to see whether that helps, for the second.
      #expect(try server.counts()[Self.login] == 3)
    }
  }

  @Test("is waited for no longer than a moment where every call that wanted it was stopped")
  func silent() async throws {
    let isOpen = Locked(false)
    let server = try TCPFaultServer(
      .runs { connection in
        _ = connection.readHead()
        isOpen.with { $0 = true }
        while let more = connection.read(), !more.isEmpty {}
        isOpen.with { $0 = false }
      }
    )
    let inputs = vault(server.url, user("ann", "s3cret"), ["path": "app", "kv_version": 2])
    let stopped = await host.failure("secret", inputs, timeout: .milliseconds(300))
    #expect(stopped?.code == .timedOut)
    try await eventually("the connection is closed", within: .seconds(10)) { isOpen.with { !$0 } }
  }

  @Test("that was on its way for a call that was stopped serves the next one")
  func cancelled() async throws {
    try await withRole(#""secret_id_num_uses": 1"#) { server, inputs in
      try server.delay("auth/approle/login", seconds: 0.6)
      let stopped = await host.failure("secret", inputs, timeout: .milliseconds(200))
      #expect(stopped?.code == .timedOut)
      // The identifier is used up by the one log-in.
      #expect(try await host.run("secret", inputs)["data"] == ["a": 1])
      #expect(try server.counts()[Self.login] == 1)
    }
  }
}
