import Foundation
import TestSupport
import Testing

@Suite("The commands about connectors")
struct ConnectorCommandTests {
  private let workspace: WorkspaceFixture

  init() throws { workspace = try WorkspaceFixture() }

  private static let stored =
    "connector_type: SHOP\nvalue:\n  url: https://a.example\n  port: 8080\n"

  @Test("explain themselves")
  func help() async throws {
    var runs: [CLI.Run] = []
    for command in ["", " list", " show", " set", " edit", " rename", " remove", " validate"] {
      runs.append(try await workspace.run("connector\(command) --help"))
    }
    #expect(runs.allSatisfy { $0.status == 0 })
    try Snapshot.check("help-connector", runs)
  }

  @Test("store, list, show, rename and remove", .slow)
  func life() async throws {
    try workspace.cli.folder.write(
      """
      # who we are
      connector_type: SHOP # the type

      description: The shop
      value:
        url: https://a.example
        # the port
        port: 8080 # not 80
        authentication: {method: basic, username: ada, password: hunter2}
      """,
      to: "shop.yaml"
    )
    var runs: [CLI.Run] = []
    for line in [
      "connector list", "connector set shop --file <folder>/shop.yaml", "connector list",
      "connector show shop", "connector show shop --json", "connector list --json",
      "connector set shop port=9090 --unset authentication.password --vault-secret prod:shop",
      "connector set shop authentication.password=vault.secret(prod:shop.password) --json",
      "connector show shop", "connector set shop port=9090",
      "connector set shop --no-vault-secrets --unset authentication",
      "connector rename shop store", "connector rename shop store", "connector remove store",
      "connector remove store --yes --json", "connector show store",
    ] {
      runs.append(try await workspace.run(line))
    }
    try Snapshot.check("connector-life", runs)
    #expect(runs.allSatisfy { !($0.output + $0.error).contains("hunter2") })
  }

  @Test("store with mode 0600 what only its owner is to read")
  func mode() async throws {
    try workspace.connector("shop", Self.stored, mode: 0o644)
    #expect(try await workspace.run("connector set shop port=1").status == 0)
    let path = workspace.cli.folder.file("w/connectors/shop.yaml")
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
  }

  /// Documents that must not be stored, and what is said of each.
  private static let bad: [(name: String, text: String, says: String)] = [
    ("broken YAML", "connector_type: SHOP\nvalue: {url: [\n", "<standard input>:3:1"),
    ("a key twice", "connector_type: SHOP\nvalue: {port: 1, port: 2}\n", "<standard input>:2:18"),
    (
      "aliases without end",
      "connector_type: SHOP\nvalue:\n  a: &a [1,1,1,1,1,1,1,1,1,1]\n  b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
        + "  c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n  d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
        + "  e: [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n", "alias"
    ),
    ("a foreign tag", "connector_type: SHOP\nvalue: {url: !!python/name:os.system x}\n", "2:14"),
    (
      "an unknown type", "connector_type: SHOPP\nvalue: {}\n",
      "1:17: /connector_type: no driver serves the type `SHOPP`; did you mean `SHOP`?"
    ),
    ("no type", "value: {}\n", "`connector_type` is missing"),
    (
      "an unknown input", "connector_type: SHOP\nvalue:\n  prot: 1\n",
      "3:3: /prot: unknown input `prot`; did you mean `port`?"
    ),
    (
      "an unknown key", "connector_type: SHOP\nvalues: {}\n",
      "2:1: /values: unknown key `values`; did you mean `value`?"
    ),
    ("a wrong value", "connector_type: SHOP\nvalue:\n  port: 0\n", "3:9: /port: expected"),
    (
      "a wrong secret path", "connector_type: SHOP\nvault_secrets: prod\n",
      "2:16: /vault_secrets: expected CONFIG:PATH"
    ),
    ("a list", "- 1\n", "a connector is a map"),
    (
      "what is no text", "connector_type: SHOP\nvalue: {note: \"\u{FFFF}\"}\n", "<standard input>:2"
    ),
  ]

