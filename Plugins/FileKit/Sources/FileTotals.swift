/// The sum of the results of many files.
package struct FileTotals: Sendable, Hashable {
  /// How many files there are of each outcome; of none that there are none of.
  package private(set) var counts: [FileResult.Outcome: Int] = [:]
  /// How many bytes were moved.
  package private(set) var bytes: Int64 = 0
  /// What went wrong first.
  package private(set) var firstFailure: FileResult?

  /// The sum of nothing.
  package init() {}

  /// Adds a result.
  ///
  /// - Parameter result: The result.
  package mutating func add(_ result: FileResult) {
    counts[result.outcome, default: 0] += 1
    let (sum, overflow) = bytes.addingReportingOverflow(max(result.bytes, 0))
    bytes = overflow ? .max : sum
    if result.outcome == .failed && firstFailure == nil { firstFailure = result }
  }

  /// How many files there are of an outcome.
  package func count(_ outcome: FileResult.Outcome) -> Int { counts[outcome] ?? 0 }

  /// How many files there are.
  package var count: Int { counts.values.reduce(0, +) }

  /// All in one line, such as `3 transferred, 1 failed, 1024 bytes`.
  package var text: String {
    let parts = FileResult.Outcome.allCases.compactMap { outcome in
      counts[outcome].map { "\($0) \(outcome.rawValue)" }
    }
    return (parts + ["\(bytes) bytes"]).joined(separator: ", ")
  }

  /// What is wrong with all of it, for people; nil: nothing failed.
  package var failureText: String? {
    guard let firstFailure else { return nil }
    let (failed, all) = (count(.failed), count)
    let number = all == 1 ? "" : "\(failed) of \(all) files failed, first "
    return number + "\(firstFailure.path.text): \(firstFailure.message)"
  }
}
