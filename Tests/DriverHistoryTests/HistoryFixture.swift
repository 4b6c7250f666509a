import DriverHistory
import TestSupport

@testable import DriverHost

/// A history in a folder of its own.
struct HistoryFixture {
  let folder: TemporaryFolder
  let lines = Locked<[String]>([])

  init() throws { folder = try TemporaryFolder() }

  var path: String { folder.file("history.db") }

  /// Options that keep everything: the tests' executions are old.
  static var keepingAll: SQLiteHistory.Options {
    var options = SQLiteHistory.Options()
    options.retention = ExecutionRetention()
    return options
  }

  func open(_ options: SQLiteHistory.Options = keepingAll) throws -> SQLiteHistory {
    let lines = lines
    return try SQLiteHistory(path: path, options: options) { level, line in
      lines.with { $0.append("\(level): \(line)") }
    }
  }

  var logged: [String] { lines.with { $0 } }
}

extension ExecutionRecord {
  /// An execution of a moment, some seconds after a fixed one.
  static func made(
    _ second: Int,
    _ status: ExecutionStatus = .succeeded,
    connector: String = "",
    type: String = "REST",
    parent: String? = nil,
    input: ValueMap = [:],
    output: ValueMap? = nil
  ) -> ExecutionRecord {
    let created = WallTime(nanoseconds: (1_700_000_000 + Int64(second)) * 1_000_000_000)
    let milliseconds = String(created.nanoseconds / 1_000_000, radix: 16)
    let digits = String(repeating: "0", count: 12 - milliseconds.count) + milliseconds
    let id = "\(digits.prefix(8))-\(digits.suffix(4))" + UUID.makeV7().dropFirst(13)
    var record = ExecutionRecord(
      id: id,
      status: status,
      created: created,
      input: input,
      output: output
    )
    record.connectorName = connector
    record.connectorType = type
    record.action = "call"
    record.parent = parent
    record.attempts = 1
    if status.isEnded { record.ended = created.advanced(by: .milliseconds(250)) }
    return record
  }
}

extension Value {
  /// The value with its kind, since values are equal as JSON sees them: 1 and 1.0.
  var exactly: String {
    switch self {
    case .null: "null"
    case .bool(let truth): "bool \(truth)"
    case .int(let number): "int \(number)"
    case .double(let number): "double \(number)"
    case .decimal(let number): "decimal \(number)"
    case .string(let text): "string \(Array(text.utf8))"
    case .bytes(let bytes): "bytes \(bytes)"
    case .list(let items): "[\(items.map(\.exactly).joined(separator: ", "))]"
    case .map(let members):
      "{\(members.map { "\(Array($0.name.utf8)): \($0.value.exactly)" }.joined(separator: ", "))}"
    case .json: resolved.exactly
    }
  }
}

/// The program that records executions until it is killed.
let recorder = ThisPackage.products + "/HistoryRecorder"
