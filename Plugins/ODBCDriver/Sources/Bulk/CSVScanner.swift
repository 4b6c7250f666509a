/// Takes CSV apart, as RFC 4180 has it, in pieces that may end anywhere.
///
/// Fields go straight into the columns; nothing is read twice.
struct CSVScanner {
  private enum State {
    case recordStart, fieldStart, unquoted, quoted
    /// Behind a quote in a quoted field: the field ends there, or a quote comes that is doubled.
    case quoteInQuoted
  }

  private let options: CSVOptions
  private let isSpecial: [Bool]
  /// What stands for null without quotes; nil: nothing at all does.
  var nullText: [UInt8]?
  /// How many columns there are; nil: the first record decides about it.
  private(set) var width: Int?
  private var names: [String] = []
  /// One more than there are, for fields too many.
  private var columns: [CSVColumn] = []

  private var state = State.recordStart
  /// The field that is being read, from 0.
  private var field = 0
  /// Where it goes.
  private var column = 0
  /// How many records are in the columns.
  private(set) var count = 0
  /// The number of the first one; 0: it is the header.
  private var first: Int
  /// The line that each begins on.
  private var lines: [Int] = []
  /// How many bytes they have.
  private var size = 0
  /// How many bytes the record has that is being read.
  private var recordSize = 0
  private var line = 1
  /// The line that the record begins on which is being read, or was last.
  private(set) var recordLine = 1
  private var quoteLine = 1
  /// How many bytes were in front of the piece.
  private var base = 0
  /// Where a line feed belongs to the carriage return in front of it.
  private var behindReturn = -1

  init(_ options: CSVOptions) {
    self.options = options
    var isSpecial = [Bool](repeating: false, count: 256)
    for byte in [options.delimiter, options.quote, 0x0A, 0x0D] { isSpecial[Int(byte)] = true }
    self.isSpecial = isSpecial
    first = options.hasHeader ? 0 : 1
  }

  // MARK: - Columns

  /// Says what the columns are.
  mutating func setNames(_ names: [String]) {
    self.names = names
    width = names.count
    while columns.count <= names.count { columns.append(CSVColumn()) }
  }

  /// The number of fields of the first record, which decides about the number of columns.
  var firstWidth: Int { columns.count }

  /// Takes the first record, which is no record but the header.
  ///
  /// - Returns: Its fields.
  /// - Throws: `RecordFault.invalid` where one is not UTF-8.
  mutating func takeHeader() throws(RecordFault) -> [String] {
    if let invalid = firstInvalid() { throw invalid.fault }
    let names = columns.map { column in
      String(decoding: column.texts.bytes[column.texts.range(0)], as: UTF8.self)
    }
    first = 1
    count = 0
    size = 0
    lines = []
    columns = []
    return names
  }

  /// Whether a batch is full; that changes at the end of a record only.
  func isFull(_ limit: Int) -> Bool { count >= limit || size >= options.batchSize }

  /// Takes the records that were read since the last time.
  ///
  /// - Returns: The records in front of the first one with a field that is not UTF-8, and what is wrong with that.
  mutating func take() -> (RecordBatch, RecordFault?) {
    let invalid = firstInvalid()
    let good = invalid?.record ?? count
    let width = width ?? columns.count
    var taken: [RecordColumn] = []
    taken.reserveCapacity(width)
    for index in 0..<width { taken.append(columns[index].take(good)) }
    defer {
      first += count
      count = 0
      size = 0
      lines.removeAll(keepingCapacity: true)
    }
    return (RecordBatch(count: good, columns: taken), invalid?.fault)
  }

  /// The first record in the columns that is not UTF-8, from 0; nil: all are.
  private func firstInvalid() -> (record: Int, fault: RecordFault)? {
    var worst: (record: Int, column: Int)?
    for index in 0..<(width ?? columns.count) {
      guard let record = columns[index].firstInvalid(count) else { continue }
      if worst.map({ record < $0.record }) ?? true { worst = (record, index) }
    }
    guard let worst else { return nil }
    let place = RecordPlace(record: first + worst.record, line: lines[worst.record])
    return (worst.record, .invalid(place, "\(name(worst.column)) is not UTF-8"))
  }

  // MARK: - Scanning

