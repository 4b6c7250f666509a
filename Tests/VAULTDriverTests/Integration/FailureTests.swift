import DriverHost
import TestSupport
import Testing

@Suite("A vault that does not do as asked", .requires(.python))
struct FailureTests {
  private let host: VaultHost

  init() throws { host = try VaultHost() }

  @Test("is sealed, and every action says so", arguments: ["secret", "list", "mounts", "request"])
  func sealed(action: String) async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      let inputs = server.api.root(action == "mounts" ? [:] : ["path": "app"])
      try server.seal()
      let error = await host.failure(action, inputs)
      #expect(error?.kind == "unavailable sealed" && error?.status == 503)
      #expect(error?.message.contains("is sealed") == true)
      #expect(error?.attempts == 1 && error?.pointer == JSONPointer(["url"]))
      #expect(try server.counts()["GET sys/seal-status"] == 1)
      if action == "secret" {
        try server.unseal()
        #expect(try await host.run(action, inputs)["data"] == ["a": 1])
      }
    }
  }

  @Test("is sealed also for who has to log in first")
  func sealedLogin() async throws {
    try await VaultServer.run { server in
      let role = try server.api.role("web", "")
      try server.seal()
      let error = await host.failure("secret", vault(server.url, appRole(role), ["path": "a"]))
      #expect(error?.kind == "unavailable sealed")
    }
  }

  @Test("is not available though it is not sealed, which may pass")
  func unavailable() async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      let inputs = server.api.root(["path": "app", "kv_version": 2, "auto_renew": false])
      try server.fail("secret/", status: 503, times: 2, error: "maintenance")
      let result = try await host.run("secret", inputs)
      #expect(result.attempts == 3 && result["data"] == ["a": 1])
      try server.fail("secret/", status: 503, times: 9)
      let error = await host.failure("secret", inputs)
      #expect(error?.kind == "unavailable" && error?.attempts == 3)
    }
  }

  @Test(
    "fails, and the call is made again where that does no harm",
    arguments: [
      (500, "remote_failure"), (429, "rate_limited"), (473, "unavailable"), (502, "unavailable"),
    ]
  )
  func failing(status: Int, code: String) async throws {
    try await VaultServer.run { server in
      let read = server.api.root(["path": "a", "kv_version": 2, "auto_renew": false])
      try server.fail("secret/", status: status, times: 100)
      var inputs = read
      inputs["retry"] = ["attempts": 2, "initial": 0, "maximum": 0]
      let error = await host.failure("secret", inputs)
      #expect(error.map { "\($0.code)" } == code && error?.status == Int32(status))
      #expect(error?.attempts == 3)
      let count = try server.counts()["POST secret/data/a"] ?? 0
      var write = read
      write["data"] = ["a": "s3cret"]
      let written = await host.failure("write", write)
      #expect(written?.attempts == 1 && written?.debugDescription.contains("s3cret") == false)
      #expect(try server.counts()["POST secret/data/a"] == count + 1)
    }
  }

  @Test("says in its own words what is wrong, where they can hold no secret")
  func words() async throws {
    try await VaultServer.run { server in
      try server.fail("secret/", status: 400, times: 1, error: "odd+thing")
      let read = await host.failure("secret", server.api.root(["path": "a", "kv_version": 2]))
      #expect(read?.code == .invalidInput && read?.message.contains("odd thing") == true)
      // It repeats what it does not take.
      let inputs: ValueMap = ["path": "a", "kv_version": 2, "custom_metadata": ["n": "text"]]
      try server.fail("secret/", status: 400, times: 1, error: "root-token-1+is+odd")
      let token = await host.failure("metadata_write", server.api.root(inputs))
      #expect(token?.message.contains("root-token-1") == false)
      try server.fail("secret/", status: 400, times: 1, error: "cannot+convert+s3cret")
      let written = await host.failure(
        "write",
        server.api.root(["path": "a", "kv_version": 2, "data": ["a": "s3cret"]])
      )
      #expect(written?.debugDescription.contains("s3cret") == false)
    }
  }

  @Test("is switched off")
  func disabled() async throws {
    for action in ["secret", "list", "test", "request"] {
      let inputs = vault("http://127.0.0.1:9", givenToken("t"), ["path": "a", "enabled": false])
      let error = await host.failure(action, inputs)
      #expect(error?.kind == "unavailable disabled" && error?.attempts == 1)
      #expect(error?.pointer == JSONPointer(["enabled"]))
    }
  }

  @Test("cannot be reached")
  func unreachable() async throws {
    let refusing = try TCPFaultServer(.refuses)
    let refused = await host.failure("secret", vault(refusing.url, givenToken("t"), ["path": "a"]))
    #expect(refused?.kind == "unavailable" && refused?.message.contains("refused") == true)
    #expect(refused?.attempts == 3)
    let name = vault("http://no-such-name.invalid:8200", givenToken("t"), ["path": "a"])
    #expect(await host.failure("secret", name)?.code == .dns)
  }

  @Test("does not answer in time", arguments: ["read_timeout", "total_timeout"])
  func timeouts(name: String) async throws {
    try await VaultServer.run { server in
      try server.api.write("app", #"{"a": 1}"#)
      let role = try server.api.role("web", #""token_policies": ["root"]"#)
      try server.delay("secret/", seconds: 2)
      let limits: ValueMap = ["path": "app", "kv_version": 2, name: 0.3, "auto_renew": false]
      let error = await host.failure("secret", server.api.root(limits))
      #expect(error?.code == .timedOut && error?.message.contains(name) == true)
      try server.delay("auth/approle/login", seconds: 2)
      guard name == "total_timeout" else { return }
      let login = await host.failure("secret", vault(server.url, appRole(role), limits))
      #expect(login?.code == .timedOut && login?.message.contains("total_timeout") == true)
    }
  }

  @Test("is a standby that leads elsewhere: the token and what is written stay here")
  func redirect() async throws {
    try await VaultServer.run { active in
      try await VaultServer.run { standby in
        try active.api.write("app", #"{"a": 1}"#)
        try standby.stand(by: active.url)
        let before = try active.requests().count
        for (action, more) in [("secret", [:]), ("write", ["data": ["a": "s3cret"]])]
          as [(String, ValueMap)]
        {
          var inputs = standby.api.root(["path": "app", "kv_version": 2, "auto_renew": false])
          for (name, value) in more { inputs[name] = value }
          let error = await host.failure(action, inputs)
          #expect(error?.kind == "unavailable redirected" && error?.status == 307)
          #expect(error?.message.contains(active.url) == true)
          #expect(error?.pointer == JSONPointer(["url"]) && error?.attempts == 1)
        }
        let login = vault(standby.url, user("ann", "s3cret"), ["path": "app"])
        #expect(await host.failure("secret", login)?.kind == "unavailable redirected")
        #expect(try active.requests().count == before)
      }
    }
  }

  @Test("leads to another path of the same server, with the token and the body")
  func ownRedirect() async throws {
    let server = try scriptedByHead { connection, head in
      if head.hasPrefix("POST /v1/") {
        connection.write(answer("307 Temporary Redirect", "", "Location: /other/v1/secret/data/a"))
      } else {
        let isKnown =
          head.contains("X-Vault-Token: t\r\n") && head.contains("X-Vault-Namespace: n\r\n")
        connection.write(answer("200 OK", "{\"data\": {\"version\": \(isKnown ? 7 : 0)}}"))
      }
    }
    let inputs: ValueMap = [
      "path": "a", "kv_version": 2, "auto_renew": false, "data": ["a": 1], "namespace": "n",
    ]
    let result = try await host.run("write", vault(server.url, givenToken("t"), inputs))
    #expect(result["version"] == 7)
  }

  @Test(
    "is no vault",
    arguments: ["{}", "[1]", "<html>", #"{"data": 1}"#, #"{"data": {"data": [1]}}"#]
  )
  func other(body: String) async throws {
    let server = try scripted { connection in connection.write(answer("200 OK", body)) }
    for action in ["secret", "metadata_read", "mounts"] {
      var inputs: ValueMap = ["kv_version": 2, "auto_renew": false]
      if action != "mounts" { inputs["path"] = "a" }
      let error = await host.failure(action, vault(server.url, givenToken("t"), inputs))
      #expect(error?.code == .protocolViolation, "\(action)")
      #expect(error?.message.contains("check that url is the address of a vault") == true)
    }
    let login = vault(server.url, user("ann", "s3cret"), ["path": "a"])
    #expect(await host.failure("secret", login)?.code == .protocolViolation)
  }

  @Test("answers with a name twice, of which nobody knows which one counts")
  func twice() async throws {
    let body = #"{"data": {"data": {"a": 1, "a": 2}, "metadata": {"version": 1}}}"#
    let server = try scripted { connection in connection.write(answer("200 OK", body)) }
    let inputs: ValueMap = ["path": "a", "kv_version": 2, "auto_renew": false]
    let error = await host.failure("secret", vault(server.url, givenToken("t"), inputs))
    #expect(error?.code == .protocolViolation && error?.message.contains("twice") == true)
  }

  @Test("answers with more than is wanted")
  func tooLarge() async throws {
    try await VaultServer.run { server in
      let text = String(repeating: "x", count: 10_000)
      try server.api.write("app", "{\"a\": \"\(text)\"}")
      let inputs = server.api.root(["path": "app", "max_response_bytes": 5000])
      #expect(await host.failure("secret", inputs)?.code == .tooLarge)
    }
  }

  @Test("never has a secret in an error or in the log")
  func secrets() async throws {
    try await VaultServer.run { server in
      let api = server.api
      try api.write("app", #"{"password": "s3cret-value"}"#)
      try api.policy("app", ["secret/data/app": ["read"]])
      let role = try api.role("web", #""token_policies": ["app"]"#)
      try api.user("ann", password: "s3cret-password", "app")
      let token = try api.token(["app"])
      let secrets = ["s3cret", token, role.secret, api.rootToken, "hvs."]
      for login in [givenToken(token), appRole(role), user("ann", "s3cret-password")] {
        _ = try await host.run("secret", vault(api.url, login, ["path": "app", "key": "password"]))
        for (action, inputs) in [
          ("secret", ["path": "app", "key": "none"]), ("secret", ["path": "other"]),
          ("write", ["path": "app", "data": ["a": "s3cret-data"]]),
          ("request", ["path": "sys/policies/acl/app"]), ("list", [:]),
        ] as [(String, ValueMap)] {
          let error = await host.failure(action, vault(api.url, login, inputs))
          let text = (error?.debugDescription ?? "") + JSON.text(.map(error?.outputs ?? [:]))
          for secret in secrets { #expect(!text.contains(secret), "\(action)") }
        }
        _ = try await host.run("test", vault(api.url, login, ["path": "app"]))
      }
      let log = host.log.with { $0.joined(separator: "\n") }
      for secret in secrets { #expect(!log.contains(secret)) }
      #expect(host.misuses == 0)
    }
  }
}
