/// The columns of records in JSON, and which of them a name means.
struct NDJSONColumns {
  /// Whether a name that is not there is a new column.
  var isOpen = false
  /// Whether a record may be a list.
  var canBeLists = false
  private(set) var names: [String] = []
  /// How many records are in the columns.
  private(set) var count = 0

  private var keys: [[UInt8]] = []
  private var places: [ArraySlice<UInt8>: Int] = [:]
  private var builders: [RecordColumnBuilder] = []
  /// Where a name is looked for that is not the expected one, before all are.
  private static let nearby = 4

  /// Adds a column; there may be no more than `RecordNames.limit`.
  mutating func add(_ key: [UInt8]) {
    places[key[...]] = keys.count
    keys.append(key)
    names.append(String(decoding: key, as: UTF8.self))
    builders.append(RecordColumnBuilder())
  }

  /// Takes the records that were read since the last time.
  mutating func take() -> RecordBatch {
    defer { count = 0 }
    var taken: [RecordColumn] = []
    taken.reserveCapacity(builders.count)
    for index in builders.indices { taken.append(builders[index].take()) }
    return RecordBatch(count: count, columns: taken)
  }

  /// Forgets the records that were read since the last time, and what was read of one that is none.
  mutating func forget() {
    builders = builders.map { _ in RecordColumnBuilder() }
    count = 0
  }

  /// Reads an object or a list as a record.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - scanner: Stands in front of it, and behind it then.
  /// - Throws: What is wrong in it.
  mutating func readRecord(
    _ text: Span<UInt8>,
    _ scanner: inout JSONScanner
  ) throws(JSONFault) {
    if scanner.skip(UInt8(ascii: "{"), text) {
      try readObject(text, &scanner)
    } else if canBeLists, scanner.skip(UInt8(ascii: "["), text) {
      try readList(text, &scanner)
    } else {
      throw .unexpected(text, scanner.place, wanted: canBeLists ? "'{' or '['" : "'{'")
    }
    count += 1
  }

  // MARK: - Objects

  private mutating func readObject(
    _ text: Span<UInt8>,
    _ scanner: inout JSONScanner
  ) throws(JSONFault) {
    let start = scanner.place
    var expected = 0
    var found = 0
    scanner.skipBlanks(text)
    if !scanner.skip(UInt8(ascii: "}"), text) {
      repeat {
        scanner.skipBlanks(text)
        if found > 0, scanner.place < text.count, text[scanner.place] == UInt8(ascii: "}") {
          throw JSONFault(scanner.place, "a comma stands behind the last one")
        }
        let column = try readName(text, &scanner, expected)
        try scanner.skipColon(text)
        try readValue(text, &scanner, column)
        expected = column + 1
        found += 1
        scanner.skipBlanks(text)
      } while scanner.skip(UInt8(ascii: ","), text)
      guard scanner.skip(UInt8(ascii: "}"), text) else {
        throw .unexpected(text, scanner.place, wanted: "a comma or '}'")
      }
    }
    if isOpen, found == 0 { throw JSONFault(start, "the first object has no names") }
    guard found < builders.count else { return }
    for index in builders.indices where builders[index].count == count {
      builders[index].appendNull()
    }
  }

  /// Reads a name.
  ///
  /// - Returns: The column that it means, which has no value yet.
  private mutating func readName(
    _ text: Span<UInt8>,
    _ scanner: inout JSONScanner,
    _ expected: Int
  ) throws(JSONFault) -> Int {
    let start = scanner.place
    let (range, isEscaped) = try scanner.name(text)
    let column: Int
    if isEscaped {
      try scanner.decode(text, range)
      column = try self.column(scanner.decoded.span, expected, start)
    } else {
      column = try self.column(text.extracting(range), expected, start)
    }
    guard builders[column].count == count else {
      throw JSONFault(start, "the name \(RecordNames.quoted(names[column])) comes twice")
    }
    return column
  }

