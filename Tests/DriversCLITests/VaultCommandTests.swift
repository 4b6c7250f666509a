import Foundation
import TestSupport
import Testing

@Suite("The commands about vault configurations")
struct VaultCommandTests {
  private let workspace: WorkspaceFixture

  init() throws { workspace = try WorkspaceFixture() }

  @Test("explain themselves")
  func help() async throws {
    var runs: [CLI.Run] = []
    for command in ["", " list", " show", " set", " test", " read", " remove"] {
      runs.append(try await workspace.run("vault\(command) --help"))
    }
    #expect(runs.allSatisfy { $0.status == 0 })
    try Snapshot.check("help-vault", runs)
  }

  @Test("store, list, show, test, read and remove, and never show a secret", .slow)
  func life() async throws {
    try workspace.cli.folder.write(
      """
      connector_type: KEEPER
      value:
        token: hunter2
        lease: 30
        secrets: {shop: {password: hunter2, port: 22, on: true, list: [hunter2], map: {a: hunter2}, none: null}}

      """,
      to: "prod.yaml"
    )
    var runs: [CLI.Run] = []
    for line in [
      "vault list", "vault set prod --file <folder>/prod.yaml", "vault list --json",
      "vault show prod", "vault show prod --json", "vault test prod", "vault test prod --json",
      "vault read prod:shop --keys", "vault read prod:shop --keys --json",
      "vault read prod:none --keys", "vault read prod:shop", "vault read prod --keys",
      "vault set prod token=wrong --cache-seconds 5", "vault read prod:shop --keys",
      "vault set prod state=sealed", "vault test prod", "vault read prod:shop --keys --json",
      "vault read other:shop --keys", "vault set shop --type SHOP url=https://a",
      "vault set a:b --type KEEPER token=x", "vault set prod tokn=1 --json", "vault remove prod",
      "vault remove prod --yes", "vault show prod",
    ] {
      runs.append(try await workspace.run(line))
    }
    #expect(runs.allSatisfy { !($0.output + $0.error).contains("hunter2") })
    for index in runs.indices {
      runs[index].error = runs[index].error.split(separator: "\n").filter {
        !$0.hasPrefix("Usage:") && !$0.hasPrefix("  See")
      }.joined(separator: "\n")
    }
    try Snapshot.check("vault-life", runs)
  }

  @Test("tell of vaults that need each other to be opened")
  func circle() async throws {
    for (name, value) in [
      ("a", "{token: 'vault.secret(b:x.y)'}"), ("b", "{token: 'vault.secret(c:x.y)'}"),
      ("c", "{token: 'vault.secret(a:x.y)'}"), ("d", "{token: plain}"),
    ] {
      try workspace.vault(name, "connector_type: KEEPER\nvalue: \(value)\n")
    }
    let run = try await workspace.run("connector validate a b c --json")
    #expect(run.status == 2)
    for way in ["(a → b → c → a)", "(b → c → a → b)", "(c → a → b → c)"] {
      #expect(run.output.contains(way) || run.error.contains(way), "\(way): \(run)")
    }
    // Nor is a vault of the circle advised for the secret that would close it.
    let set = try await workspace.run("vault set c token=plain")
    #expect(set.error.contains("vault.secret(d:PATH.token)"), "\(set)")
  }
}
