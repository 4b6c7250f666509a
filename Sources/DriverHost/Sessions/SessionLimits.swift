/// How many sessions a driver may have, and for how long.
public struct SessionLimits: Sendable, Hashable {
  /// Sessions of one driver that are open at once; further calls wait for one.
  public var maximum = 64
  /// Calls that share one session at once, for drivers that allow it.
  public var callsPerSession = 1024
  /// An unused session is closed after this.
  public var idleTime = Duration.seconds(60)
  /// A session is not used again after this.
  public var maximumAge = Duration.seconds(3600)
  /// A session that was unused for this long is checked first, where its driver can.
  public var checkAfter = Duration.seconds(10)

  /// 64 sessions, closed after a minute without use and after an hour in any case.
  public init() {}
}
