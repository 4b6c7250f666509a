/// Comma-separated values: see `RowFormat.csv`.
package enum CSV {
  /// Records, one a line.
  package static func text(_ records: [[Value]]) -> String { records.map { line($0) }.joined() }

  /// One record, with its line end.
  static func line(_ values: [Value]) -> String {
    values.map { field($0) }.joined(separator: ",") + "\n"
  }

  /// A value: texts as they are, numbers and truths as JSON has them, nested ones as JSON.
  private static func field(_ value: Value) -> String {
    switch value {
    case .null: ""
    case .string(let text): text.isEmpty ? "\"\"" : field(text)
    case .bytes(let bytes): Base64.encode(bytes)
    case .decimal(let decimal): decimal.text
    case .bool, .int, .double: JSON.text(value)
    case .list, .map, .json: field(JSON.text(value))
    }
  }

  private static func field(_ text: String) -> String {
    let needsQuotes = text.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\n")
        || byte == UInt8(ascii: "\r")
    }
    return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
  }
}

/// Rows as comma-separated values.
struct CSVEncoder: RowEncoder {
  mutating func begin(_ columns: [ArrowField], _ output: inout RowOutput) throws(HostError) {
    try output.write(Array(CSV.line(columns.map { .string($0.name) }).utf8))
  }

  mutating func encode(_ batch: RecordBatch, _ output: inout RowOutput) throws(HostError) {
    for row in 0..<batch.rowCount {
      let values = batch.columns.indices.map { batch[row: row, column: $0] }
      try output.write(Array(CSV.line(values).utf8))
    }
  }

  mutating func end(_ output: inout RowOutput) {}
}

/// Rows as one JSON object a line.
struct NDJSONEncoder: RowEncoder {
  mutating func begin(_ columns: [ArrowField], _ output: inout RowOutput) {}

  mutating func encode(_ batch: RecordBatch, _ output: inout RowOutput) throws(HostError) {
    for row in 0..<batch.rowCount {
      try output.write(Array((JSON.text(.map(batch.row(row))) + "\n").utf8))
    }
  }

  mutating func end(_ output: inout RowOutput) {}
}
