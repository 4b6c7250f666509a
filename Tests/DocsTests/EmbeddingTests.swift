import DriverHost
import TestSupport
import Testing

@Suite("The example of embedding the host in Swift")
struct EmbeddingTests {
  @Test("does what its page says")
  func runs() async throws {
    let folder = try TemporaryFolder()
    let workspace = Workspace(folder: folder.path)
    try workspace.connectors.write(
      Connector(name: "greeter", type: "HELLO", value: ["greeting": "Good morning"]),
      if: .isNew
    )
    let said = try await embed(workspace: workspace, paths: [ExampleDriver.path("c")])
    #expect(
      said.prefix(4) == [
        "Good morning, Ada!", "Hello, Grace!", "Good morning, Barbara!", "Good morning, Katherine!",
      ]
    )
    #expect(said[4].hasPrefix("MissingInputError") || said[4].hasPrefix("ExtraInputError"))
    #expect(said.contains { $0.contains("did you mean `who`?") })
    #expect(said.count { $0.hasSuffix("ENDED_SUCCESS") } == 4)
    #expect(said.count { $0.hasSuffix("ENDED_ERROR") } == 1)
  }
}
