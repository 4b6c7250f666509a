import DriverHost

/// Prints what a connection put out.
struct ResultWriter {
  let format: OutputFormat
  /// A file that appears whole; nil: standard output.
  let file: AtomicFile?
  /// Whether the document says more than the outputs.
  let asJSON: Bool

  /// Prints the outputs; those that the driver flagged as secret are masked.
  func write(_ result: ConnectionResult) throws(HostError) {
    let outputs = Value.map(result.shownOutputs).withDocumentsParsed
    switch format {
    case .json:
      let document: Value =
        asJSON
        ? [
          "version": 1, "execution": .string(result.execution), "driver": .string(result.driver),
          "driver_version": .string(result.driverVersion),
          "duration": .double(Double(result.duration.nanoseconds) / 1e9),
          "attempts": .int(Int64(result.attempts)), "outputs": outputs,
        ] : outputs
      try emit(json: JSON.text(document, pretty: true) + "\n")
    case .ndjson:
      let lines = ResultWriter.items(of: outputs) ?? [outputs]
      try emit(json: lines.map { JSON.text($0) + "\n" }.joined())
    case .csv: try emit(Array(ResultWriter.csv(outputs).utf8))
    case .table: try emit(Array((ResultWriter.table(outputs) + "\n").utf8))
    case .raw:
      if let bytes = ResultWriter.raw(outputs) {
        try emit(bytes)
      } else {
        // The connection has run: what it brought is not thrown away because of how it is printed.
        let names = Console.plain(result.outputs.names.joined(separator: ", "))
        Console.error(
          "--output raw prints one output, and there are \(result.outputs.count) (\(names)): "
            + "they follow as JSON"
        )
        try emit(json: JSON.text(outputs, pretty: true) + "\n")
      }
    // Only for actions that put out rows, which a `RowPrinter` prints.
    case .arrow, .arrowStream: break
    }
  }

  /// The rows of the one output that is a list of maps, else names and values.
  private static func csv(_ outputs: Value) -> String {
    if let rows = items(of: outputs), rows.first?.mapValue != nil {
      let columns = columns(of: rows)
      let lines = rows.map { row in columns.map { row[$0].resolved } }
      return CSV.text([columns.map { .string($0) }] + lines)
    }
    let members = (outputs.mapValue ?? [:]).map { [.string($0.name), $0.value.resolved] }
    return CSV.text([["name", "value"]] + members)
  }

  /// Refuses `raw` for an action that is known to put out what it cannot print.
  ///
  /// Before the connection: afterwards it is too late to ask for another format.
  static func checkRaw(_ action: Descriptor.Action) throws(HostError) {
    let declared = action.outputs["properties"].mapValue?.names ?? []
    guard declared.count > 1 else { return }
    throw HostError(
      .invalidInput,
      stage: .input,
      "--output raw prints one output, and the action `\(action.name)` has \(declared.count) "
        + "(\(declared.joined(separator: ", "))): use json"
    )
  }

  private func emit(json text: String) throws(HostError) {
    try emit(Array((file == nil ? Console.json(text) : text).utf8))
  }

  private func emit(_ bytes: [UInt8]) throws(HostError) {
    guard let file else {
      Console.output(bytes)
      return
    }
    try file.write(bytes)
    try file.commit()
  }

  /// The items of the one output that is a list; nil if it is another kind.
  private static func items(of outputs: Value) -> [Value]? {
    guard let members = outputs.mapValue, members.count == 1 else { return nil }
    return members[0].value.listValue
  }

  /// Maps in a list as rows; everything else as names and values.
  private static func table(_ outputs: Value) -> String {
    if let rows = items(of: outputs), rows.first?.mapValue != nil {
      let columns = columns(of: rows)
      var table = TextTable(columns)
      for row in rows { table.add(columns.map { cell(row[$0]) }) }
      return table.text
    }
    var table = TextTable(["name", "value"])
    for (name, value) in outputs.mapValue ?? [:] { table.add([name, cell(value)]) }
    return table.text
  }

  /// A value as a cell of a table.
  static func cell(_ value: Value) -> String {
    switch value.resolved {
    case .null: ""
    case .string(let text): text
    default: JSON.text(value)
    }
  }

  private static func columns(of rows: [Value]) -> [String] {
    var columns: [String] = []
    for row in rows {
      for name in row.mapValue?.names ?? [] where !columns.contains(name) { columns.append(name) }
    }
    return columns
  }

  /// The one output as it stands, no bytes where there is none; nil if there are several.
  private static func raw(_ outputs: Value) -> [UInt8]? {
    let members = outputs.mapValue ?? [:]
    guard let output = members.first else { return [] }
    guard members.count == 1 else { return nil }
    switch output.value.resolved {
    case .bytes(let bytes): return bytes
    case .string(let text): return Array(text.utf8)
    case let value: return Array(JSON.text(value).utf8)
    }
  }
}

extension Value {
  /// This value with every JSON document in it as the tree that it stands for, to be printed like
  /// the rest.
  var withDocumentsParsed: Value {
    switch resolved {
    case .map(let members):
      .map(ValueMap(members.lazy.map { (name: $0.name, value: $0.value.withDocumentsParsed) }))
    case .list(let items): .list(items.map(\.withDocumentsParsed))
    case let value: value
    }
  }
}
