/// How a host fares.
public struct HostStatistics: Sendable, Hashable {
  /// Threads for blocking drivers: busy, idle and wedged.
  public var threads = 0
  /// Threads for stop functions, sinks, sources and rows.
  public var helperThreads = 0
  /// Threads inside a driver that has ignored a stop for longer than its grace.
  public var wedgedThreads = 0
  /// Calls that wait for a thread.
  public var waitingCalls = 0
  /// By connector type, for the drivers that have been used.
  public var drivers: [String: DriverStatistics] = [:]
}

/// How one driver fares.
public struct DriverStatistics: Sendable, Hashable {
  /// Calls whose caller has no answer yet; the sum of the four that follow.
  public var callsInFlight = 0
  /// Those that wait for a thread, a loop or their turn.
  public var waitingCalls = 0
  /// Those that the driver has.
  public var runningCalls = 0
  /// Those that were asked to stop and are still running.
  public var stoppingCalls = 0
  /// Those that the driver has ended, and whose output is still on its way.
  public var settlingCalls = 0
  /// Calls that were given up and are still inside the driver.
  public var abandonedCalls = 0
  /// Bytes that went through output channels.
  public var bytesWritten: Int64 = 0
  /// Bytes that came through input channels.
  public var bytesRead: Int64 = 0
  /// How often the driver broke a rule of the ABI.
  public var misuses = 0
  /// How often a callback of a non-blocking driver took longer than 20 ms.
  public var slowCallbacks = 0
  /// How long the slowest of those took.
  public var slowestCallback = Duration.zero
  /// Nil for a driver without sessions.
  public var sessions: SessionStatistics?
}

/// How the sessions of a driver fare.
public struct SessionStatistics: Sendable, Hashable {
  /// Open, and no call is in them.
  public var warm = 0
  /// Being opened, in use, or being mended.
  public var busy = 0
  /// Calls that wait for a session.
  public var waitingCalls = 0
  /// How many were ever opened.
  public var opened = 0
}

/// What `Host.close` could not end.
public struct CloseReport: Sendable, Hashable {
  /// Calls that ignored their stop and are still inside their driver, by connector type: the UUIDs of their
  /// executions.
  public var abandoned: [String: [String]] = [:]
  /// Connector types whose instance has not ended within `HostConfiguration.graceLimit`, sorted.
  ///
  /// A driver is stuck in `create`, `destroy` or a callback, or its loop is, in another driver. The instance ends when
  /// the thread comes back.
  public var stuck: [String] = []

  /// Whether everything has ended.
  public var isClean: Bool { abandoned.isEmpty && stuck.isEmpty }
}
