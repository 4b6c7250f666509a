internal import DriverKit

/// The records of the input `rows`: maps, or lists in the order of the input `columns`.
struct InputRecordReader: RecordReader {
  let names: [String]
  private var batches: [RecordBatch]

  /// Reads all of them: the inputs are views that do not outlive the call's start.
  ///
  /// - Parameters:
  ///   - rows: The records.
  ///   - given: The columns, where they are given.
  ///   - size: How many are put in a batch.
  /// - Throws: `.invalidInput` that names what is at fault.
  init(
    _ rows: borrowing InputList,
    names given: [String]?,
    size: Int
  ) throws(DriverError) {
    var names = given ?? []
    if given == nil, rows.count > 0 {
      guard rows[0].kind == .map else {
        throw DriverError(
          .invalidInput,
          "records that are lists need the input columns",
          pointer: "/columns"
        )
      }
      let first = try rows[0].map()
      for index in 0..<first.count { names.append(String(first.name(at: index))) }
    }
    self.names = names
    let places = RecordNames.places(of: names)
    let source = given == nil ? "the first record has" : "the input columns has"
    batches = []
    var builders = names.map { _ in RecordColumnBuilder() }
    var count = 0
    for index in 0..<rows.count {
      try InputRecordReader.add(rows[index], places, from: source, &builders)
      count += 1
      if count == size || index == rows.count - 1 {
        batches.append(
          RecordBatch(count: count, columns: builders.indices.map { builders[$0].take() })
        )
        count = 0
      }
    }
    batches.reverse()
  }

  private static func add(
    _ record: borrowing InputValue,
    _ places: [[UInt8]: Int],
    from source: String,
    _ builders: inout [RecordColumnBuilder]
  ) throws(DriverError) {
    switch record.kind {
    case .list:
      let list = try record.list()
      guard list.count == builders.count else {
        throw DriverError(
          .invalidInput,
          "\(record.pointer) has \(list.count) values, and there are \(builders.count) columns",
          pointer: record.pointer
        )
      }
      for index in 0..<list.count { try ParameterValue.append(list[index], to: &builders[index]) }
    default:
      let map = try record.map()
      var isThere = [Bool](repeating: false, count: builders.count)
      for index in 0..<map.count {
        let name = String(map.name(at: index))
        guard let place = places[Array(name.utf8)] else {
          throw DriverError(
            .invalidInput,
            "\(record.pointer) has a member \(name), and \(source) none; give the names of all columns in the input columns",
            pointer: record.pointer
          )
        }
        guard !isThere[place] else {
          throw DriverError(
            .invalidInput,
            "\(record.pointer) has two members \(name): leave one of them out",
            pointer: record.pointer
          )
        }
        isThere[place] = true
        try ParameterValue.append(map.value(at: index), to: &builders[place])
      }
      for (place, isThere) in isThere.enumerated() where !isThere { builders[place].appendNull() }
    }
  }

  mutating func next(_ limit: Int) throws(RecordFault) -> RecordBatch? { batches.popLast() }
}
