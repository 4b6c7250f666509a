/// Keeps executions: in memory, in a database, wherever an engine has its own.
///
/// The host calls it on the way of every connection, so taking a record returns at once; what it costs to
/// write one is paid elsewhere. A history that cannot write says so in its log and never fails a call: what
/// a connection did has been done.
///
/// From any thread.
public protocol ExecutionHistory: Sendable {
  /// Takes an execution that is new or running, or its later state; returns at once.
  ///
  /// A history that keeps what it is given beyond the process has it there at most 100 ms later.
  func record(_ execution: ExecutionRecord)

  /// Takes the end of an execution, and returns when it will not be lost if the process dies.
  ///
  /// Executions that are recorded here may never have been given to `record`.
  func recordEnd(_ execution: ExecutionRecord) async

  /// The execution of an id; nil where none is kept.
  ///
  /// - Throws: Why the history could not be read.
  func execution(_ id: String) async throws(HostError) -> ExecutionRecord?

  /// The executions that a query asks for, the newest first.
  ///
  /// - Throws: Why the history could not be read.
  func executions(_ query: ExecutionQuery) async throws(HostError) -> [ExecutionRecord]

  /// Forgets executions that have ended.
  ///
  /// - Returns: How many there were.
  /// - Throws: Why the history could not be written.
  func prune(_ retention: ExecutionRetention) async throws(HostError) -> Int

  /// Writes what is left, and takes no more.
  func close() async
}

/// Which executions somebody wants to see.
public struct ExecutionQuery: Sendable, Hashable {
  /// Only those of these states; empty: of all.
  public var statuses: Set<ExecutionStatus> = []
  /// Only those of this connector.
  public var connector: String?
  /// Only those of this connector type.
  public var type: String?
  /// Only those that this execution made.
  public var parent: String?
  /// Only those created at that moment or later.
  public var since: WallTime?
  /// Only those created before the execution of that id: the next page.
  public var before: String?
  /// How many at most.
  public var limit = 100

  /// The newest 100.
  public init() {}

  /// Whether an execution is one of them.
  package func matches(_ execution: ExecutionRecord) -> Bool {
    (statuses.isEmpty || statuses.contains(execution.status))
      && connector.map { $0 == execution.connectorName } ?? true
      && type.map { $0 == execution.connectorType } ?? true
      && parent.map { $0 == execution.parent } ?? true
      && since.map { $0 <= execution.created } ?? true
      && before.map { execution.id < $0 } ?? true
  }
}

/// How long executions are kept once they have ended, and how many of them.
public struct ExecutionRetention: Sendable, Hashable {
  /// The oldest that is kept; nil: however old.
  public var age: Duration?
  /// How many are kept; nil: any number.
  public var count: Int?

  /// A retention by age, by number or both: what either of them drops is dropped.
  public init(age: Duration? = nil, count: Int? = nil) {
    self.age = age
    self.count = count
  }
}
