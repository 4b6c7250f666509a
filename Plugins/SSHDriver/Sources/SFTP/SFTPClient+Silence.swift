internal import DriverKit

/// Servers that do not answer any more.
///
/// One that has fallen silent is not waited for by every call anew: the next call begins with a channel of its own.
extension SFTPClient {
  /// How long calls may clean up after a server has fallen silent: no less than they take for it.
  private static let patienceNanoseconds: UInt64 = 5_000_000_000

  /// Says that a call has waited for an answer in vain.
  func disappoint() {
    disappointed += 1
    isSilent = true
    endIfGivenUp()
  }

  /// Ends it where all calls have given it up: their requests would be waited for without end.
  func endIfGivenUp() {
    guard isSilent, disappointed == users, patience == nil else { return }
    patience = loop.timer { [weak self] in
      guard let self else { return }
      patience = nil
      guard isSilent, disappointed == users else { return }
      end(DriverError(.unavailable, "the server has fallen silent in SFTP", isRetryable: true))
    }
    // A loop that takes no timers any more has come to its end.
    try? patience?.arm(afterNanoseconds: SFTPClient.patienceNanoseconds)
  }
}
