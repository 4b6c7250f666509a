import DriverHost

/// Prints rows while they come, to a file that appears whole or to standard output.
final class RowPrinter: ByteReceiver {
  /// How many rows decide how wide the columns of a table are; further ones are printed as they come.
  private static let sampleSize = 1000

  private let format: OutputFormat
  private let file: AtomicFile?
  private let printed = Lock<[String]>([])

  /// A printer, which `finish` must be told of the end.
  init(_ format: OutputFormat, file: AtomicFile?) {
    self.format = format
    self.file = file
  }

  /// The names of the result sets that were printed.
  var names: [String] { printed.withLock { $0 } }

  /// Prints one result set.
  func print(_ rows: RowStream) async throws(HostError) {
    let isFirst = printed.withLock { printed in
      defer { printed.append(rows.name) }
      return printed.isEmpty
    }
    if !isFirst {
      guard format != .arrow else {
        throw HostError(
          .unsupported,
          stage: .call,
          "there are several result sets (\(names.joined(separator: ", "))), and an Arrow file holds one: use --output json, or ask for one of them"
        )
      }
      if format == .csv || format == .table { try write("\n") }
    }
    if let format = format.rowFormat {
      try await rows.write(to: self, as: format)
    } else {
      try await printTable(rows)
    }
  }

  /// All has come.
  func finish() throws(HostError) { try file?.commit() }

  func receive(_ bytes: RawSpan) throws {
    let copy = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    if let file { try file.write(copy) } else { try Console.send(copy) }
  }

  private func write(_ text: String) throws(HostError) {
    let bytes = Array(text.utf8)
    if let file { try file.write(bytes) } else { try Console.send(bytes) }
  }

  private func printTable(_ rows: RowStream) async throws(HostError) {
    let columns = try await rows.columns()
    var sample: [[String]] = []
    var table: StreamedTable?
    while let batch = try await rows.next() {
      for row in 0..<batch.rowCount {
        let cells = columns.indices.map { ResultWriter.cell(batch[row: row, column: $0]) }
        if let table {
          try write(table.line(cells))
        } else {
          sample.append(cells)
        }
      }
      if table == nil, sample.count >= RowPrinter.sampleSize {
        table = try begin(columns, sample)
        sample = []
      }
    }
    if table == nil { _ = try begin(columns, sample) }
  }

  private func begin(
    _ columns: [ArrowField],
    _ sample: [[String]]
  ) throws(HostError) -> StreamedTable {
    let table = StreamedTable(columns.map(\.name), sample)
    try write(table.line(columns.map(\.name)) + sample.map { table.line($0) }.joined())
    return table
  }
}

/// A table whose columns are as wide as the first of its rows need.
private struct StreamedTable {
  private let widths: [Int]

  init(_ names: [String], _ rows: [[String]]) {
    widths = names.indices.map { column in
      rows.reduce(names[column].count) { max($0, $1[column].count) }
    }
  }

  func line(_ cells: [String]) -> String {
    let padded = cells.enumerated().map { column, cell in
      let plain = Console.plain(cell)
      return column == cells.count - 1
        ? plain : plain + String(repeating: " ", count: max(0, widths[column] - plain.count))
    }
    var line = padded.joined(separator: "  ")
    while line.hasSuffix(" ") { line.removeLast() }
    return line + "\n"
  }
}