  private mutating func column(
    _ name: Span<UInt8>,
    _ expected: Int,
    _ place: Int
  ) throws(JSONFault) -> Int {
    // Objects have their names in one order mostly, and lack some.
    let end = max(min(expected + NDJSONColumns.nearby, keys.count), expected)
    for index in expected..<end where isSame(name, keys[index]) { return index }
    var key: [UInt8] = []
    key.append(bytesOf: name)
    if let column = places[key[...]] { return column }
    let text = String(decoding: key, as: UTF8.self)
    guard isOpen else {
      throw JSONFault(place, "there is no column with the name \(RecordNames.quoted(text))")
    }
    guard !key.isEmpty else { throw JSONFault(place, "a name is empty") }
    guard keys.count < RecordNames.limit else {
      let limit = "there are more than \(RecordNames.limit) columns: ODBC has no room for them"
      throw JSONFault(place, limit)
    }
    add(key)
    return keys.count - 1
  }

  private func isSame(_ one: Span<UInt8>, _ key: [UInt8]) -> Bool {
    let other = key.span
    guard one.count == other.count else { return false }
    for index in one.indices where one[index] != other[index] { return false }
    return true
  }

  // MARK: - Lists

  private mutating func readList(
    _ text: Span<UInt8>,
    _ scanner: inout JSONScanner
  ) throws(JSONFault) {
    let start = scanner.place - 1
    var found = 0
    scanner.skipBlanks(text)
    if !scanner.skip(UInt8(ascii: "]"), text) {
      repeat {
        scanner.skipBlanks(text)
        if found > 0, scanner.place < text.count, text[scanner.place] == UInt8(ascii: "]") {
          throw JSONFault(scanner.place, "a comma stands behind the last one")
        }
        if found < builders.count {
          try readValue(text, &scanner, found)
        } else {
          try scanner.skipValue(text)
        }
        found += 1
        scanner.skipBlanks(text)
      } while scanner.skip(UInt8(ascii: ","), text)
      guard scanner.skip(UInt8(ascii: "]"), text) else {
        throw .unexpected(text, scanner.place, wanted: "a comma or ']'")
      }
    }
    guard found == builders.count else {
      throw JSONFault(
        start,
        "the number of values is \(found), but the number of columns is \(builders.count)"
      )
    }
  }

  // MARK: - Values

  private mutating func readValue(
    _ text: Span<UInt8>,
    _ scanner: inout JSONScanner,
    _ column: Int
  ) throws(JSONFault) {
    guard scanner.place < text.count else {
      throw .unexpected(text, scanner.place, wanted: "a value")
    }
    switch text[scanner.place] {
    case UInt8(ascii: "\""):
      let (range, isEscaped) = try scanner.string(text)
      if isEscaped {
        try scanner.decode(text, range)
        builders[column].appendText(scanner.decoded.span)
      } else {
        builders[column].appendText(text.extracting(range))
      }
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      builders[column].appendText(text.extracting(try scanner.collection(text)))
    case UInt8(ascii: "t"):
      try scanner.skipWord("true", text)
      builders[column].append(true)
    case UInt8(ascii: "f"):
      try scanner.skipWord("false", text)
      builders[column].append(false)
    case UInt8(ascii: "n"):
      try scanner.skipWord("null", text)
      builders[column].appendNull()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
      try readNumber(text, &scanner, column)
    default: throw .unexpected(text, scanner.place, wanted: "a value")
    }
  }

  private mutating func readNumber(
    _ text: Span<UInt8>,
    _ scanner: inout JSONScanner,
    _ column: Int
  ) throws(JSONFault) {
    let start = scanner.place
    switch try scanner.number(text) {
    case .integer(let value): builders[column].append(value)
    case .unsignedInteger(let value): builders[column].append(value)
    case .double(let value): builders[column].append(value)
    case .decimal: builders[column].appendDecimal(text.extracting(start..<scanner.place))
    }
  }
}
