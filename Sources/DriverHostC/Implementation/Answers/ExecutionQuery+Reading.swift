import DriverHost

extension ExecutionQuery {
  /// Reads a query as the header has it.
  init(_ value: Value) throws(Refusal) {
    self.init()
    guard case .map(let members) = value else {
      throw Refusal(argument: "a query is a map, not \(value.kindInWords)")
    }
    for (name, value) in members {
      switch name {
      case "statuses": statuses = try ExecutionQuery.statuses(value)
      case "connector": connector = try ExecutionQuery.text(value, name)
      case "connector_type": type = try ExecutionQuery.text(value, name)
      case "parent": parent = try ExecutionQuery.text(value, name)
      case "since": since = WallTime(nanoseconds: try ExecutionQuery.number(value, name))
      case "before": before = try ExecutionQuery.text(value, name)
      case "limit": limit = Int(try ExecutionQuery.number(value, name))
      default: throw Refusal(argument: "a query has no `\(name)`")
      }
    }
  }

  private static func text(_ value: Value, _ name: String) throws(Refusal) -> String {
    if case .string(let text) = value { return text }
    throw Refusal(argument: "`\(name)` of a query is a string, not \(value.kindInWords)")
  }

  private static func number(_ value: Value, _ name: String) throws(Refusal) -> Int64 {
    if case .int(let number) = value, number >= 0 { return number }
    throw Refusal(argument: "`\(name)` of a query is an integer from 0 on")
  }

  private static func statuses(_ value: Value) throws(Refusal) -> Set<ExecutionStatus> {
    guard case .list(let items) = value else {
      throw Refusal(argument: "`statuses` of a query is a list, not \(value.kindInWords)")
    }
    var statuses: Set<ExecutionStatus> = []
    for item in items {
      guard let status = item.stringValue.flatMap(ExecutionStatus.init(rawValue:)) else {
        let known = ExecutionStatus.allCases.map(\.rawValue).joined(separator: ", ")
        throw Refusal(argument: "`statuses` of a query holds some of \(known)")
      }
      statuses.insert(status)
    }
    return statuses
  }
}
