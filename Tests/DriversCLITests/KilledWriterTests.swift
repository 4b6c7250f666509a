import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("A connector whose writer is killed")
struct KilledWriterTests {
  /// How often a writer is killed.
  private static let rounds = 200

  @Test("is the old one or the new one, and the new one where its writer was done", .slow)
  func killed() async throws {
    let fixture = try WorkspaceFixture()
    try fixture.connector(
      "shop",
      "connector_type: SHOP\nvalue: {url: 'https://a.example', port: 1}\n"
    )
    let store = Workspace(folder: fixture.cli.folder.file("w")).connectors
    // Long enough that a write takes as long as the wait for its killer varies.
    let note = String(repeating: "A line of a note.\n", count: 20_000)
    try fixture.cli.folder.write(note, to: "note.txt")
    // How long one takes that nobody kills.
    let clock = ContinuousClock()
    let start = clock.now
    #expect(try await fixture.run("connector set shop note=@<folder>/note.txt").status == 0)
    let whole = clock.now - start
    let milliseconds =
      Double(whole.components.attoseconds) / 1e15 + Double(whole.components.seconds) * 1000
    var (last, committed, killed) = (1, 1, 0)
    for round in 2...KilledWriterTests.rounds + 1 {
      let wait = Double.random(in: 0...milliseconds) / 1000
      let run = try await fixture.shell(
        "$0 connector set shop port:=\(round) >/dev/null 2>&1 & sleep \(String(format: "%.4f", wait)); kill -9 $! 2>/dev/null; wait $!; echo ended $?"
      )
      let stored = try store.load("shop").resource
      let port = Int(stored.value["port"]?.intValue ?? 0)
      #expect(stored.value["note"]?.stringValue == note)
      if run.output.contains("ended 0") {
        #expect(port == round, "a committed change is there")
        committed += 1
      } else {
        #expect(run.output.contains("ended 137"))
        #expect(port == last || port == round, "the old one or the new one")
        killed += 1
      }
      last = port
    }
    #expect(killed > 0, "some were killed")
    // Whatever they have left behind goes with the next writer.
    #expect(try await fixture.run("connector set shop port:=7").status == 0)
    let left = try FileManager.default.contentsOfDirectory(
      atPath: fixture.cli.folder.file("w/connectors")
    )
    #expect(left == ["shop.yaml"])
  }
}
