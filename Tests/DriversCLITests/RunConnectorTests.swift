import Foundation
import TestSupport
import Testing

@Suite("Running connectors of a workspace")
struct RunConnectorTests {
  private let workspace: WorkspaceFixture

  init() throws {
    workspace = try WorkspaceFixture()
    try workspace.shop()
  }

  /// Runs lines, none of which may show a secret.
  private func runs(_ lines: [String]) async throws -> [CLI.Run] {
    var runs: [CLI.Run] = []
    for line in lines {
      let run = try await workspace.run(line)
      #expect(!(run.output + run.error).contains("hunter2"), "\(run)")
      runs.append(run)
    }
    return runs
  }

  @Test("takes the stored inputs, then attached secrets, then the command line", .slow)
  func order() async throws {
    let runs = try await runs([
      "run shop", "run shop port=1 item=a", "run shop authentication.username=bob port=2",
      "run shop --action search", "run --action order shop count=2", "test shop",
      "run shop vault_secrets=shut:a port=1", "run shop --vault-secret prod:shop count=3",
      "run --type SHOP url=https://b note=vault.secret(prod:shop.user)",
      "run --type SHOP@org.driverhost.fixture.shop url=https://b --vault-secret prod:shop",
    ])
    #expect(runs.map(\.status) == [0, 0, 0, 0, 0, 0, 1, 0, 0, 0])
    try Snapshot.check("run-connector", runs)
  }

  @Test("explains where every input comes from, and runs nothing", .slow)
  func explain() async throws {
    try workspace.connector(
      "open",
      """
      connector_type: SHOP
      value: {url: https://a, password: "vault.secret(shut:a.b)", note: "x vault.secret(prod:shop.none)"}

      """
    )
    try workspace.cli.folder.write("port: 3\nnote: from a file\n", to: "in.yaml")
    let runs = try await runs([
      "run shop --explain",
      "run shop --explain --input <folder>/in.yaml authentication.username=bob item:=null max_runtime=5",
      "run shop --explain --json count=vault.secret(prod:shop.port)",
      "run open --explain", "run open --explain port=x", "run shop --explain port=x",
      "run --type SHOP --explain url=https://b --vault-secret prod:shop",
      "test shop --explain", "vault test shut --explain --json",
    ])
    #expect(runs.map(\.status) == [0, 0, 0, 0, 0, 2, 0, 0, 0])
    try Snapshot.check("run-explain", runs)
    let executions = try await workspace.run("executions list")
    #expect(executions.output == "nothing was recorded yet\n")
  }

  @Test("says what is missing or wrong, and where it stands", .slow)
  func wrong() async throws {
    try workspace.connector("broken", "connector_type: SHOP\nvalue: [\n")
    try workspace.connector(
      "strange",
      "connector_type: SHOP\nvalue: {url: https://a, prot: 1, port: x}\n"
    )
    try workspace.connector(
      "secretive",
      "connector_type: SHOP\nvalue: {url: https://a, note: vault.secret(prod:shop.none)}\n"
    )
    let runs = try await runs([
      "run", "run port=1", "run shpo", "run broken", "run strange count=y",
      "run shop port=x authentication.method=q", "run secretive", "run secretive --json",
      "run shop --vault-secret prod:none", "run shop vault_secrets=prod", "run shop port.a=1",
      "run shop other=1", "test",
    ])
    #expect(runs.map(\.status) == [2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2])
    try Snapshot.check("run-connector-wrong", runs)
  }

  @Test("names connectors when a shell completes a command", .slow)
  func completions() async throws {
    let script = try await workspace.run("--generate-completion-script bash")
    #expect(script.status == 0 && script.output.contains("---completion"))
    let names = try await workspace.shell(
      "\"$0\" ---completion connector show -- positional@0 0 0 \"\""
    )
    #expect(names.output.contains("shop"), "\(names)")
  }
}