  @Test(
    "refuse a bad document with its place, and leave what is stored as it is",
    arguments: bad.indices
  )
  func refused(_ index: Int) async throws {
    let (name, text, says) = Self.bad[index]
    let before = "# mine\n" + Self.stored
    try workspace.connector("shop", before)
    let run = try await workspace.run("connector set shop --file -", input: text)
    #expect(run.status == 2, "\(name): \(run)")
    #expect(run.error.contains(says), "\(name): \(run.error)")
    #expect(run.output.isEmpty)
    #expect(try workspace.text("shop") == before)
    let fresh = try await workspace.run("connector set fresh --file - --json", input: text)
    #expect(fresh.status == 2)
    let error = try #require(try WorkspaceFixture.json(fresh)["error"] as? [String: Any])
    #expect(error["stage"] as? String == "input")
    #expect(
      !FileManager.default.fileExists(atPath: workspace.cli.folder.file("w/connectors/fresh.yaml"))
    )
  }

  /// Documents with a secret in them that cannot be read.
  private static let secretive = [
    "{password: *hunter2}", "{password: !!hunter2 x}", "{password: [*hunter2]}",
    "{password: \"hunter2\\q\"}", "{password: hunter2: x}",
    "{password: hunter2, password: hunter2}",
    "{password: [hunter2]}", "{password: vault.secret(hunter2}",
    "{authentication: {method: basic, password: {hunter2: hunter2}}}", "\n  password: 'hunter2\n",
  ]

  @Test("show no secret of a document that cannot be read", arguments: secretive)
  func secrets(_ value: String) async throws {
    let run = try await workspace.run(
      "connector set shop --file -",
      input: "connector_type: SHOP\nvalue: \(value)\n"
    )
    #expect(run.status == 2 && !run.error.contains("hunter2"), "\(run)")
    try workspace.connector("shop", "connector_type: SHOP\nvalue: \(value)\n")
    for line in ["run shop", "connector show shop", "connector list", "connector validate --json"] {
      let run = try await workspace.run(line)
      #expect(!(run.output + run.error).contains("hunter2"), "\(run)")
    }
  }

  @Test("refuse bad changes, all faults at once, and leave what is stored as it is", .slow)
  func refusedChanges() async throws {
    try workspace.connector("shop", Self.stored)
    var runs: [CLI.Run] = []
    for line in [
      "connector set shop prot=1 port=x note:=[1] retry.attempts=0 max_concurrency=0",
      "connector set shop port", "connector set shop --unset prot", "connector set shop port.a=1",
      "connector set shop authentication:={method:basic,password:[hunter2]}",
      "connector set shp port=1", "connector set shop",
      "connector set a/b --type SHOP port=1", "connector set -- -a port=1",
      "connector set shop --vault-secret prod", "connector set shop --file x port=1",
      "connector set shop --file <folder>/none.yaml",
    ] {
      runs.append(try await workspace.run(line))
    }
    #expect(runs.allSatisfy { $0.status == 2 })
    #expect(runs.allSatisfy { !($0.output + $0.error).contains("hunter2") })
    try Snapshot.check("connector-wrong", runs)
    let unknown = try await workspace.run("connector set shop --type SHOPP")
    #expect(unknown.status == 3 && unknown.error.contains("did you mean `SHOP`?"), "\(unknown)")
    #expect(try workspace.text("shop") == Self.stored)
  }

  @Test("lose no change of two processes that make theirs at the same time", .slow)
  func concurrency() async throws {
    try workspace.connector("shop", "connector_type: SHOP\nvalue: {}\n")
    let writers = try await workspace.shell(
      """
      (for i in $(seq 1 25); do "$0" connector set shop note=n$i >/dev/null || exit 1; done) & first=$!
      (for i in $(seq 1 25); do "$0" connector set shop port=$i >/dev/null || exit 1; done) & second=$!
      wait $first && wait $second
      """
    )
    #expect(writers.status == 0, "\(writers)")
    let text = try workspace.text("shop")
    #expect(text.contains("note: n25") && text.contains("port: 25"), "\(text)")
    #expect(try workspace.cli.folder.names().contains("w"))
    let left = try FileManager.default.contentsOfDirectory(
      atPath: workspace.cli.folder.file("w/connectors")
    )
    #expect(left == ["shop.yaml"])
  }

  @Test("let two processes make the same connector, and keep what both have set")
  func creation() async throws {
    let writers = try await workspace.shell(
      """
      "$0" connector set shop --type SHOP note=a & first=$!
      "$0" connector set shop --type SHOP port=1 & second=$!
      wait $first && wait $second
      """
    )
    #expect(writers.status == 0, "\(writers)")
    let text = try workspace.text("shop")
    #expect(text.contains("note: a") && text.contains("port: 1"), "\(text)")
  }

  @Test("warn of secrets that are written down, and of files that others may read", .slow)
  func warnings() async throws {
    try workspace.vault("prod", "connector_type: KEEPER\nvalue: {token: vault.secret(other:a.b)}\n")
    try workspace.vault("other", "connector_type: KEEPER\nvalue: {token: hunter2}\n")
    try workspace.cli.folder.write(
      "connector_type: SHOP\nvalue: {password: hunter2}\n",
      to: "shop.yaml",
      mode: 0o644
    )
    try workspace.connector(
      "open",
      "connector_type: SHOP\nvalue: {password: hunter2}\n",
      mode: 0o644
    )
    let runs = [
      try await workspace.run("connector set shop --file <folder>/shop.yaml"),
      try await workspace.run("connector set shop password=hunter3 --json"),
      try await workspace.run("connector set shop password=vault.secret(prod:a.b)"),
      try await workspace.run("connector validate"),
      try await workspace.run("connector validate shop prod --json"),
    ]
    #expect(runs.allSatisfy { $0.status == 0 && !($0.output + $0.error).contains("hunter") })
    try Snapshot.check("connector-warnings", runs)
  }

  @Test("find every fault of every file at once", .slow)
  func validation() async throws {
    try workspace.connector("broken", "connector_type: SHOP\nvalue: [\n")
    try workspace.connector("good", Self.stored)
    try workspace.connector(
      "wrong",
      "connector_type: SHOP\nvalue:\n  prot: 1\n  port: 0\n  note: vault.secret(nowhere:a.b)\n"
    )
    try workspace.connector("strange", "connector_type: STRANGE\n")
    try workspace.vault("shop", "connector_type: SHOP\n")
    let runs = [
      try await workspace.run("connector validate"),
      try await workspace.run("connector validate wrong good --json"),
      try await workspace.run("connector validate good"),
      try await workspace.run("connector validate nothing"),
    ]
    #expect(runs.map(\.status) == [2, 2, 0, 2])
    try Snapshot.check("connector-validate", runs)
  }

  @Test("edit a private copy, and store what is valid", .slow)
  func edit() async throws {
    try workspace.connector("shop", Self.stored)
    try workspace.cli.folder.write(
      """
      #!/bin/sh
      stat -c '%a' "$1" "$(dirname "$1")" > '\(workspace.cli.folder.file("modes"))'
      echo "$1" > '\(workspace.cli.folder.file("path"))'
      sed -i 's/8080/9090/' "$1"
      """,
      to: "editor",
      mode: 0o700
    )
    let editor = ["VISUAL": workspace.cli.folder.file("editor")]
    let run = try await workspace.run("connector edit shop", environment: editor)
    #expect(run.status == 0 && run.error.isEmpty, "\(run)")
    #expect(try workspace.text("shop").contains("port: 9090"))
    #expect(try workspace.cli.folder.text("modes") == "600\n700\n")
    let path = try workspace.cli.folder.text("path").trimmingCharacters(in: .newlines)
    #expect(path.hasSuffix("/shop.yaml"))
    #expect(!FileManager.default.fileExists(atPath: (path as NSString).deletingLastPathComponent))
    let again = try await workspace.run("connector edit shop", environment: editor)
    #expect(again.output.contains("has not changed"), "\(again)")
  }

  @Test("store nothing of an edit that is wrong, fails, or comes too late", .slow)
  func editRefused() async throws {
    try workspace.connector("shop", Self.stored)
    func edit(_ editor: String) async throws -> CLI.Run {
      try await workspace.run("connector edit shop", environment: ["EDITOR": editor])
    }
    let wrong = try await edit("sed -i s/8080/none/")
    #expect(
      wrong.status == 2 && wrong.error.contains("the edited copy:4:9: /port: expected"),
      "\(wrong)"
    )
    let failed = try await edit("false")
    #expect(failed.status == 2 && failed.error.contains("code 1; nothing was stored"), "\(failed)")
    #expect(try workspace.text("shop") == Self.stored)
    let path = workspace.cli.folder.file("w/connectors/shop.yaml")
    let late = try await edit("sed -i s/8080/1/ '\(path)'; sed -i s/8080/2/")
    #expect(
      late.status == 2 && late.error.contains("changed by somebody else meanwhile"),
      "\(late)"
    )
    #expect(try workspace.text("shop").contains("port: 1\n"))
    let none = try await workspace.run("connector edit shop")
    #expect(none.status == 2 && none.error.contains("set VISUAL or EDITOR"), "\(none)")
    // What was written is not lost where somebody else came first.
    let left = try workspace.cli.folder.names().filter { $0.hasPrefix("drivers-edit") }
    #expect(left.count == 1 && late.error.contains(left[0]))
    #expect(try workspace.cli.folder.text("\(left[0])/shop.yaml").contains("port: 2\n"))
  }

  @Test("leave no copy behind when a signal ends an edit", .slow)
  func editKilled() async throws {
    try workspace.connector("shop", Self.stored)
    let ready = workspace.cli.folder.file("ready")
    let program = try RunningCommand(
      CLI.path,
      ["connector", "edit", "shop"],
      environment: try CLI.environment.merging(
        workspace.environment([
          "EDITOR": "exec >/dev/null 2>&1 </dev/null; touch '\(ready)'; exec sleep 20 #"
        ])
      ) { $1 }
    )
    try await eventually("the editor runs") { FileManager.default.fileExists(atPath: ready) }
    #expect(try workspace.cli.folder.names().contains { $0.hasPrefix("drivers-edit") })
    program.process.send(SIGTERM)
    let command = try await program.finish()
    #expect(command.status == 143)
    #expect(try !workspace.cli.folder.names().contains { $0.hasPrefix("drivers-edit") })
    #expect(try workspace.text("shop") == Self.stored)
  }

  @Test("ask on a terminal before they remove, and whether to edit what is wrong again", .slow)
  func terminal() async throws {
    try workspace.connector("shop", Self.stored)
    let kept = try await workspace.shell(
      "echo n | script -qec \"$0 connector remove shop\" /dev/null"
    )
    #expect(kept.status == 1 && kept.output.contains("Remove the connector shop"), "\(kept)")
    #expect(try workspace.text("shop") == Self.stored)
    let edited = try await workspace.shell(
      "echo n | script -qec \"$0 connector edit shop\" /dev/null",
      environment: ["EDITOR": "sed -i s/8080/none/"]
    )
    #expect(edited.output.contains("Edit again?"), "\(edited)")
    #expect(try workspace.text("shop") == Self.stored)
    let removed = try await workspace.shell(
      "echo y | script -qec \"$0 connector remove shop\" /dev/null"
    )
    #expect(removed.status == 0, "\(removed)")
    #expect(
      !FileManager.default.fileExists(atPath: workspace.cli.folder.file("w/connectors/shop.yaml"))
    )
  }
}
