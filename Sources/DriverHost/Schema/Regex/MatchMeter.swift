/// Counts the work of a match, and ends it when there was enough.
///
/// PCRE2's own limit counts anew at each place of the text where a match may begin, so that a match
/// may take that limit times the length of the text. Callouts, which patterns of ours have wherever
/// a match may go another way, count all of it.
struct MatchMeter {
  /// How much more work may be done.
  private var remaining: Int
  /// What one attempt takes: so many characters may be looked at before the first callout.
  private let startCost: Int
  /// The place in the text that was reached last.
  private var last = 0

  /// How many characters that are only passed over make one step.
  private static let charactersInStep = 16
  /// The number of the callout at the beginning of each pattern.
  private static let startNumber: UInt32 = 1

  /// A meter for one match with a pattern that matches `minimumLength` characters or more.
  init(remaining: Int, minimumLength: Int) {
    self.remaining = remaining
    startCost = 1 + minimumLength / MatchMeter.charactersInStep
  }

  /// What is left; nothing if there was not enough.
  var left: Int { max(remaining, 0) }

  /// Notes that a match has come to a callout; whether it may go on.
  mutating func pass(_ number: UInt32, at position: Int) -> Bool {
    if number == MatchMeter.startNumber {
      remaining -= startCost
    } else {
      remaining -= 1 + max(0, position - last) / MatchMeter.charactersInStep
    }
    last = position
    return remaining >= 0
  }
}
