import Foundation
import TestSupport
import Testing

@Suite("The secrets of a workspace")
struct SecrecyTests {
  @Test(
    "are on disk where the operator wrote them, and nowhere else, and in nothing that is printed"
  )
  func onDisk() async throws {
    let fixture = try WorkspaceFixture()
    let (given, literal) = ("canary-of-the-vault", "canary-of-the-file")
    try fixture.vault(
      "keep",
      "connector_type: KEEPER\nvalue: {secrets: {shop: {password: \(given), note: \(given)}}}\n"
    )
    try fixture.connector(
      "shop",
      """
      connector_type: SHOP
      value:
        url: https://a.example
        password: vault.secret(keep:shop.password)
        note: it is vault.secret(keep:shop.note)
        authentication: {method: basic, username: ada, password: \(literal)}
      """
    )
    for line in [
      "run shop", "run shop item=fail", "run shop port=x", "run shop --explain", "test shop",
      "run shop --each item=a,fail", "executions list --json", "connector show shop",
      "connector validate", "vault show keep", "vault read keep:shop --keys",
      "run shop --log-level trace",
      "connector set shop port=80", "run shop --json", "connector form shop --json",
    ] {
      let run = try await fixture.run(line)
      #expect(!(run.output + run.error).contains("canary"), "\(line): \(run.output) \(run.error)")
    }
    let list = try await fixture.run("executions list --json")
    let executions = try #require(try WorkspaceFixture.json(list)["executions"] as? [[String: Any]])
    #expect(executions.count > 5)
    let first = try #require(
      executions.first {
        $0["connector"] as? String == "shop" || $0["connector_name"] as? String == "shop"
      }
    )
    let shown = try await fixture.run(
      "executions show \(try #require(first["id"] as? String)) --json"
    )
    #expect(
      shown.output.contains("vault.secret(keep:shop.password)") && !shown.output.contains("canary")
    )
    let folder = fixture.cli.folder.path
    var looked = 0
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      guard let content = FileManager.default.contents(atPath: "\(folder)/\(name)") else {
        continue
      }
      looked += 1
      for secret in [given, literal] where content.range(of: Data(secret.utf8)) != nil {
        #expect(name == (secret == given ? "w/vaults/keep.yaml" : "w/connectors/shop.yaml"))
      }
    }
    #expect(looked > 3)
  }
}
