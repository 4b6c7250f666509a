import DriverABI

/// How much a log line matters.
///
/// The raw values are the ABI's.
public enum LogLevel: UInt32, Sendable, Hashable, CaseIterable, Comparable {
  /// Every step.
  case trace = 0
  /// What helps to find a fault.
  case debug = 1
  /// What an operator may want to know.
  case info = 2
  /// Something is wrong and was coped with.
  case warning = 3
  /// Something is wrong.
  case error = 4

  /// The level for a number of the ABI; a higher one is an error.
  init(number: UInt32) { self = LogLevel(rawValue: number) ?? .error }

  /// Whether the first matters less.
  public static func < (left: LogLevel, right: LogLevel) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// A line of the host's log.
///
/// Free of secrets.
public struct LogEntry: Sendable, Hashable {
  /// How much it matters.
  public var level: LogLevel
  /// The connector type of the driver that it comes from or is about; nil for the host's own.
  public var driver: String?
  /// The execution that it belongs to, a UUID; nil where it belongs to none.
  public var execution: String?
  /// The line, without a line end.
  public var message: String
  /// The rule of the ABI that the driver breaks there; nil where it breaks none.
  package var rule: String?

  /// A line; `rule` is for those about a driver.
  package init(
    level: LogLevel,
    driver: String? = nil,
    execution: String? = nil,
    message: String,
    rule: String? = nil
  ) {
    self.level = level
    self.driver = driver
    self.execution = execution
    self.message = message
    self.rule = rule
  }
}

/// Where log lines go, and from which level on.
struct Log: Sendable {
  var level: LogLevel
  var write: @Sendable (LogEntry) -> Void

  func callAsFunction(
    _ level: LogLevel,
    driver: String? = nil,
    execution: String? = nil,
    rule: String? = nil,
    _ message: String
  ) {
    guard level >= self.level else { return }
    write(
      LogEntry(level: level, driver: driver, execution: execution, message: message, rule: rule)
    )
  }
}
