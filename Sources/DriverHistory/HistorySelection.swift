internal import DriverHost

/// A query as SQL.
///
/// An index leads to the children of an execution, and to those that have not ended well. All others
/// are looked through from the newest on, up to the limit.
struct HistorySelection {
  /// A parameter.
  enum Parameter {
    case integer(Int64)
    case text(String)
  }

  /// The parameters; each is used by its number.
  private(set) var values: [Parameter] = []
  /// What each execution must fulfil.
  private var conditions: [String] = []
  /// One for each status, of which an execution must fulfil one; empty: any status will do.
  private var statuses: [String] = []
  /// Whether the index of statuses leads to the executions.
  private let isByStatus: Bool

  /// A query where the executions of some owners are known to be lost.
  init(_ query: ExecutionQuery, dead: [Int64]) {
    isByStatus =
      query.parent == nil && !query.statuses.isEmpty && !query.statuses.contains(.succeeded)
    values.append(.integer(Int64(query.limit)))
    let columns = [
      ("parent", query.parent), ("connector", query.connector), ("type", query.type),
    ]
    for (column, text) in columns {
      if let text { conditions.append("\(column) = \(parameter(.text(text)))") }
    }
    if let before = query.before { conditions.append("id < \(parameter(.text(before)))") }
    if let since = query.since {
      // Ids are in the order of time: none before these needs to be looked at.
      let first = ExecutionTime.firstID(notAfter: since)
      conditions.append("id >= \(parameter(.text(first)))")
      conditions.append("created >= \(parameter(.integer(since.nanoseconds)))")
    }
    if isByStatus { conditions.append(HistoryRow.isNoSuccess) }
    if !query.statuses.isEmpty { addStatuses(query.statuses, dead) }
  }

  private mutating func addStatuses(_ wanted: Set<ExecutionStatus>, _ dead: [Int64]) {
    // The plus sign keeps the planner from its index, which without statistics it takes for as good
    // as another one.
    let status = isByStatus ? "status" : "+status"
    let owners = "(\(dead.map(String.init).joined(separator: ", ")))"
    for each in ExecutionStatus.allCases {
      let isOfIt = "\(status) = '\(each.rawValue)'"
      if each.isEnded {
        if wanted.contains(each) { statuses.append(isOfIt) }
        continue
      }
      // What the dead left behind has failed, whatever stands there.
      let isAlive = dead.isEmpty ? "" : " AND owner NOT IN \(owners)"
      if wanted.contains(each) { statuses.append(isOfIt + isAlive) }
      if wanted.contains(.failed), !dead.isEmpty {
        statuses.append("\(isOfIt) AND owner IN \(owners)")
      }
    }
  }

  private mutating func parameter(_ value: Parameter) -> String {
    values.append(value)
    return "?\(values.count)"
  }

  /// The statement.
  func sql(columns: String) -> String {
    let newest = "ORDER BY id DESC LIMIT ?1"
    guard isByStatus, statuses.count > 1 else {
      let any = statuses.map { "(\($0))" }.joined(separator: " OR ")
      let all = conditions + (any.isEmpty ? [] : ["(\(any))"])
      return "SELECT \(columns) FROM executions\(HistorySelection.clause(all)) \(newest)"
    }
    // The newest of each status, and of those the newest.
    let parts = statuses.map { status in
      "SELECT * FROM (SELECT id FROM executions\(HistorySelection.clause(conditions + [status])) \(newest))"
    }
    return """
      SELECT \(columns) FROM executions WHERE id IN (\(parts.joined(separator: " UNION ALL ")))
      \(newest)
      """
  }

  private static func clause(_ conditions: [String]) -> String {
    conditions.isEmpty ? "" : " WHERE \(conditions.joined(separator: " AND "))"
  }
}
