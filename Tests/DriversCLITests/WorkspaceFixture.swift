import Foundation
import TestSupport
import Testing

/// A workspace for the command line, with the fixture drivers SHOP and KEEPER.
struct WorkspaceFixture {
  let cli: CLI

  init() throws { cli = try CLI() }

  /// Where the command line finds drivers, workspace and nothing of the user's.
  func environment(_ more: [String: String?] = [:]) throws -> [String: String?] {
    let drivers = [try FixtureDriver.path("shop"), try FixtureDriver.path("keeper")]
    let all: [String: String?] = [
      "DRIVERS_PATH": drivers.joined(separator: ":"), "DRIVERS_WORKSPACE": cli.folder.file("w"),
      "VISUAL": nil, "EDITOR": nil, "XDG_RUNTIME_DIR": nil, "TMPDIR": cli.folder.path,
      "XDG_STATE_HOME": nil, "XDG_CONFIG_HOME": nil,
    ]
    return all.merging(more) { $1 }
  }

  /// Runs the program in the workspace.
  func run(
    _ line: String,
    input: String = "",
    environment: [String: String?] = [:]
  ) async throws -> CLI.Run {
    try await cli.run(line, environment: self.environment(environment), input: input)
  }

  /// Runs a line of bash, in which `$0` is the program.
  func shell(_ line: String, environment: [String: String?] = [:]) async throws -> CLI.Run {
    try await cli.shell(line, environment: self.environment(environment))
  }

  /// Stores the connector `shop`, with secrets of the vault configuration `prod`, and `shut`, which gives none.
  func shop() throws {
    try vault(
      "prod",
      """
      connector_type: KEEPER
      value:
        token: hunter2-token
        secrets: {shop: {password: hunter2-password, port: 7777, extra: hunter2-extra, user: hunter2-user}}

      """
    )
    try vault("shut", "connector_type: KEEPER\nvalue: {state: sealed}\n")
    try connector(
      "shop",
      """
      connector_type: SHOP
      value:
        url: https://a.example
        port: 8080
        prefix: p
        authentication:
          method: basic
          username: ada
          password: vault.secret(prod:shop.password)
      vault_secrets: prod:shop

      """
    )
  }

  /// Stores a connector's document as it is.
  func connector(_ name: String, _ text: String, mode: Int = 0o600) throws {
    try cli.folder.write(text, to: "w/connectors/\(name).yaml", mode: mode)
  }

  /// Stores a vault configuration's document as it is.
  func vault(_ name: String, _ text: String) throws {
    try cli.folder.write(text, to: "w/vaults/\(name).yaml")
  }

  /// A connector's file.
  func text(_ connector: String) throws -> String {
    try cli.folder.text("w/connectors/\(connector).yaml")
  }

  /// What a run has printed, as JSON.
  static func json(_ run: CLI.Run) throws -> [String: Any] {
    try #require(
      try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any],
      "\(run)"
    )
  }
}
