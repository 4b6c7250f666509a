internal import DriverKit

/// What came of a program.
struct RunResult {
  var end: Program.End
  var stdout: TextEncodingTable.Output
  var stderr: TextEncodingTable.Output
  var report: String
  /// In seconds.
  var duration: Double
  /// What a script left in its variables.
  var received: OutputVariables.Received
  /// Whether it is what was asked for, and not what the server runs in the place of everything.
  var isOurs: Bool
  /// Why it was ended, or could not go on; nil: it ended by itself.
  var stop: DriverError?

  /// Its parts, as an action puts them out.
  var outputs: [(StaticString, OutputValue)] {
    [
      ("retcode", end.status.map { .int(Int64($0)) } ?? .null),
      ("signal", OutputValue(end.signal)), ("report", .string(report)),
      ("stdout", RunResult.value(stdout)), ("stderr", RunResult.value(stderr)),
      ("duration", .double(duration)),
    ]
  }

  private static func value(_ output: TextEncodingTable.Output) -> OutputValue {
    switch output {
    case .text(let text): .string(text)
    case .bytes(let bytes): .bytes(bytes)
    }
  }

  /// The error that the end comes to; nil: it is one that was expected.
  func failure(_ expected: Set<Int32>) -> DriverError? {
    if let stop { return stop }
    if let status = end.status, expected.contains(status) { return isOurs ? nil : foreign }
    let what =
      end.signal.map { "was ended by the signal \($0)" }
      ?? "ended with the exit code \(end.status.map { "\($0)" } ?? "that nobody knows")"
    // What it said last tells most.
    let said = RunResult.lastLine(report)
    var error = DriverError(
      .remoteFailure,
      "the program \(what)\(said.isEmpty ? "" : ": \(said)")",
      pointer: ""
    )
    error.status = end.status ?? 0
    return error
  }

  /// Says that something else was run, which is no success whatever it has come to.
  private var foreign: DriverError {
    let said = RunResult.lastLine(report)
    return DriverError(
      .forbidden,
      "the server has run something else than what it was asked to, as ForceCommand or the login shell of the user have it\(said.isEmpty ? "" : ": \(said)")"
    )
  }

  static func lastLine(_ text: String) -> String {
    // The end is enough: a report may have many megabytes, and this is the loop's time.
    let end = String(decoding: text.utf8.suffix(4096), as: UTF8.self)
    let line = end.split(whereSeparator: \.isNewline).last { line in
      line.contains { !$0.isWhitespace }
    }
    return String((line ?? "").prefix(300))
  }
}
