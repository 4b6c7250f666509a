import Foundation
import TestSupport
import Testing

/// Texts that were once looked at and found good, in Snapshots.
///
/// With RECORD_SNAPSHOTS set, what the program says now is written there, to be looked at as a
/// change.
enum Snapshot {
  private static let folder = "\(ThisPackage.folder)/Tests/DriversCLITests/Snapshots"

  /// Compares runs with the snapshot of a name.
  static func check(
    _ name: String,
    _ runs: [CLI.Run],
    at location: SourceLocation = #_sourceLocation
  ) throws {
    let text = runs.map(text).joined(separator: "\n")
    let path = "\(folder)/\(name).txt"
    if ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] != nil {
      try Data(text.utf8).write(to: URL(filePath: path))
      return
    }
    let known = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    guard text != known else { return }
    Issue.record(
      """
      \(name) differs from its snapshot (RECORD_SNAPSHOTS=1 swift test records anew).
      It is:
      \(text)
      It was:
      \(known)
      """,
      sourceLocation: location
    )
  }

  /// Runs without what differs from one time to the next.
  static func steady(_ runs: [CLI.Run]) -> [CLI.Run] {
    runs.map { run in
      var run = run
      run.output = run.output.replacing(
        /"execution":"[0-9a-f-]{36}"/,
        with: "\"execution\":\"…\""
      )
      .replacing(/"duration":[0-9.e-]+/, with: "\"duration\":0")
      return run
    }
  }

  private static func text(_ run: CLI.Run) -> String {
    var text = "$ drivers \(run.line)\n"
    if !run.output.isEmpty { text += ended(run.output) }
    if !run.error.isEmpty { text += "--- standard error\n" + ended(run.error) }
    return text + "--- exit code \(run.status)\n"
  }

  /// A text whose last line has an end.
  private static func ended(_ text: String) -> String {
    text.hasSuffix("\n") ? text : text + "\n"
  }
}
