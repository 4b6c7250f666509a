import DriverHost
import TestSupport
import Testing

@Suite("The test of a vault", .requires(.python))
struct AnalysisTests {
  private static let token = ["seal passed", "authenticate passed", "token passed"]

  private let host: VaultHost

  init() throws { host = try VaultHost() }

  private func steps(
    _ inputs: ValueMap
  ) async throws -> (outcomes: [String], messages: [String: String], hints: [String]) {
    let result = try await host.run("test", inputs)
    let steps = result["steps"].listValue ?? []
    var messages: [String: String] = [:]
    for step in steps { messages[step["name"].stringValue ?? ""] = step["message"].stringValue }
    return (
      steps.map { "\($0["name"].stringValue ?? "") \($0["outcome"].stringValue ?? "")" }, messages,
      steps.compactMap { $0["hint"].stringValue }.filter { !$0.isEmpty }
    )
  }

  @Test("goes step by step to the token and a secret", arguments: VaultKind.all)
  func passed(kind: VaultKind) async throws {
    try await kind.run { api in
      try api.write("app", #"{"a": 1}"#)
      try api.policy("app", ["secret/data/app": ["read"]])
      let role = try api.role("web", #""token_policies": ["app"], "token_ttl": "20m""#)
      let all = try await steps(vault(api.url, appRole(role), ["path": "app"]))
      #expect(
        all.outcomes == ["resolve skipped", "connect passed", "tls skipped", "request passed"]
          + Self.token + ["auto_renew passed", "path passed"]
      )
      #expect(all.messages["seal"]?.hasPrefix("the vault is unsealed, version ") == true)
      #expect(all.messages["token"]?.contains("its policies: app, default") == true)
      #expect(all.messages["token"]?.contains("s more") == true)
      #expect(all.messages["auto_renew"]?.hasPrefix("the token can be renewed") == true)
      #expect(all.hints.isEmpty && host.misuses == 0)
      let root = try await steps(api.root())
      #expect(root.outcomes.suffix(2) == ["auto_renew passed", "path skipped"])
      #expect(root.messages["token"] == "it does not expire; its policies: root")
    }
  }

  @Test("says where the way ends")
  func failed() async throws {
    try await VaultServer.run { server in
      let api = server.api
      try api.write("app", #"{"a": 1}"#)
      try api.policy("app", ["secret/data/app": ["read"]])
      let role = try api.role("web", #""token_policies": ["app"]"#)
      let wrong = try await steps(vault(api.url, appRole((role.id, "no")), ["path": "app"]))
      #expect(
        wrong.outcomes[4...] == [
          "seal passed", "authenticate failed", "token skipped", "auto_renew skipped",
          "path skipped",
        ]
      )
      #expect(wrong.messages["authenticate"]?.contains("refuses the log-in by approle") == true)
      let unknown = try await steps(vault(api.url, givenToken("no"), ["path": "app"]))
      #expect(unknown.outcomes[5] == "authenticate failed")
      let path = try await steps(vault(api.url, appRole(role), ["path": "other"]))
      #expect(path.outcomes.suffix(2) == ["auto_renew passed", "path failed"])
      #expect(path.messages["path"]?.contains("may not read the secret \"other\"") == true)
      let none = try await steps(api.root(["path": "none"]))
      #expect(none.messages["path"]?.contains("there is no secret at \"none\"") == true)
      let fixed = try api.token(["app"], #""ttl": "1h", "renewable": false"#)
      let token = try await steps(vault(api.url, givenToken(fixed)))
      #expect(token.outcomes[7] == "auto_renew failed")
      try server.seal()
      let sealed = try await steps(vault(api.url, appRole(role), ["path": "app"]))
      #expect(sealed.outcomes[3...5] == ["request passed", "seal failed", "authenticate skipped"])
      #expect(sealed.hints == ["unseal it, or ask whoever runs it"])
    }
    let refusing = try TCPFaultServer(.refuses)
    let refused = try await steps(vault(refusing.url, givenToken("t")))
    #expect(refused.outcomes[1] == "connect failed" && refused.outcomes.count == 9)
    let other = try scripted { $0.write(answer("200 OK", "[1]")) }
    let noVault = try await steps(vault(other.url, givenToken("t")))
    #expect(noVault.outcomes[4] == "seal failed")
    #expect(noVault.hints == ["check that url is the address of a vault"])
  }

  @Test("says that it does not renew where that is not wanted")
  func notRenewed() async throws {
    try await VaultServer.run { server in
      let token = try server.api.token(["app"], #""ttl": "1h""#)
      let all = try await steps(vault(server.url, givenToken(token), ["auto_renew": false]))
      #expect(all.outcomes[7] == "auto_renew skipped")
      #expect(try server.counts()["GET auth/token/lookup-self"] == 1)
    }
  }

  @Test("can be stopped in the middle")
  func stopped() async throws {
    try await VaultServer.run { server in
      try server.delay("auth/token/lookup-self", seconds: 3)
      let error = await host.failure("test", server.api.root(), timeout: .milliseconds(400))
      #expect(error?.code == .timedOut && host.misuses == 0)
    }
  }
}
