package import DriverKit
package import FileKit
internal import LoopKit

/// What becomes of the files of a call: told as it happens, and summed.
///
/// On the loop.
package final class FileReport {
  /// How many results the outputs have.
  private static let most = 1000

  private let call: Call
  private let channel: ValueChannel
  private let scope: Scope
  private let start = Loop.now()
  package private(set) var totals = FileTotals()
  private var kept: [OutputValue] = []
  private var bytes: UInt64 = 0
  private var told: UInt64 = 0
  /// How many bytes there are in all; nil: that is not known.
  package var expected: UInt64?
  /// Whether it is told how many files were removed: for actions that do that.
  private let tellsDeleted: Bool
  /// The error of the first file that failed.
  package private(set) var failure: DriverError?

  /// A report.
  ///
  /// - Parameters:
  ///   - call: Whose.
  ///   - channel: The index of the channel for what becomes of each file.
  ///   - files: Where the files are.
  ///   - tellsDeleted: Whether it is told how many files were removed.
  package init(
    _ call: Call,
    _ channel: Int,
    _ files: any FilePlace,
    tellsDeleted: Bool = false
  ) {
    self.tellsDeleted = tellsDeleted
    self.call = call
    self.channel = ValueChannel(call, channel, files.loop)
    scope = files.scope
  }

  /// Says that bytes were moved.
  package func moved(_ count: Int) {
    bytes += UInt64(count)
    // The host keeps the newest only.
    guard bytes - told >= 1 << 20 || bytes == expected else { return }
    told = bytes
    call.progress(bytes, of: expected, "bytes")
  }

  /// Takes the result of a file.
  ///
  /// - Parameters:
  ///   - result: The result.
  ///   - error: The whole error of one that failed.
  /// - Throws: Why it cannot be told.
  package func add(_ result: FileResult, _ error: DriverError? = nil) async throws(DriverError) {
    totals.add(result)
    if result.outcome == .failed, failure == nil {
      failure =
        error ?? DriverError(result.code ?? .failure, "\(result.path.text): \(result.message)")
    }
    if channel.isWanted { return try await channel.send(result.output, scope) }
    if kept.count < FileReport.most { kept.append(result.output) }
  }

  /// Puts out the sums.
  private func put() throws(DriverError) {
    let counts: [(StaticString, FileResult.Outcome)] = [
      ("transferred", .transferred), ("resumed", .resumed), ("skipped", .skipped),
      ("created", .created), ("failed", .failed),
    ]
    for (name, outcome) in counts { try call.output(name, .int(Int64(totals.count(outcome)))) }
    if tellsDeleted { try call.output("deleted", .int(Int64(totals.count(.deleted)))) }
    try call.output("bytes", .int(totals.bytes))
    try call.output("duration", .double(Loop.now() - start))
    if !channel.isWanted { try call.output("files", .list(kept)) }
  }

  /// Does what it tells of, and puts out the sums, also where that fails.
  ///
  /// - Parameter body: What it tells of.
  /// - Throws: Why it fails, or the error of the files that did.
  package func sum(_ body: () async throws(DriverError) -> Void) async throws(DriverError) {
    do throws(DriverError) {
      try await body()
    } catch {
      try put()
      throw error
    }
    try put()
    if let error { throw error }
  }

  /// The error of the call; nil: no file failed.
  package var error: DriverError? {
    guard let failure, let text = totals.failureText else { return nil }
    if totals.count == 1 { return failure }
    var error = failure
    error.message = text
    return error
  }
}

extension FileResult {
  /// The result as actions put it out.
  package var output: OutputValue {
    var members: [(name: String, value: OutputValue)] = [
      ("path", .string(String(decoding: path.bytes, as: UTF8.self)))
    ]
    if let target {
      members.append(("target", .string(String(decoding: target.bytes, as: UTF8.self))))
    }
    members += [
      ("outcome", .string(outcome.rawValue)), ("bytes", .int(bytes)), ("seconds", .double(seconds)),
    ]
    if let code { members.append(("code", .string(code.rawValue))) }
    if !message.isEmpty { members.append(("message", .string(message))) }
    return .map(members)
  }
}
