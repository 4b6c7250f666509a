import CDriverHost
import DriverABI
import DriverHistory
import DriverHost

extension HostConfiguration {
  /// Reads the options of the header.
  ///
  /// - Parameters:
  ///   - options: As the engine gives them.
  ///   - gate: Lets the log's callback run.
  /// - Throws: What is wrong with them.
  init(_ options: dh_host_options_v1, _ gate: CallGate) throws(Refusal) {
    self.init()
    unsafe try Engine.check(options.flags, known: DH_ONLY_GIVEN_PATHS, "the host's options")
    let paths = unsafe try Engine.texts(
      options.driver_paths,
      options.driver_path_count,
      "driver paths"
    )
    searchPath =
      unsafe options.flags & DH_ONLY_GIVEN_PATHS != 0
      ? SearchPath(entries: paths.map { SearchPath.Entry(path: $0, origin: .option) })
      : unsafe SearchPath.standard(driverPaths: paths, besideLibraryOf: HostConfiguration.library)
    workspace = unsafe try HostConfiguration.workspace(options)
    if unsafe options.loops > 0 { loops = unsafe Int(options.loops) }
    if unsafe options.threads > 0 { threads = unsafe Int(options.threads) }
    if unsafe options.output_limit > 0 { outputLimit = unsafe Int(clamping: options.output_limit) }
    if unsafe options.secret_lifetime_ns != 0 {
      secretLifetime = unsafe .nanoseconds(max(0, options.secret_lifetime_ns))
    }
    if unsafe options.secret_timeout_ns > 0 {
      secretTimeout = unsafe .nanoseconds(options.secret_timeout_ns)
    }
    if unsafe options.grace_limit_ns > 0 {
      graceLimit = unsafe .nanoseconds(options.grace_limit_ns)
    }
    guard unsafe options.secret_timeout_ns >= 0, unsafe options.grace_limit_ns >= 0 else {
      throw Refusal(argument: "a time of the host's options is below 0")
    }
    if unsafe options.log_level_plus_1 > 0 {
      guard let level = unsafe LogLevel(rawValue: options.log_level_plus_1 - 1) else {
        throw Refusal(argument: unsafe "there is no log level \(options.log_level_plus_1 - 1)")
      }
      logLevel = level
    }
    if let callback = unsafe Callback(options.log, options.log_context, gate) {
      log = { unsafe HostConfiguration.tell($0, callback) }
    }
    unsafe try readFurther(options.further)
    // Last, since it opens what has to be closed where something else is refused.
    history = unsafe try HostConfiguration.history(options, logLevel, log)
  }

  private mutating func readFurther(_ map: UnsafePointer<dh_value_v1>?) throws(Refusal) {
    let further = unsafe try Engine.further(
      map,
      known: [
        "session_limit", "session_calls", "session_idle_ns", "session_age_ns", "session_check_ns",
      ],
      "the host's options"
    )
    for option in further where option.value != .null {
      guard let number = option.value.intValue, number > 0 else {
        throw Refusal(argument: "the host's option `\(option.name)` is no integer above 0")
      }
      switch option.name {
      case "session_limit": sessions.maximum = Int(number)
      case "session_calls": sessions.callsPerSession = Int(number)
      case "session_idle_ns": sessions.idleTime = .nanoseconds(number)
      case "session_age_ns": sessions.maximumAge = .nanoseconds(number)
      default: sessions.checkAfter = .nanoseconds(number)
      }
    }
  }

  /// Something in this library.
  static var library: UnsafeRawPointer {
    let function: @convention(c) () -> UInt32 = dh_api_v1
    return unsafe unsafeBitCast(function, to: UnsafeRawPointer.self)
  }

  private static func workspace(
    _ options: dh_host_options_v1
  ) throws(Refusal) -> Workspace? {
    guard unsafe options.workspace.len == 0 || options.workspace_rule == DH_WORKSPACE_FOLDER else {
      throw Refusal(argument: "`workspace` is given without the rule DH_WORKSPACE_FOLDER")
    }
    switch unsafe options.workspace_rule {
    case DH_WORKSPACE_NONE: return nil
    case DH_WORKSPACE_FOLDER:
      return unsafe Workspace(folder: try Engine.name(options.workspace, "the workspace"))
    case DH_WORKSPACE_STANDARD:
      return try Engine.host { () throws(HostError) in try Workspace.standard() }
    case let rule: throw Refusal(argument: "there is no rule \(rule) for workspaces")
    }
  }

  private static func history(
    _ options: dh_host_options_v1,
    _ logLevel: LogLevel,
    _ log: @escaping @Sendable (LogEntry) -> Void
  ) throws(Refusal) -> any ExecutionHistory {
    guard unsafe options.history_path.len == 0 || options.history_rule == DH_HISTORY_FILE else {
      throw Refusal(argument: "`history_path` is given without the rule DH_HISTORY_FILE")
    }
    switch unsafe options.history_rule {
    case DH_HISTORY_MEMORY:
      return unsafe options.history_limit == 0
        ? MemoryHistory() : MemoryHistory(limit: Int(clamping: options.history_limit))
    case DH_HISTORY_NONE: return MemoryHistory(limit: 0)
    case DH_HISTORY_FILE:
      let path = unsafe try Engine.name(options.history_path, "the history's path")
      var kept = SQLiteHistory.Options()
      if unsafe options.history_limit > 0 {
        kept.retention.count = unsafe Int(clamping: options.history_limit)
      }
      return try Engine.host { [kept] () throws(HostError) in
        try SQLiteHistory(path: path, options: kept) { level, message in
          guard level >= logLevel else { return }
          log(LogEntry(level: level, message: message))
        }
      }
    case let rule: throw Refusal(argument: "there is no rule \(rule) for histories")
    }
  }

  private static func tell(_ entry: LogEntry, _ callback: Callback<dh_log_fn_v1>) {
    let memory = ABIMemory()
    var line = unsafe dh_log_line_v1()
    unsafe line.level = entry.level.rawValue
    unsafe line.driver = unsafe memory.text(entry.driver)
    unsafe line.execution = unsafe memory.text(entry.execution)
    unsafe line.message = unsafe memory.text(entry.message)
    unsafe callback.run { function, context in unsafe function(context, &line) }
  }
}
