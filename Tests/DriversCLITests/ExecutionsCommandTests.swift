import Foundation
import TestSupport
import Testing

@testable import drivers

@Suite("The commands about executions")
struct ExecutionsCommandTests {
  private let workspace: WorkspaceFixture

  init() throws {
    workspace = try WorkspaceFixture()
    try workspace.vault("prod", "connector_type: KEEPER\nvalue: {secrets: {a: {b: hunter2}}}\n")
    try workspace.connector(
      "shop",
      "connector_type: SHOP\nvalue: {url: https://a, password: vault.secret(prod:a.b)}\n"
    )
  }

  private func executions(_ more: String = "") async throws -> [[String: Any]] {
    let run = try await workspace.run("executions list --json \(more)")
    return try #require(try WorkspaceFixture.json(run)["executions"] as? [[String: Any]], "\(run)")
  }

  @Test("explain themselves")
  func help() async throws {
    var runs: [CLI.Run] = []
    for command in ["", " list", " show", " prune"] {
      runs.append(try await workspace.run("executions\(command) --help"))
    }
    #expect(runs.allSatisfy { $0.status == 0 })
    try Snapshot.check("help-executions", runs)
  }

  @Test("list what was run, choose among it, show one, and forget", .slow)
  func life() async throws {
    #expect(try await executions().isEmpty)
    #expect(try await workspace.run("run shop item=a").status == 0)
    #expect(try await workspace.run("run shop item=fail").status == 1)
    #expect(try await workspace.run("run --type SHOP url=https://b").status == 0)
    #expect(try await workspace.run("test shop").status == 0)
    let all = try await executions()
    #expect(
      all.compactMap { $0["id"] as? String } == all.compactMap { $0["id"] as? String }.sorted(by: >)
    )
    #expect(all.count == 7)
    #expect(all.first?["type"] as? String == "CONNECTION")
    let failed = try await executions("--status ENDED_ERROR --connector shop")
    #expect(
      failed.count == 1 && failed.first?["status_message"] as? String == "the shop is out of it"
    )
    #expect(try await executions("--type SHOP").count == 4)
    #expect(try await executions("--connector vault:prod").count == 3)
    #expect(try await executions("--limit 2").count == 2)
    #expect(try await executions("--since 1h").count == 7)
    #expect(try await executions("--since 2200-01-01").isEmpty)
    let id = try #require(failed.first?["id"] as? String)
    let shown = try await workspace.run("executions show \(id.prefix(35)) --json")
    let execution = try #require(try WorkspaceFixture.json(shown)["execution"] as? [String: Any])
    #expect(
      (execution["input_value"] as? [String: Any])?["password"] as? String
        == "vault.secret(prod:a.b)"
    )
    #expect((execution["output_value"] as? [String: Any])?["item"] as? String == "fail")
    #expect((execution["children"] as? [String])?.count == 1)
    let text = try await workspace.run("executions show \(id)")
    #expect(text.status == 0 && text.output.contains("input_value:\n  url: https://a\n"), "\(text)")
    #expect(!text.output.contains("hunter2"))
    let several = try await workspace.run("executions show 0")
    #expect(several.status == 2 && several.error.contains("give more of it"))
    let none = try await workspace.run("executions show f")
    #expect(none.status == 2 && none.error.contains("no execution has the id f"))
    let table = try await workspace.run("executions list --connector shop")
    #expect(table.output.hasPrefix("ID  ") && table.output.contains("the shop is out of it"))
    #expect(
      try await workspace.run("executions prune --older-than 1d").output
        == "0 executions forgotten\n"
    )
    #expect(
      try await workspace.run("executions prune --keep 2").output == "5 executions forgotten\n"
    )
    #expect(try await executions().count == 2)
    #expect(try await workspace.run("executions prune").status == 2)
  }

  @Test("are kept out of the repository and hold no secret", .slow)
  func place() async throws {
    #expect(try await workspace.run("run shop").status == 0)
    #expect(try workspace.cli.folder.text("w/.drivers/.gitignore") == "*\n")
    let grep = try await Command.run(
      "grep",
      ["-r", "-l", "hunter2", workspace.cli.folder.file("w/.drivers")]
    )
    #expect(grep.output.isEmpty)
    try workspace.cli.folder.write("mine\n", to: "w/.drivers/.gitignore")
    #expect(try await workspace.run("run shop").status == 0)
    #expect(try workspace.cli.folder.text("w/.drivers/.gitignore") == "mine\n")
  }

  @Test("cost one warning, and never the run, where they cannot be recorded", .slow)
  func unwritable() async throws {
    try workspace.cli.folder.write("no folder", to: "w/.drivers")
    let run = try await workspace.run("run shop")
    #expect(run.status == 0 && run.output.contains("password_length"), "\(run)")
    #expect(run.error.hasPrefix("warning: executions are not recorded"), "\(run)")
    #expect(run.error.split(separator: "\n").count == 1, "\(run)")
    let silent = try await workspace.run("run shop --no-history")
    #expect(silent.status == 0 && silent.error.isEmpty, "\(silent)")
  }

  @Test("read moments and spans of the command line")
  func moments() {
    #expect(MomentArgument.seconds("1970-01-01") == 0)
    #expect(MomentArgument.seconds("2026-11-26T09:50:24Z") == 1_795_686_624)
    #expect(MomentArgument.seconds("2024-02-29T12:00+02:00") == 1_709_200_800)
    #expect(MomentArgument.seconds("2026-02-29") == nil)
    #expect(MomentArgument.seconds("2026-13-01") == nil)
    #expect(MomentArgument.seconds("now") == nil)
    #expect(SpanArgument(argument: "2d")?.duration == .seconds(172_800))
    #expect(SpanArgument(argument: "-2d") == nil)
    #expect(SpanArgument(argument: "2") == nil)
  }
}
