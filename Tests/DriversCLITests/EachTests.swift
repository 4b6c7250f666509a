import Foundation
import TestSupport
import Testing

@Suite("A connection for each item")
struct EachTests {
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

  @Test("runs once for each item of a list, of CSV, NDJSON, JSON and YAML", .slow)
  func each() async throws {
    try workspace.cli.folder.write(
      "item,count,authentication.username\r\na,1,bob\r\n\"b \"\"x\"\", y\",,\"\"\r\nvault.secret(prod:shop.password),3,c\n",
      to: "i.csv"
    )
    try workspace.cli.folder.write("{\"item\": \"a\"}\n\n{\"item\": \"fail\"}\n", to: "i.ndjson")
    try workspace.cli.folder.write("[{\"item\": \"a\"}, {\"item\": \"b\"}]", to: "i.json")
    try workspace.cli.folder.write("- item: a\n- {item: b, count: 2}\n", to: "i.yaml")
    let runs = try await runs([
      "run shop --each item=a,fail,c --parallel 1", "run shop --each <folder>/i.csv --parallel 1",
      "run shop --each <folder>/i.ndjson --parallel 1",
      "run shop --each <folder>/i.json --parallel 1",
      "run shop --each <folder>/i.yaml --parallel 1",
      "run shop --each item=fail,b,c --parallel 1 --fail-fast --output ndjson",
      "run shop --each authentication.username=bob,eve --parallel 1",
    ])
    #expect(runs.map(\.status) == [1, 0, 1, 0, 0, 1, 0])
    try Snapshot.check("run-each", Snapshot.steady(runs))
    let piped = try await workspace.run(
      "run shop --each - --output table",
      input: "{\"item\": \"a\"}\n"
    )
    #expect(piped.status == 0 && piped.output.contains("0     ENDED_SUCCESS"), "\(piped)")
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
    try workspace.cli.folder.write(Array("{\"item\": \"".utf8) + [0xFF], to: "l.ndjson")
    var lines = (files.keys + ["l.ndjson"]).sorted().map { "run shop --each <folder>/\($0)" }
    lines += [
      "run shop --each <folder>/none.csv", "run shop --each item=a --explain",
      "run shop --each item=a --out x", "run shop --each item=a --parallel 0",
      "run shop --fail-fast",
      "run shop --each - --input -",
    ]
    var runs = try await runs(lines)
    #expect(runs.allSatisfy { $0.status == 2 })
    for index in runs.indices {
      runs[index].error = runs[index].error.components(separatedBy: "Usage:")[0]
    }
    try Snapshot.check("run-each-wrong", Snapshot.steady(runs))
  }

  @Test("says of each fault of an item on which line of the file the item stands", .slow)
  func lines() async throws {
    let files = [
      "a.csv": "item,port\na,1\n\"b\nc\",x\nd,\n",
      "b.ndjson": "{\"item\": \"a\"}\n\n{\"port\": 0, \"itm\": 1}\n",
      "c.json": "[{\"item\": \"a\"},\n {\"port\":\n 0}]",
      "d.yaml": "- item: a\n- item: b\n  port: x\n  authentication: {method: basic}\n",
      "e.csv": "authentication.method\nother\n", "f.csv": "port.a\n1\n",
    ]
    for (name, text) in files { try workspace.cli.folder.write(text, to: name) }
    var lines = files.keys.sorted().map { "run shop --each <folder>/\($0) --parallel 1" }
    lines += [
      "run --type SHOP --each <folder>/b.ndjson --parallel 1",
      "run --type SHOP --each <folder>/a.csv --parallel 1 url=https://a count=x",
      "run shop --each port=x,0 --parallel 1",
      "run shop --each <folder>/c.json count=x --parallel 1",
    ]
    try Snapshot.check("run-each-lines", Snapshot.steady(try await runs(lines)))
  }

  @Test("says on which line a field stands that is no text", .slow)
  func noText() async throws {
    for (text, line) in [("item,note\na,b\nc,\u{1}\nd,e\n", 3), ("item\na\n\"b\r\n\u{1}\"\r\n", 3)]
    {
      let bytes = Array(text.utf8).map { $0 == 1 ? 0xFF : $0 }
      try workspace.cli.folder.write(bytes, to: "a.csv")
      let run = try await workspace.run("run shop --each <folder>/a.csv")
      #expect(
        run.status == 2 && run.error.contains("a.csv:\(line): a field is not UTF-8"),
        "\(run)"
      )
    }
  }

  @Test("takes a byte order mark in front of the items as no part of them", .slow)
  func marks() async throws {
    let files = [
      "a.csv": "item\na\n", "b.ndjson": "{\"item\": \"a\"}\n", "c.json": "[{\"item\": \"a\"}]",
      "d.yaml": "- item: a\n",
    ]
    for (name, text) in files {
      try workspace.cli.folder.write("\u{FEFF}\(text)", to: name)
      let run = try await workspace.run("run shop --each <folder>/\(name)")
      #expect(run.status == 0 && run.output.contains("\"item\":\"a\""), "\(run)")
      let piped = try await workspace.run("run shop --each -", input: "\u{FEFF}\(text)")
      #expect(piped.status == 0 && piped.output.contains("\"item\":\"a\""), "\(piped)")
    }
    // What only begins like one is a name like any other.
    let other = try await workspace.run("run shop --each -", input: "\u{FF49}tem\na\n")
    #expect(other.status == 1 && other.output.contains("\u{FF49}tem"), "\(other)")
  }

  @Test("refuses two columns for one input before anything runs", .slow)
  func twice() async throws {
    try workspace.cli.folder.write("\nitem,count,\"item\"\na,1,b\n", to: "a.csv")
    try workspace.cli.folder.write(
      "authentication.user\\name,a,authentication.user\\name:\n",
      to: "b.csv"
    )
    try workspace.cli.folder.write(
      "authentication.username,authentication.password\nbob,swordfish\n",
      to: "c.csv"
    )
    try workspace.cli.folder.write(
      "authentication,authentication.method\n{method: basic},none\n",
      to: "d.csv"
    )
    let first = try await runs(["run shop --each <folder>/a.csv"])[0]
    #expect(first.status == 2 && first.output.isEmpty)
    #expect(first.error.hasPrefix("error: <folder>/a.csv:2: columns 1 and 3"))
    #expect(first.error.contains("both for the input `item`"))
    #expect(try await workspace.run("executions list --json").output.contains("\"executions\": []"))
    // One column is a member of what another column is, or stands beside it.
    for file in ["c.csv", "d.csv"] {
      let run = try await workspace.run("run shop --each <folder>/\(file)")
      #expect(run.status == 0, "\(run)")
    }
  }
}
