/// What a host is made with.
public struct HostConfiguration: Sendable {
  /// Where drivers are looked for.
  public var searchPath = SearchPath.standard()
  /// Event loops, each with a thread and an instance of every non-blocking driver that is used.
  public var loops = 1
  /// How many calls of blocking drivers run at once; further ones wait for a thread.
  public var threads = 256
  /// How many bytes of outputs a call may hand back in memory.
  public var outputLimit = 256 << 20
  /// How many sessions a driver may have open, and for how long.
  public var sessions = SessionLimits()
  /// The longest grace that a driver is granted after a stop, whatever its descriptor asks.
  public var graceLimit = Duration.seconds(10)
  /// Log lines below this level are not made.
  public var logLevel = LogLevel.warning
  /// Takes log lines, on any thread, and returns at once.
  ///
  /// The default drops them.
  public var log: @Sendable (LogEntry) -> Void = { _ in }

  /// The defaults: one loop, 256 threads, 256 MiB of outputs, the standard search path, no log.
  public init() {}
}

/// What `Host.close` could not end.
public struct CloseReport: Sendable, Hashable {
  /// Calls that ignored their stop and are still inside their driver, by connector type.
  public var abandoned: [String: Int] = [:]

  /// Whether everything has ended.
  public var isClean: Bool { abandoned.isEmpty }
}

/// How a host fares.
public struct HostStatistics: Sendable, Hashable {
  /// Threads for blocking drivers: busy, idle and wedged.
  public var threads = 0
  /// Threads inside a driver that has ignored a stop for longer than its grace.
  public var wedgedThreads = 0
  /// Calls that wait for a thread.
  public var waitingCalls = 0
  /// By connector type, for the drivers that have been used.
  public var drivers: [String: DriverStatistics] = [:]
}

/// How one driver fares.
public struct DriverStatistics: Sendable, Hashable {
  /// Calls that have begun and not ended.
  public var callsInFlight = 0
  /// Calls that were given up and are still inside the driver.
  public var abandonedCalls = 0
  /// How often the driver broke a rule of the ABI.
  public var misuses = 0
  /// How often a callback of a non-blocking driver took longer than 20 ms.
  public var slowCallbacks = 0
}