  /// Reads on in a piece, until it ends or there are enough records.
  ///
  /// - Parameters:
  ///   - piece: The piece.
  ///   - start: Where to go on in it.
  ///   - limit: How many records there may be in the columns.
  /// - Returns: Where it has stopped.
  /// - Throws: `RecordFault.invalid` for what is no record.
  mutating func scan(
    _ piece: Span<UInt8>,
    from start: Int,
    limit: Int
  ) throws(RecordFault) -> Int {
    let table = isSpecial
    let isSpecial = table.span
    let quote = options.quote
    var place = start
    while place < piece.count {
      switch state {
      case .recordStart:
        if isFull(limit) { return place }
        if isSkipped(piece[place], base + place) {
          place += 1
        } else {
          recordLine = line
          state = .fieldStart
        }
      case .fieldStart:
        try beginField()
        if piece[place] == quote {
          quoteLine = line
          place += 1
          state = .quoted
        } else {
          state = .unquoted
        }
      case .unquoted:
        var end = place
        while end < piece.count, !isSpecial[Int(piece[end])] { end += 1 }
        try add(piece.extracting(place..<end))
        place = end
        guard place < piece.count else { break }
        if piece[place] == quote {
          throw fault("\(name(field)) has a quote, but does not begin with one")
        }
        try endField(piece[place], base + place, isQuoted: false)
        place += 1
      case .quoted:
        var end = place
        while end < piece.count, piece[end] != quote {
          if piece[end] == 0x0A || piece[end] == 0x0D { noteLineEnd(piece[end], base + end) }
          end += 1
        }
        try add(piece.extracting(place..<end))
        place = end
        guard place < piece.count else { break }
        place += 1
        state = .quoteInQuoted
      case .quoteInQuoted:
        if piece[place] == quote {
          try add(piece.extracting(place..<(place + 1)))
          state = .quoted
        } else if isSpecial[Int(piece[place])] {
          try endField(piece[place], base + place, isQuoted: true)
        } else {
          throw fault("\(name(field)) has text behind its closing quote")
        }
        place += 1
      }
    }
    base += piece.count
    return place
  }

  /// Ends the last record, where no line end is behind it.
  ///
  /// - Throws: `RecordFault.invalid` where it is none.
  mutating func end() throws(RecordFault) {
    switch state {
    case .recordStart: return
    case .quoted:
      throw fault("\(name(field)) has a quote, opened on line \(quoteLine), that is never closed")
    case .fieldStart, .unquoted, .quoteInQuoted:
      if state == .fieldStart { try beginField() }
      closeField(isQuoted: state == .quoteInQuoted)
      try endRecord()
    }
  }

  /// Whether a byte in front of a record is no part of one.
  private mutating func isSkipped(_ byte: UInt8, _ offset: Int) -> Bool {
    guard byte == 0x0A || byte == 0x0D else { return false }
    if byte == 0x0A, offset == behindReturn { return true }
    // In a single column an empty line is a null.
    guard width != 1 else { return false }
    noteLineEnd(byte, offset)
    return true
  }

  private mutating func noteLineEnd(_ byte: UInt8, _ offset: Int) {
    if byte == 0x0D { behindReturn = offset + 1 }
    if byte == 0x0D || offset != behindReturn { line += 1 }
  }

  private mutating func beginField() throws(RecordFault) {
    if let width {
      column = min(field, width)
      return
    }
    guard field < RecordNames.limit else {
      throw fault("there are more than \(RecordNames.limit) columns: ODBC has no room for them")
    }
    column = field
    columns.append(CSVColumn())
  }

  private mutating func add(_ part: Span<UInt8>) throws(RecordFault) {
    guard !part.isEmpty else { return }
    columns[column].add(part)
    recordSize += part.count
    guard columns[column].fieldSize <= options.fieldLimit else {
      throw fault("\(name(field)) has more than \(options.fieldLimit) bytes")
    }
  }

  /// Ends a field at a delimiter or a line end.
  private mutating func endField(
    _ byte: UInt8,
    _ offset: Int,
    isQuoted: Bool
  ) throws(RecordFault) {
    closeField(isQuoted: isQuoted)
    if byte == options.delimiter {
      field += 1
      state = .fieldStart
    } else {
      noteLineEnd(byte, offset)
      try endRecord()
    }
  }

  private mutating func closeField(isQuoted: Bool) {
    guard column != width else {
      columns[column] = CSVColumn()
      return
    }
    var isNull = false
    if !isQuoted {
      isNull = nullText.map { columns[column].fieldIs($0) } ?? (columns[column].fieldSize == 0)
    }
    columns[column].end(isNull)
  }

  private mutating func endRecord() throws(RecordFault) {
    let width = width ?? columns.count
    guard field + 1 == width else {
      throw fault(
        "the number of fields is \(field + 1), but the number of columns is \(width)"
      )
    }
    lines.append(recordLine)
    count += 1
    // An empty field takes some memory too.
    size += recordSize + width
    recordSize = 0
    field = 0
    state = .recordStart
  }

  // MARK: - Faults

  private func fault(_ text: String) -> RecordFault {
    .invalid(RecordPlace(record: first + count, line: recordLine), text)
  }

  private func name(_ column: Int) -> String {
    column < names.count ? "column \(RecordNames.quoted(names[column]))" : "field \(column + 1)"
  }
}
