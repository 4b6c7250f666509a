/// Some records on their way into a database, column by column.
struct RecordBatch: Sendable, Hashable {
  /// How many records there are.
  var count: Int
  /// One for each name, each with as many values as there are records.
  var columns: [RecordColumn]
}

/// The values of one column in a batch of records.
struct RecordColumn: Sendable, Hashable {
  /// The values as they are, all of one kind; where there is none, any value stands in its place.
  enum Values: Sendable, Hashable {
    case bools([Bool])
    case integers([Int64])
    case unsignedIntegers([UInt64])
    case doubles([Double])
    /// Days since 1970-01-01.
    case dates([Int32])
    /// Microseconds since midnight.
    case times([Int64])
    /// Since 1970-01-01; in UTC where `isUTC`, else in no zone that is known.
    case timestamps([Int64], RecordTimeUnit, isUTC: Bool)
    /// Texts in UTF-8.
    case texts(RecordBytes)
    /// Exact decimals, as texts such as `-12.50`.
    case decimals(RecordBytes)
    case bytes(RecordBytes)
  }

  var values: Values
  /// Whether there is a value, for each record; nil: there is one in all of them.
  var isThere: [Bool]?
}

extension RecordColumn {
  /// The same values as texts, unless they are bytes.
  var asTexts: RecordColumn {
    guard let texts = values.texts(nil) else { return self }
    return RecordColumn(values: .texts(texts), isThere: isThere)
  }
}

extension RecordColumn.Values {
  /// Some of the values as texts; nil where they are bytes.
  ///
  /// - Parameter rows: Which ones; nil: all.
  /// - Returns: The texts of these values alone.
  func texts(_ rows: Range<Int>?) -> RecordBytes? {
    func texts<Value>(_ values: [Value], _ text: (Value) -> String) -> RecordBytes {
      var bytes = RecordBytes()
      for value in values[rows ?? values.indices] { bytes.append(text(value).utf8) }
      return bytes
    }
    return switch self {
    case .bools(let values): texts(values) { $0 ? "1" : "0" }
    case .integers(let values): texts(values, \.description)
    case .unsignedIntegers(let values): texts(values, \.description)
    case .doubles(let values): texts(values, \.description)
    case .dates(let values): texts(values) { Calendar.text(ofDate: Int($0)) }
    case .times(let values): texts(values, Calendar.text(ofTime:))
    case .timestamps(let values, let unit, _):
      texts(values) { Calendar.text(ofMoment: $0, unit) }
    case .texts(let values), .decimals(let values): rows.map(values.part) ?? values
    case .bytes: nil
    }
  }
}

/// What moments are counted in.
enum RecordTimeUnit: Sendable, Hashable {
  case second, millisecond, microsecond, nanosecond
}

/// Values of many lengths, one behind the other.
struct RecordBytes: Sendable, Hashable {
  var bytes: [UInt8] = []
  /// Where each value ends in `bytes`; it begins where the one before ends.
  var ends: [Int] = []

  /// How many values there are.
  var count: Int { ends.count }

  /// Where a value begins in `bytes`.
  func start(of index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

  /// Where a value stands in `bytes`.
  func range(_ index: Int) -> Range<Int> { start(of: index)..<ends[index] }

  /// Some of the values.
  func part(_ rows: Range<Int>) -> RecordBytes {
    let first = start(of: rows.lowerBound)
    return RecordBytes(
      bytes: Array(bytes[first..<start(of: rows.upperBound)]),
      ends: ends[rows].map { $0 - first }
    )
  }

  /// Adds a value.
  mutating func append(_ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: value)
    ends.append(bytes.count)
  }
}

/// Where records come from: a text in some format, read as it is needed.
protocol RecordReader {
  /// The names of the columns, in their order; known once the reader is made.
  var names: [String] { get }

  /// The next records, at most so many; nil: there are no more.
  ///
  /// - Throws: `RecordFault` for what is no record.
  mutating func next(_ limit: Int) throws(RecordFault) -> RecordBatch?
}

/// Bytes that records are read from, piece by piece.
protocol RecordSource {
  /// The next bytes, at least one; nil: there are no more.
  ///
  /// - Throws: `RecordFault.source`, where they cannot be had.
  mutating func next() throws(RecordFault) -> [UInt8]?
}
