/// Reads records from lines that hold a JSON object each, as RFC 8259 has it.
///
/// Of the kinds of JSON the columns are booleans, integers, doubles and texts; a number that a double does not hold
/// exactly is a decimal, and lists and maps are texts in JSON. Lines with nothing on them are skipped.
struct NDJSONRecordReader: RecordReader {
  var names: [String] { columns.names }
  private var lines: NDJSONLines
  private var columns = NDJSONColumns()
  private var scanner = JSONScanner()
  private let batchSize: Int
  /// How many bytes the lines of the batch have.
  private var size = 0
  /// The lines of the batch, which are read again without the one that is no record.
  private var good: [NDJSONLines.Line] = []
  /// How many records there were before the batch.
  private var earlier = 0
  /// What was wrong; there is nothing behind it.
  private var fault: RecordFault?

  /// A reader that has read the first line, where no names are given.
  ///
  /// - Parameters:
  ///   - source: Where the text comes from.
  ///   - options: How it is read.
  /// - Throws: `RecordFault` where there are no names to be had.
  init(
    _ source: any RecordSource,
    _ options: NDJSONOptions = NDJSONOptions()
  ) throws(RecordFault) {
    lines = NDJSONLines(source, limit: options.lineLimit)
    batchSize = options.batchSize
    guard let names = options.names else {
      // The first object says what the columns are, and stays in them.
      columns.isOpen = true
      try fill(1)
      columns.isOpen = false
      return
    }
    if let fault = RecordNames.fault(in: names) {
      throw .invalid(RecordPlace(record: 0, line: nil), fault)
    }
    for name in names { columns.add(Array(name.utf8)) }
    columns.canBeLists = true
  }

  mutating func next(_ limit: Int) throws(RecordFault) -> RecordBatch? {
    if let fault { throw fault }
    do throws(RecordFault) {
      try fill(max(limit, 1))
    } catch {
      fault = error
      guard !good.isEmpty else { throw error }
      if case .invalid = error { readAgain() }
    }
    guard columns.count > 0 else { return nil }
    earlier += columns.count
    size = 0
    good.removeAll(keepingCapacity: true)
    return columns.take()
  }

  /// Reads until there are so many records, or no more.
  private mutating func fill(_ limit: Int) throws(RecordFault) {
    while columns.count < limit, size < batchSize {
      let record = earlier + columns.count + 1
      guard let line = try lines.next(record) else { return }
      do throws(JSONFault) {
        let before = columns.count
        try read(line.bytes.span.extracting(line.range))
        if columns.count > before { good.append(line) }
      } catch {
        throw .invalid(
          RecordPlace(record: record, line: lines.number),
          "byte \(error.place + 1): \(error.text)"
        )
      }
    }
  }

  /// Makes the columns those of the good lines alone: a part of the one behind them may be in them, or have changed
  /// their kind.
  private mutating func readAgain() {
    columns.forget()
    for line in good { try? read(line.bytes.span.extracting(line.range)) }
  }

  private mutating func read(_ line: Span<UInt8>) throws(JSONFault) {
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: line)
    } catch {
      throw JSONFault(error.byteOffsets.lowerBound, "the text is not UTF-8")
    }
    scanner.place = 0
    scanner.skipBlanks(line)
    guard scanner.place < line.count else { return }
    try columns.readRecord(line, &scanner)
    // A member that is not there takes some memory too.
    size += line.count + columns.names.count
    scanner.skipBlanks(line)
    guard scanner.place == line.count else {
      throw .unexpected(line, scanner.place, wanted: "the end of the line")
    }
  }
}
