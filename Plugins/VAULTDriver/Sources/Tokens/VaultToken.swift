internal import DriverKit
internal import HTTPKit

/// A token, and what is known of its life.
struct VaultToken {
  var value: String
  /// When it has come to its end, in nanoseconds; nil: never, or nobody has said.
  var end: UInt64?
  /// Whether its life can be made longer.
  var isRenewable = false
  /// Whether a request was refused with it right after it was issued: it is the policies that refuse, not the token.
  var isDoubted = false

  /// A token that somebody has given.
  init(given value: String) { self.value = value }

  /// Reads the answer of a log-in or a renewal: its part `auth`.
  ///
  /// - Parameters:
  ///   - document: The answer.
  ///   - now: The time, in nanoseconds.
  init?(issued document: JSONDocument, at now: UInt64) {
    guard let text = document.text("/auth/client_token"), !text.isEmpty,
      text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return nil }
    value = text
    read(document, "/auth/lease_duration", "/auth/renewable", now)
  }

  /// Takes what a look-up says of the token: its part `data`.
  mutating func take(lookedUp document: JSONDocument, at now: UInt64) {
    read(document, "/data/ttl", "/data/renewable", now)
  }

  private mutating func read(
    _ document: JSONDocument,
    _ duration: String,
    _ renewable: String,
    _ now: UInt64
  ) {
    isRenewable = document.scalar(renewable) == "true"
    let seconds = document.scalar(duration).flatMap { Double($0) } ?? 0
    end = seconds > 0 ? now + UInt64(min(seconds, 1e9) * 1e9) : nil
  }

  /// Whether it may still be sent: not when it is about to end, since a request takes its time to arrive.
  func isUsable(at now: UInt64) -> Bool { end.map { now + 250_000_000 < $0 } ?? true }

  /// After how many nanoseconds it is to be renewed: at two thirds of what is left; nil: it cannot be.
  func renewalDelay(at now: UInt64) -> UInt64? {
    guard isRenewable, let end, end > now else { return nil }
    return (end - now) / 3 * 2
  }
}
