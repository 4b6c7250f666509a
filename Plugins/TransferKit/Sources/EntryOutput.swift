internal import DriverKit
internal import FileKit
internal import LoopKit

/// The entries of a listing: down the channel where somebody reads it, else together at the end.
///
/// On the loop.
final class EntryOutput {
  /// How many names that are none a listing may have: a server that tells more has no end.
  private static let mostRefused = 1_000_000

  private let channel: ValueChannel
  private let scope: Scope
  private let limit: Int
  private let isStreamed: Bool
  private var entries: [OutputValue] = []
  private var count = 0
  private var refused = 0
  /// What could not be listed first.
  private(set) var failure: DriverError?

  /// The entries of a listing.
  ///
  /// - Parameters:
  ///   - channel: Where they go.
  ///   - scope: How long a slow reader is waited for.
  ///   - limit: How many there are at most where nobody reads the channel.
  init(_ channel: ValueChannel, _ scope: Scope, _ limit: Int) {
    self.channel = channel
    self.scope = scope
    self.limit = limit
    isStreamed = channel.isWanted
  }

  /// Takes an entry.
  ///
  /// - Throws: Why it cannot be told, or that there are too many.
  func add(_ entry: FileEntry) async throws(DriverError) {
    if isStreamed {
      count += 1
      return try await channel.send(entry.output, scope)
    }
    guard count + refused < limit else { throw tooMany }
    count += 1
    entries.append(entry.output)
  }

  private var tooMany: DriverError {
    DriverError(
      .tooLarge,
      "there are more than \(limit) entries: read the channel entries, give a pattern, or raise max_entries",
      pointer: "/max_entries"
    )
  }

  /// Takes a name that is none, of which a server may tell without end.
  ///
  /// - Throws: That there are too many.
  func refuse(_ error: DriverError) throws(DriverError) {
    fail(error)
    refused += 1
    guard isStreamed ? refused <= EntryOutput.mostRefused : count + refused <= limit else {
      throw tooMany
    }
  }

  /// Takes why something could not be listed; the rest is listed all the same.
  func fail(_ error: DriverError) { if failure == nil { failure = error } }

  /// Puts out how many there were, and where nobody read the channel all of them.
  func put(_ call: Call) throws(DriverError) {
    try call.output("count", .int(Int64(count)))
    if !isStreamed { try call.output("entries", .list(entries)) }
  }
}
