import TestSupport
import Testing

@Suite("The vault", .requires(.python), .showingServerLogs)
struct VaultServerTests {
  @Test("is understood by the public client of the API")
  func isUnderstood() async throws {
    try await VaultServer.run { server in
      let result = try await Command.run(
        try Tool.python.required(),
        [
          "-B", "\(ThisPackage.folder)/Tests/Python/ask_vault.py", server.url,
          server.options.rootToken, VaultServer.unsealKey,
        ],
        environment: ["NO_PROXY": "*"]
      )
      #expect(result.status == 0, "\(result.output)\(result.error)")
      let counts = try server.counts()
      #expect(counts["POST auth/approle/login"] == 3)
      #expect(counts["LIST secret/metadata/app"] == 2)
    }
  }

  @Test("keeps the digits of numbers")
  func numbers() async throws {
    try await VaultServer.run { server in
      try server.api.write("n", #"{"big": 12345678901234567890, "decimal": 0.10, "e": 1E400}"#)
      let answer = try server.api.call("GET", "secret/data/n").body
      #expect(answer.contains(#""big": 12345678901234567890, "decimal": 0.10, "e": 1E400"#))
    }
  }

  @Test(
    "tells its state by the status of sys/health",
    arguments: [
      ("active", 200), ("standby", 429), ("dr-secondary", 472), ("performance-standby", 473),
      ("uninitialized", 501),
    ]
  )
  func health(state: String, status: Int) async throws {
    try await VaultServer.run { server in
      try server.setHealth(state)
      #expect(try server.api.send("GET", "sys/health").status == status)
      try server.seal()
      #expect(try server.api.send("GET", "sys/health").status == 503)
      #expect(try server.api.send("GET", "sys/health?sealedcode=299").status == 299)
    }
  }

  @Test("does what tests ask it to")
  func controls() async throws {
    try await VaultServer.run { server in
      try server.api.write("a", #"{"k": "v"}"#)
      let token = try server.api.token(["root"])
      #expect(try server.api.send("GET", "secret/data/a", token: token).status == 200)
      try server.expireTokens()
      let expired = try server.api.send("GET", "secret/data/a", token: token)
      #expect(expired.status == 403 && expired.body.contains("permission denied"))
      try server.fail("secret/data/a", status: 500, times: 1)
      #expect(try server.api.send("GET", "secret/data/a").status == 500)
      #expect(try server.api.send("GET", "secret/data/a").status == 200)
      try server.seal()
      let sealed = try server.api.send("GET", "secret/data/a")
      #expect(sealed.status == 503 && sealed.body == #"{"errors": ["Vault is sealed"]}"#)
      try server.unseal()
      try server.stand(by: "http://127.0.0.1:9")
      #expect(try server.api.send("GET", "secret/data/a").status == 307)
      #expect(try server.counts()["GET secret/data/a"] == 6)
    }
  }
}
