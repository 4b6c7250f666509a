import DriverHost
import TestSupport
import Testing

/// A workspace whose vault is a real server, and whose connectors ask httpbin.
@Suite("A connector with secrets in a vault", .requires(.python, .httpbin))
struct ConnectorTests {
  private let folder: TemporaryFolder
  private let host: DriverHost.Host
  private let history = MemoryHistory()

  init() throws {
    folder = try TemporaryFolder()
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      SearchPath.Entry(path: ThisPackage.products, origin: .option)
    ])
    configuration.workspace = Workspace(folder: folder.path)
    configuration.history = history
    // Each test shows what happens at the next look.
    configuration.secretLifetime = .zero
    host = try Host(configuration)
  }

  private func write(_ server: VaultServer, token: String, _ web: HTTPBinServer) throws {
    let workspace = Workspace(folder: folder.path)
    try workspace.vaults.write(
      VaultConfiguration(
        name: "main",
        type: "VAULT",
        value: [
          "url": .string(server.api.url),
          "authentication": ["authentication_method": "token", "token": .string(token)],
          "retry": false,
        ]
      ),
      if: .always
    )
    try workspace.connectors.write(
      Connector(
        name: "web",
        type: "REST",
        value: [
          "url": .string("\(web.url)/anything"),
          "method": "post",
          "data": ["port": "vault.secret(main:shop/db.port)", "flags": "vault.secret(flags)"],
          "authentication": [
            "authentication_method": "basic", "username": "vault.secret(main:shop/db.user)",
            "password": "vault.secret(main:shop/db.password)",
          ],
        ],
        vaultSecrets: [SecretPath(configuration: "main", path: "shop/db")]
      ),
      if: .always
    )
  }

  private func failure() async -> HostError? {
    do throws(HostError) {
      _ = try await host.connect("web")
      return nil
    } catch {
      return error
    }
  }

  private static let secret =
    #"{"user": "ann", "password": "sw0rdfish", "port": 5432, "flags": {"a": [true, null]}}"#

  @Test("sends them with their types, and leaves them in no record")
  func sends() async throws {
    try await VaultServer.run { server in
      try await withHTTPBin { web in
        try server.api.write("shop/db", ConnectorTests.secret)
        try write(server, token: server.options.rootToken, web)
        let result = try await host.connect("web", ["headers": ["X-Mine": "1"]])
        let answer = result["json"]
        #expect(answer["json"] == ["port": 5432, "flags": ["a": [true, nil]]])
        // `ann:sw0rdfish`.
        #expect(answer["headers"]["Authorization"] == "Basic YW5uOnN3MHJkZmlzaA==")
        #expect(answer["headers"]["X-Mine"] == "1")
        let records = try await history.executions(ExecutionQuery())
        #expect(Set(records.map(\.connectorName)) == ["web", "vault:main"])
        for record in records {
          let text = JSON.text(.map(record.input)) + JSON.text(.map(record.output ?? [:]))
          #expect(
            !text.contains("sw0rdfish") && !text.contains(server.options.rootToken),
            "\(text)"
          )
        }
        let record = try #require(records.first { $0.connectorName == "web" })
        #expect(
          record.input["authentication"]?["password"] == "vault.secret(main:shop/db.password)"
        )
      }
    }
  }

  @Test(
    "tells sealed, forbidden, missing and unreachable vaults apart, and goes on when they are back"
  )
  func failures() async throws {
    try await VaultServer.run { server in
      try await withHTTPBin { web in
        try write(server, token: server.options.rootToken, web)
        #expect(await failure()?.vendorState == "missing_path")
        try server.api.write("shop/db", #"{"user": "ann"}"#)
        let missing = await failure()
        #expect(missing?.vendorState == "missing_key" && missing?.stage == .secret)
        #expect(missing?.details?.listValue?.count == 3)
        try server.api.write("shop/db", ConnectorTests.secret)
        #expect(await failure() == nil)
        try server.seal()
        let sealed = await failure()
        #expect(sealed?.vendorState == "sealed" && sealed?.message.contains("vault main") ?? false)
        try server.unseal()
        #expect(await failure() == nil)
        // Its token has been taken away in the middle, and another one is in the file.
        try server.expireTokens(root: true)
        #expect(await failure()?.vendorState == "forbidden")
      }
    }
    // The server is gone.
    #expect(await failure()?.vendorState == "unreachable")
  }
}
