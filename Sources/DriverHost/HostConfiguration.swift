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
  /// Where connectors and vault configurations are; nil: there are none, and every call names its type.
  public var workspace: Workspace?
  /// What keeps the executions; the default keeps the newest 1000 in memory.
  public var history: any ExecutionHistory = MemoryHistory()
  /// For how long a secret is used again without another look at its vault, unless its lease or its vault
  /// configuration says less or more.
  public var secretLifetime = Duration.seconds(60)
  /// For how long a look at a vault may take.
  public var secretTimeout = Duration.seconds(30)
  /// Log lines below this level are not made.
  public var logLevel = LogLevel.warning
  /// Takes log lines, on any thread, and returns at once.
  ///
  /// The default drops them.
  public var log: @Sendable (LogEntry) -> Void = { _ in }
  /// For checking drivers; nil: the host is as any other.
  package var probing: HostProbing?

  /// The defaults: one loop, 256 threads, 256 MiB of outputs, the standard search path, no workspace, no log.
  public init() {}
}
