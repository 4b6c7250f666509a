import DriverHost

/// The overrides of each connection of a fan-out, one after the other.
///
/// NDJSON and CSV are read as they are needed, so that there may be any number; other documents are lists that are
/// read at once. What stands in a file may come from anybody, so no text in it refers to a secret.
///
/// One thread at a time, save `hurry`.
final class ItemSource {
  private enum Kind {
    case list([FanOut.Given])
    case lines(ByteSource)
    case csv(CSVReader, [InputArgument])
  }

  /// Why there are no more items, where that is not their end.
  private(set) var failure: HostError?
  private var kind: Kind
  /// What the items are read from; nil where that is the command line.
  private let source: ByteSource?
  private var position = 0
  private let reader: InputArguments
  /// What an item changes a part of: what is stored, with what all items have in common.
  private let base: ValueMap

  /// - Parameters:
  ///   - text: A file, `-` for standard input, or `key=a,b,c`.
  ///   - reader: Reads values as the schema wants them.
  ///   - base: What an item changes a part of.
  /// - Throws: What is wrong with it, as far as that is known before the first item.
  init(_ text: String, _ reader: InputArguments, changing base: ValueMap) throws(HostError) {
    self.reader = reader
    self.base = base
    if InputArgument.isInput(text) {
      kind = .list(try ItemSource.list(text, reader, base))
      source = nil
      return
    }
    let source = try ByteSource(text)
    try source.skipMark()
    self.source = source
    switch try ItemSource.format(text, source) {
    case .lines: kind = .lines(source)
    case .document: kind = .list(try ItemSource.documents(source, reader))
    case .csv:
      var csv = CSVReader(source)
      let columns = try csv.columns()
      kind = .csv(csv, columns)
    }
  }

  /// From now on gives only items that are there already, and waits for none.
  ///
  /// Any thread.
  func hurry() { source?.hurry() }

  /// The next item; nil at the end, and where one cannot be read: see `failure`.
  func next() -> FanOut.Given? {
    guard failure == nil else { return nil }
    do throws(HostError) {
      let item = try read()
      // What was cut off in the middle is neither an item nor a fault.
      return source?.isCutOff == true ? nil : item
    } catch {
      if source?.isCutOff != true { failure = error }
      return nil
    }
  }

  private func read() throws(HostError) -> FanOut.Given? {
    switch kind {
    case .list(let items):
      guard position < items.count else { return nil }
      position += 1
      return items[position - 1]
    case .lines(let source): return try line(source)
    case .csv(var csv, let columns):
      let item = try record(&csv, columns)
      kind = .csv(csv, columns)
      return item
    }
  }

  // MARK: - Formats

  private enum Format { case lines, document, csv }

  /// What a file holds: its name says so, else how it begins.
  private static func format(_ path: String, _ source: ByteSource) throws(HostError) -> Format {
    for (suffix, format) in [
      (".csv", Format.csv), (".ndjson", .lines), (".jsonl", .lines), (".json", .document),
      (".yaml", .document), (".yml", .document),
    ] where path.hasSuffix(suffix) { return format }
    switch try source.peek() {
    case UInt8(ascii: "[")?, UInt8(ascii: "-")?, UInt8(ascii: "#")?: return .document
    case UInt8(ascii: "{")?, nil: return .lines
    default: return .csv
    }
  }

  private static func documents(
    _ source: ByteSource,
    _ reader: InputArguments
  ) throws(HostError) -> [FanOut.Given] {
    let bytes = try source.rest()
    let document: ParsedDocument
    do throws(HostError) {
      document = try Document.parse(bytes, file: source.name)
    } catch {
      throw hiding(error, source.name, reader, in: 1)
    }
    var faults: [Fault] = []
    guard let list = document.value.listValue else {
      throw HostError(
        faults: [
          Fault(
            .invalid,
            "expected a list of maps, one for each connection, not \(document.value.kindInWords)",
            location: document.locations.value(at: JSONPointer())
          )
        ],
        of: source.name
      )
    }
    var items: [FanOut.Given] = []
    for (index, (item, locations)) in zip(list, document.locations.items()).enumerated() {
      if let map = item.resolved.mapValue {
        items.append(FanOut.Given(map.withoutReferences) { locations.nearest(to: $0) })
      } else {
        faults.append(
          Fault(
            .invalid,
            at: JSONPointer([String(index)]),
            "expected a map of inputs, not \(item.kindInWords)",
            location: locations.value(at: JSONPointer())
          )
        )
      }
    }
    guard faults.isEmpty else { throw HostError(faults: faults, of: source.name) }
    return items
  }

