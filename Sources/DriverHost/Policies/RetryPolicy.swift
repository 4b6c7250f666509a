/// When a call that has failed is made again.
///
/// Only errors that a driver marks retryable are followed by another attempt, and only as long as nothing of the call
/// was consumed: see `Host.connect`.
public struct RetryPolicy: Sendable, Hashable {
  /// How many attempts there are at most, the first one included; nil: as many as there is time for.
  public var attempts: Int?
  /// The wait before the second attempt.
  public var initial = Duration.seconds(1)
  /// No wait is longer, unless the other side asks for it.
  public var maximum = Duration.seconds(60)
  /// By how much each wait is longer than the one before.
  public var multiplier = 2.0
  /// From the beginning of the first attempt on; no attempt begins later.
  public var deadline = Duration.seconds(600)
  /// Whether each wait is a random part of what it would be, so that calls which failed together do not come together
  /// again ("full jitter", Brooker, 2015).
  public var hasJitter = true

  /// As often as there is time for in ten minutes, after 1, 2, 4 and up to 60 seconds.
  public init() {}

  /// How long to wait before an attempt.
  ///
  /// - Parameters:
  ///   - attempt: Its number; the first one, which nobody waits for, is 1.
  ///   - retryAfter: How long the other side asked to wait at least.
  ///   - generator: Where the jitter comes from.
  /// - Returns: The time.
  package func wait(
    before attempt: Int,
    retryAfter: Duration?,
    using generator: inout some RandomNumberGenerator
  ) -> Duration {
    var factor = 1.0
    // In steps, so that it never becomes more than a number can be.
    for _ in 2..<max(2, attempt) where maximum > initial * factor { factor *= multiplier }
    let full = min(maximum, initial * factor)
    let own = hasJitter ? full * Double.random(in: 0...1, using: &generator) : full
    return max(own, retryAfter ?? .zero)
  }
}

/// How often calls may begin: a bucket of tokens, of which each attempt takes one.
public struct RateLimit: Sendable, Hashable {
  /// How many tokens come in each period.
  public var calls: Double
  /// The period.
  public var period: Duration
  /// How many tokens the bucket holds: so many calls may begin at once.
  public var burst: Int

  /// A limit; without a burst as many calls may begin at once as there are tokens in a period.
  public init(calls: Double, per period: Duration = .seconds(1), burst: Int? = nil) {
    self.calls = calls
    self.period = period
    self.burst = burst ?? max(1, Int(calls.rounded(.up)))
  }
}
