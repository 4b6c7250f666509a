import FuzzSupport
@testable package import ODBCDriver

/// What reading has come to.
package struct RecordOutcome: Equatable {
  /// The names of the columns.
  package private(set) var names: [String] = []
  /// What was read before the end, or before the fault.
  package private(set) var batches: [RecordBatch] = []
  /// What was wrong, with its place.
  package private(set) var fault: String?

  /// Some bytes of a batch without columns, or with nothing in them, stand for a million records.
  private static let valueLimit = 1 << 14
  /// Drivers that take what is laid out in different ways.
  private static let drivers = [
    DriverFacts(),
    DriverFacts(charactersAreUTF8: true, takesTimesAsTexts: true, valuesAreTexts: true),
  ]

  /// Reads all there is.
  init(_ limit: Int, _ makeReader: () throws(RecordFault) -> any RecordReader) {
    do throws(RecordFault) {
      var reader = try makeReader()
      names = reader.names
      var values = 0
      while values < RecordOutcome.valueLimit, let batch = try reader.next(limit) {
        require(1...limit ~= batch.count, "\(batch.count) records, at most \(limit) were wanted")
        require(batch.columns.count == names.count, "columns and names are not as many")
        for column in batch.columns { RecordOutcome.check(column, batch.count) }
        batches.append(batch)
        values += batch.count * (names.count + 1)
      }
    } catch {
      fault = RecordOutcome.text(error)
    }
  }

  /// The first text that was read.
  package var firstText: ArraySlice<UInt8>? {
    for column in batches.first?.columns ?? [] {
      if case .texts(let texts) = column.values { return texts.bytes[texts.range(0)] }
    }
    return nil
  }

  private static func text(_ fault: RecordFault) -> String {
    guard case .invalid(let place, let text) = fault else {
      fatalError("the bytes were to be had, and reading says \(fault)")
    }
    require(!text.isEmpty, "refused without a reason")
    require(place.record >= 0 && place.line ?? 1 > 0, "there is no such place: \(place)")
    return "\(place): \(text)"
  }

  private static func check(_ column: RecordColumn, _ count: Int) {
    require(column.isThere?.count ?? count == count, "it is not known which values are there")
    require(column.values.count == count, "\(column.values.count) values for \(count) records")
    switch column.values {
    case .texts(let texts):
      check(texts)
      for index in 0..<count {
        let text = texts.bytes[texts.range(index)]
        require(String(validating: text, as: UTF8.self) != nil, "a text that is not UTF-8")
      }
    case .decimals(let texts): check(texts)
    case .bytes(let bytes): check(bytes)
    default: break
    }
    // What becomes of them next.
    for driver in drivers { _ = ParameterColumn(column, 0..<count, driver) }
  }

  private static func check(_ values: RecordBytes) {
    var end = 0
    for next in values.ends {
      require(next >= end, "a value ends before it begins")
      end = next
    }
    require(end == values.bytes.count, "bytes that are no value's")
  }
}

extension RecordOutcome {
  /// Whether two are the same in every bit.
  package static func == (one: Self, other: Self) -> Bool {
    one.names.elementsEqual(other.names) { $0.utf8.elementsEqual($1.utf8) }
      && one.fault == other.fault
      && one.batches.elementsEqual(other.batches) { one, other in
        one.count == other.count
          && one.columns.elementsEqual(other.columns) {
            $0.isThere == $1.isThere && $0.values.isIdentical(to: $1.values)
          }
      }
  }
}

extension RecordColumn.Values {
  fileprivate var count: Int {
    switch self {
    case .bools(let values): values.count
    case .integers(let values), .times(let values), .timestamps(let values, _, _): values.count
    case .unsignedIntegers(let values): values.count
    case .doubles(let values): values.count
    case .dates(let values): values.count
    case .texts(let values), .decimals(let values), .bytes(let values): values.count
    }
  }

  /// What is not a number is not equal to itself.
  fileprivate func isIdentical(to other: Self) -> Bool {
    guard case .doubles(let values) = self, case .doubles(let others) = other else {
      return self == other
    }
    return values.map(\.bitPattern) == others.map(\.bitPattern)
  }
}
