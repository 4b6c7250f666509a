import Foundation
import TestSupport
import Testing

@Suite("Running connectors of a workspace")
struct RunConnectorTests {
  private let workspace: WorkspaceFixture

  init() throws {
    workspace = try WorkspaceFixture()
    try workspace.vault(
      "prod",
      """
      connector_type: KEEPER
      value:
        token: hunter2-token
        secrets: {shop: {password: hunter2-password, port: 7777, extra: hunter2-extra, user: hunter2-user}}

      """
    )
    try workspace.vault("shut", "connector_type: KEEPER\nvalue: {state: sealed}\n")
    try workspace.connector(
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

  @Test("runs once for each item of a list, of CSV, NDJSON, JSON and YAML", .slow)
  func each() async throws {
    try workspace.cli.folder.write(
      "item,count,authentication.username\r\na,1,bob\r\n\"b \"\"x\"\", y\",,\"\"\r\nvault.secret(prod:shop.password),3,c\n",
      to: "i.csv"
    )
    try workspace.cli.folder.write("{\"item\": \"a\"}\n\n{\"item\": \"fail\"}\n", to: "i.ndjson")
    try workspace.cli.folder.write("[{\"item\": \"a\"}, {\"item\": \"b\"}]", to: "i.json")
    try workspace.cli.folder.write("- item: a\n- {item: b, count: 2}\n", to: "i.yaml")
    var runs = try await runs([
      "run shop --each item=a,fail,c --parallel 1", "run shop --each <folder>/i.csv --parallel 1",
      "run shop --each <folder>/i.ndjson --parallel 1",
      "run shop --each <folder>/i.json --parallel 1",
      "run shop --each <folder>/i.yaml --parallel 1",
      "run shop --each item=fail,b,c --parallel 1 --fail-fast --output ndjson",
      "run shop --each authentication.username=bob,eve --parallel 1",
    ])
    #expect(runs.map(\.status) == [1, 0, 1, 0, 0, 1, 0])
    for index in runs.indices { runs[index].output = Self.steady(runs[index].output) }
    try Snapshot.check("run-each", runs)
    let piped = try await workspace.run(
      "run shop --each - --output table",
      input: "{\"item\": \"a\"}\n"
    )
    #expect(piped.status == 0 && piped.output.contains("0     ENDED_SUCCESS"), "\(piped)")
  }

  /// A text without what differs from run to run.
  private static func steady(_ text: String) -> String {
    text.replacing(/"execution":"[0-9a-f-]{36}"/, with: "\"execution\":\"…\"")
      .replacing(/"duration":[0-9.e-]+/, with: "\"duration\":0")
  }

  @Test("stops at an item that cannot be read, and says where", .slow)
  func wrongItems() async throws {
    let files = [
      "a.ndjson": "{\"item\": \"a\"}\n{\"item\": }\n", "b.ndjson": "[1]\n",
      "c.csv": "item,count\na\n", "d.csv": "item,count\na,x y: z: q\n", "e.csv": "item\n\"a\n",
      "f.csv": "item,\na,b\n",
      "j.ndjson": "{\"password\": hunter2}\n", "k.yaml": "- password: [hunter2\n",
      "g.yaml": "item: a\n", "h.json": "[1, {}, 2]", "i.csv": "",
    ]
    for (name, text) in files { try workspace.cli.folder.write(text, to: name) }
    var lines = files.keys.sorted().map { "run shop --each <folder>/\($0)" }
    lines += [
      "run shop --each <folder>/none.csv", "run shop --each item=a --explain",
      "run shop --each item=a --out x", "run shop --each item=a --parallel 0",
      "run shop --fail-fast",
      "run shop --each - --input -",
    ]
    var runs = try await runs(lines)
    #expect(runs.allSatisfy { $0.status == 2 })
    for index in runs.indices {
      runs[index].output = Self.steady(runs[index].output)
      runs[index].error = runs[index].error.components(separatedBy: "Usage:")[0]
    }
    try Snapshot.check("run-each-wrong", runs)
  }

  @Test("stops all of a fan-out at Ctrl-C, those that wait for an endless input too", .slow)
  func interrupt() async throws {
    let fifo = workspace.cli.folder.file("items")
    #expect(mkfifo(fifo, 0o600) == 0)
    // Held open for writing by the test, so that there is no end.
    let held = Locked<Int32>(-1)
    Thread.detachNewThread {
      let descriptor = open(fifo, O_WRONLY)
      held.with { $0 = descriptor }
    }
    let program = try RunningCommand(
      CLI.path,
      ["run", "shop", "item=wait", "--each", fifo, "--log-level", "error"],
      environment: try CLI.environment.merging(workspace.environment()) { $1 }
    )
    try await eventually("the program reads items") { held.with { $0 } >= 0 }
    let line = "{\"count\": 1}\n"
    _ = held.with { write($0, line, line.utf8.count) }
    try await eventually("a connection runs") {
      let list = try await workspace.run("executions list --status RUNNING --connector shop")
      return list.output.contains("RUNNING")
    }
    program.process.send(SIGINT)
    let command = try await program.finish()
    held.with { _ = close($0) }
    #expect(command.status == 130)
    #expect(command.output.contains("ENDED_CANCELLED"), "\(command.output) \(command.error)")
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