  private func line(_ source: ByteSource) throws(HostError) -> FanOut.Given? {
    while let bytes = try source.line() {
      position += 1
      if bytes.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { continue }
      let value: Value
      do throws(HostError) {
        value = try JSON.parse(bytes)
      } catch {
        throw ItemSource.hiding(error, source.name, reader, at: position)
      }
      let location = SourceLocation(file: source.name, line: position)
      guard let map = value.resolved.mapValue else {
        var error = HostError(
          .invalidInput,
          stage: .input,
          "expected a map of inputs on each line, not \(value.kindInWords)"
        )
        error.location = location
        throw error
      }
      return FanOut.Given(map.withoutReferences) { _ in location }
    }
    return nil
  }

  /// An error about items, with nothing of them in it that may be a secret.
  ///
  /// - Parameters:
  ///   - error: What the reader says.
  ///   - file: What messages call the file.
  ///   - reader: Knows what may be shown.
  ///   - depth: How many steps of a pointer lead to an item.
  ///   - line: The line that was read alone; nil: the whole file was.
  /// - Returns: The error as it may be shown, with places in the file.
  private static func hiding(
    _ error: HostError,
    _ file: String,
    _ reader: InputArguments,
    in depth: Int = 0,
    at line: Int? = nil
  ) -> HostError {
    guard !error.faults.isEmpty else { return error }
    let faults = error.faults.map { fault in
      var fault = fault
      let path = Array(fault.pointer.tokens.dropFirst(depth))
      if !path.isEmpty, !reader.isShown(path) {
        fault = Fault(
          fault.kind,
          at: fault.pointer,
          "this cannot be read; it is not shown, since it may be a secret",
          location: fault.location
        )
      }
      if let line {
        fault.location = SourceLocation(
          file: file,
          line: line,
          column: fault.location?.column ?? 0
        )
      }
      return fault
    }
    return HostError(faults: faults, of: file)
  }

  private func record(
    _ csv: inout CSVReader,
    _ columns: [InputArgument]
  ) throws(HostError) -> FanOut.Given? {
    guard let (fields, line) = try csv.next() else { return nil }
    guard fields.count == columns.count else {
      throw csv.fault(
        line,
        "expected \(columns.count) fields, as the header has them, and there is \(fields.count == 1 ? "1" : "another number: \(fields.count)")"
      )
    }
    var edits: [InputArguments.Edit] = []
    // As it is written: what is nothing is not given, an empty text stands in quotes.
    for (column, field) in zip(columns, fields) where field.isQuoted || !field.text.isEmpty {
      do throws(HostError) {
        let value = try reader.value(of: InputArgument(column, text: field.text))
        edits.append(.success((column, value.withoutReferences)))
      } catch {
        throw csv.fault(line, error.message)
      }
    }
    let location = csv.location(line)
    var item = ValueMap()
    try InputArguments.apply(edits, to: &item, changing: base, at: location)
    return FanOut.Given(item) { _ in location }
  }

  /// The items of `key=a,b,c`, which the operator has typed.
  private static func list(
    _ text: String,
    _ reader: InputArguments,
    _ base: ValueMap
  ) throws(HostError) -> [FanOut.Given] {
    let argument = try InputArgument(text, number: 1)
    guard case .text(let values) = argument.source else {
      throw argument.fault("--each takes a file as it is, or values with commas between them")
    }
    var items: [FanOut.Given] = []
    for part in values.split(separator: ",", omittingEmptySubsequences: false) {
      let value = try reader.value(of: InputArgument(argument, text: String(part)))
      var item = ValueMap()
      try InputArguments.apply([.success((argument, value))], to: &item, changing: base)
      items.append(FanOut.Given(item))
    }
    return items
  }
}

extension ValueMap {
  /// The same with every text standing for itself, where it would refer to a secret.
  fileprivate var withoutReferences: ValueMap {
    ValueMap(lazy.map { (name: $0.name, value: $0.value.withoutReferences) })
  }
}

extension Value {
  fileprivate var withoutReferences: Value {
    switch resolved {
    case .string(let text): .string(text.replacing("vault.secret(", with: "\\vault.secret("))
    case .list(let items): .list(items.map(\.withoutReferences))
    case .map(let members): .map(members.withoutReferences)
    case let value: value
    }
  }
}
