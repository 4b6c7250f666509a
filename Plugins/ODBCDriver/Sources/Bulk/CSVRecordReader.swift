/// Reads records from CSV, as RFC 4180 has it, in UTF-8.
///
/// All values are texts. An empty field without quotes is null, unless the options name a text for null.
struct CSVRecordReader: RecordReader {
  let names: [String]
  private var source: any RecordSource
  private var piece: [UInt8] = []
  private var place = 0
  private var isAtEnd = false
  private var scanner: CSVScanner
  /// What was wrong; there is nothing behind it.
  private var fault: RecordFault?

  /// A reader that has read the header.
  ///
  /// - Parameters:
  ///   - source: Where the text comes from.
  ///   - options: How it is written; they must be usable.
  /// - Throws: `RecordFault` where there are no names, or no columns, to be had.
  init(
    _ source: any RecordSource,
    _ options: CSVOptions = CSVOptions()
  ) throws(RecordFault) {
    precondition(options.isUsable, "the caller must check the options")
    var input = CSVRecordReader(unread: source, options)
    try input.skipByteOrderMark()
    let names: [String]
    if options.hasHeader {
      names = try input.readHeader(options.names)
    } else if let given = options.names {
      names = given
    } else {
      // The first record says how many columns there are, and stays in them.
      input.scanner.nullText = options.nullText.map { Array($0.utf8) }
      try input.fill(1)
      names = (0..<input.scanner.firstWidth).map { "column\($0 + 1)" }
    }
    if let fault = RecordNames.fault(in: names) {
      throw .invalid(
        RecordPlace(record: 0, line: options.hasHeader ? input.scanner.recordLine : nil),
        fault
      )
    }
    input.scanner.setNames(names)
    input.scanner.nullText = options.nullText.map { Array($0.utf8) }
    self = CSVRecordReader(input, names)
  }

  private init(unread source: any RecordSource, _ options: CSVOptions) {
    names = []
    self.source = source
    scanner = CSVScanner(options)
  }

  private init(_ other: Self, _ names: [String]) {
    self.names = names
    source = other.source
    piece = other.piece
    place = other.place
    isAtEnd = other.isAtEnd
    scanner = other.scanner
  }

  mutating func next(_ limit: Int) throws(RecordFault) -> RecordBatch? {
    if let fault { throw fault }
    do throws(RecordFault) {
      try fill(max(limit, 1))
    } catch {
      fault = error
    }
    let (batch, invalid) = scanner.take()
    // What is wrong further in front comes first, and what is good in front of that.
    fault = invalid ?? fault
    if batch.count > 0 { return batch }
    if let fault { throw fault }
    return nil
  }

  /// Reads until there are so many records, or no more.
  private mutating func fill(_ limit: Int) throws(RecordFault) {
    while !scanner.isFull(limit) {
      if place == piece.count {
        guard !isAtEnd, let next = try source.next() else {
          isAtEnd = true
          try scanner.end()
          return
        }
        piece = next
        place = 0
      }
      let bytes = piece
      place = try scanner.scan(bytes.span, from: place, limit: limit)
    }
  }

  private mutating func skipByteOrderMark() throws(RecordFault) {
    while piece.count < 3, let next = try source.next() { piece += next }
    if piece.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
  }

  private mutating func readHeader(_ given: [String]?) throws(RecordFault) -> [String] {
    try fill(1)
    guard scanner.count == 1 else {
      throw .invalid(RecordPlace(record: 0, line: 1), "there is no header: the text is empty")
    }
    let names = try scanner.takeHeader()
    guard let given else { return names }
    guard given.count == names.count else {
      throw .invalid(
        RecordPlace(record: 0, line: scanner.recordLine),
        "the number of fields is \(names.count), but the number of names is \(given.count)"
      )
    }
    return given
  }
}
