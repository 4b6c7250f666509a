import Foundation
import TestSupport
import Testing

@Suite("Making a connector at a terminal")
struct CreateCommandTests {
  private let workspace: WorkspaceFixture

  init() throws { workspace = try WorkspaceFixture() }

  @Test("asks field by field and stores the answers", .slow)
  func create() async throws {
    // Each answer is typed when it is asked for: what comes before the question after a password is thrown away.
    let run = try await workspace.shell(
      """
      shown=$(mktemp)
      asked() {
        for turn in $(seq 200); do
          if grep -qF "$1" "$shown"; then sleep 0.3; return; fi
          sleep 0.05
        done
      }
      (
        asked 'url: '; echo https://a.example
        asked 'port [443]: '; echo 8080
        asked 'password: '; echo hunter2-password
        for turn in $(seq 20); do sleep 0.2; echo; done
      ) | script -qefc "$0 connector create shop --type SHOP --description=The_shop" "$shown"
      rm -f "$shown"
      """
    )
    #expect(run.status == 0, "\(run)")
    let text = try workspace.cli.folder.text("w/connectors/shop.yaml")
    #expect(text.contains("url: https://a.example") && text.contains("port: 8080"), "\(text)")
    #expect(text.contains("description: The_shop") && text.contains("password: hunter2-password"))
    #expect(run.output.contains("warning: /password: a secret is written down here"), "\(run)")
  }

  @Test("needs a terminal, a type, and a name that is free", .slow)
  func refused() async throws {
    try workspace.connector("shop", "connector_type: SHOP\n")
    let piped = try await workspace.run("connector create other --type SHOP", input: "https://a\n")
    #expect(piped.status == 2 && piped.error.contains("standard input is no terminal"), "\(piped)")
    let taken = try await workspace.run("connector create shop --type SHOP")
    #expect(
      taken.status == 2 && taken.error.contains("there is a connector shop already"),
      "\(taken)"
    )
    let unknown = try await workspace.run("connector create other --type SHOPP")
    #expect(unknown.status == 3 && unknown.error.contains("did you mean `SHOP`?"), "\(unknown)")
    #expect(try workspace.text("shop") == "connector_type: SHOP\n")
  }

  @Test("shows the form that it asks by, with what is stored and without secrets", .slow)
  func form() async throws {
    try workspace.connector(
      "shop",
      "connector_type: SHOP\nvalue: {url: https://a, password: hunter2, authentication: {method: basic, username: ada, password: hunter2}}\n"
    )
    let runs = [
      try await workspace.run("connector form shop"),
      try await workspace.run("connector form --type SHOP"),
      try await workspace.run("connector form"),
      try await workspace.run("connector form shop --type SHOP"),
    ]
    #expect(runs.map(\.status) == [0, 0, 2, 2])
    try Snapshot.check("connector-form", runs)
    let document = try await workspace.run("connector form shop --json")
    #expect(!(runs.map(\.output).joined() + document.output).contains("hunter2"))
    let form = try WorkspaceFixture.json(document)
    #expect(form["connector_type"] as? String == "SHOP")
    #expect((form["secrets"] as? [String])?.contains("/password") == true)
  }
}
