internal import DriverKit

/// What the action `execute_many` is told, beside its records.
struct BulkInputs: Sendable {
  var statement: String?
  var table: TableInputs?
  var columns: [String]?
  var format: String
  var csv: CSVOptions
  /// By the bytes of names, which may be the same for a text and others for a database.
  var types: [[UInt8]: ParameterType]
  var keepsBefore: Bool
  var chunk: Int

  init(_ inputs: borrowing InputMap) throws(DriverError) {
    statement = try inputs["statement"]?.string()
    table = try TableInputs(inputs)
    guard (statement == nil) != (table == nil) else {
      throw DriverError(
        .invalidInput,
        "give either the statement, or the table that the records are inserted into",
        pointer: "/statement"
      )
    }
    columns = nil
    if let list = try inputs["columns"]?.list() {
      columns = try list.map { (name) throws(DriverError) in try name.string() }
    }
    format = try inputs["format"]?.string() ?? "csv"
    // The host gives the format where nobody has given one.
    let misplaced = format != "csv" ? "format" : inputs["csv"] != nil ? "csv" : nil
    if let misplaced, inputs["rows"] != nil {
      throw DriverError(
        .invalidInput,
        "\(misplaced) is for a file or a stream, and the records are in rows: leave one of both out",
        pointer: "/\(misplaced)"
      )
    }
    guard format == "csv" || inputs["csv"] == nil else {
      throw DriverError(
        .invalidInput,
        "csv says how CSV is written, and the format is \(format): leave one of both out",
        pointer: "/csv"
      )
    }
    csv = CSVOptions()
    csv.names = columns
    if let map = try inputs["csv"]?.map() {
      if let text = try map["delimiter"]?.string().utf8.first { csv.delimiter = text }
      if let text = try map["quote"]?.string().utf8.first { csv.quote = text }
      if let header = try map["header"]?.bool() { csv.hasHeader = header }
      csv.nullText = try map["null"]?.string()
    }
    guard csv.isUsable else {
      throw DriverError(
        .invalidInput,
        "the delimiter and the quotation mark are two characters, and none that ends a line",
        pointer: "/csv/delimiter"
      )
    }
    types = [:]
    if let map = try inputs["types"]?.map() {
      for index in 0..<map.count {
        types[Array(String(map.name(at: index)).utf8)] = ParameterType(
          rawValue: try map.value(at: index).string()
        )
      }
    }
    keepsBefore = try inputs["keep_before_error"]?.bool() ?? false
    chunk = try inputs["chunk_rows"]?.int(in: 1...100_000) ?? 1000
  }

  /// The reader of the records: those of the input `rows`, or those of the channel.
  ///
  /// - Throws: What is wrong with the inputs or with the first bytes.
  func reader(_ call: Call) throws(DriverError) -> any RecordReader {
    let rows = call.inputs["rows"]
    guard (rows == nil) == call.isWanted(0) else {
      throw DriverError(
        .invalidInput,
        rows == nil
          ? "there are no records: give them as rows, or a file as source"
          : "there are records in rows and in source: leave one of both out",
        pointer: "/rows"
      )
    }
    if let rows { return try InputRecordReader(try rows.list(), names: columns, size: chunk) }
    let source = ChannelSource(call, channel: 0)
    do throws(RecordFault) {
      switch format {
      case "ndjson": return try NDJSONRecordReader(source, NDJSONOptions(names: columns))
      case "arrow": return try ArrowStreamReader(source, names: columns)
      default: return try CSVRecordReader(source, csv)
      }
    } catch {
      throw error.error
    }
  }
}

extension RecordFault {
  /// The error that it comes to.
  var error: DriverError {
    switch self {
    case .source(let error): error
    case .invalid(let place, let message):
      DriverError(.invalidInput, "\(place.inWords)\(message)", pointer: "/source")
    }
  }
}

extension RecordFault {
  /// The record that is at fault, from 1; nil: it is none of them.
  var record: Int? {
    guard case .invalid(let place, _) = self, place.record > 0 else { return nil }
    return place.record
  }
}

extension RecordPlace {
  /// The place in front of a message.
  private var words: String {
    switch (record, line) {
    case (0, nil): ""
    case (0, let line?): "line \(line): "
    case (let record, let line?): "record \(record), line \(line): "
    case (let record, nil): "record \(record): "
    }
  }

  fileprivate var inWords: String { words }
}
