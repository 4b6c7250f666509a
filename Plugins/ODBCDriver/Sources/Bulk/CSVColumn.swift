/// The fields of one column that were read from CSV.
struct CSVColumn {
  private(set) var texts = RecordBytes()
  /// For each field once there is a null, else empty.
  private var isThere: [Bool] = []
  private var hasNull = false
  /// Where the field begins that is being read.
  private var start = 0

  /// How many bytes the field has that is being read.
  var fieldSize: Int { texts.bytes.count - start }

  /// Adds a part of a field.
  mutating func add(_ part: Span<UInt8>) { texts.bytes.append(bytesOf: part) }

  /// Ends a field.
  mutating func end(_ isNull: Bool) {
    if isNull {
      if !hasNull {
        hasNull = true
        isThere = Array(repeating: true, count: texts.count)
      }
      texts.bytes.removeLast(fieldSize)
    }
    if hasNull { isThere.append(!isNull) }
    start = texts.bytes.count
    texts.ends.append(start)
  }

  /// Whether the field that is being read is some text.
  func fieldIs(_ text: [UInt8]) -> Bool {
    fieldSize == text.count && texts.bytes[start...].elementsEqual(text)
  }

  /// Takes the fields that were read since the last time.
  ///
  /// - Parameter count: How many, from the first one; the others are forgotten.
  /// - Returns: These.
  mutating func take(_ count: Int) -> RecordColumn {
    let last = texts
    // There may be more where what comes next is no record.
    if texts.count > count || fieldSize > 0 { cut(to: count) }
    let column = RecordColumn(values: .texts(texts), isThere: hasNull ? isThere : nil)
    self = CSVColumn()
    // The next batch is likely to be as large.
    texts.bytes.reserveCapacity(last.bytes.count)
    texts.ends.reserveCapacity(last.ends.count)
    return column
  }

  private mutating func cut(to count: Int) {
    texts.ends.removeLast(texts.count - count)
    texts.bytes.removeLast(texts.bytes.count - (texts.ends.last ?? 0))
    isThere = Array(isThere.prefix(count))
    hasNull = isThere.contains(false)
  }

  /// The first of some fields that is not UTF-8; nil: all of them are.
  ///
  /// - Parameter count: How many fields, from the first one.
  /// - Returns: Its number, from 0.
  func firstInvalid(_ count: Int) -> Int? {
    guard count > 0 else { return nil }
    let bytes = texts.bytes.span
    let end = texts.ends[count - 1]
    do throws(UTF8.ValidationError) {
      let text = try UTF8Span(validating: bytes.extracting(..<end))
      if text.isKnownASCII { return nil }
    } catch {
      let place = error.byteOffsets.lowerBound
      return firstTorn(before: place) ?? field(at: place)
    }
    return firstTorn(before: end)
  }

  /// The first field whose last character ends in the next one: together they are valid.
  private func firstTorn(before end: Int) -> Int? {
    let bytes = texts.bytes.span
    for index in 0..<texts.count {
      let range = texts.range(index)
      guard range.lowerBound < end else { return nil }
      if range.lowerBound > 0, !range.isEmpty, bytes[range.lowerBound] & 0xC0 == 0x80 {
        return field(at: range.lowerBound - 1)
      }
    }
    return nil
  }

  /// The field that holds a byte.
  private func field(at place: Int) -> Int {
    var low = 0
    var high = texts.count
    while low < high {
      let middle = (low + high) / 2
      if texts.ends[middle] <= place { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
