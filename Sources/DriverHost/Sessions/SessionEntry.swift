/// One session of a pool, and what is going on in it.
///
/// Everything that changes is guarded by the lock of its pool.
final class SessionEntry: @unchecked Sendable {
  // `@unchecked` because of the pool's lock.

  enum Phase {
    case opening
    case open
    /// Calls may still be in it, but no new one gets in; it is closed when the last is out.
    case leaving
    case closed
  }

  let key: SessionKey
  /// Which loop's instance has it, counted round.
  let affinity: Int
  var phase = Phase.opening
  /// The driver's session; set once, when it is open.
  var handle: SessionHandle?
  /// Masks the secrets that it was opened with.
  var redactor: Redactor?
  var openedAt = MonotonicTime.now
  var lastUsed = MonotonicTime.now
  /// Calls in it, its own opening, resetting and checking among them.
  var users = 0
  /// Calls in it that were given up, and are still inside the driver.
  var abandoned = 0

  init(key: SessionKey, affinity: Int) {
    self.key = key
    self.affinity = affinity
  }

  /// Whether the driver has anything of it that must be closed.
  var isUnused: Bool { users == 0 && abandoned == 0 }
}
