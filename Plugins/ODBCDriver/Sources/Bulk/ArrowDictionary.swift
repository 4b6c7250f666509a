/// Values that a column refers to by their places.
struct ArrowDictionary: Sendable {
  private var column: RecordColumn
  /// How many values there are.
  private(set) var count: Int
  /// How many bytes the longest value has, of those that have any length.
  private(set) var longest: Int

  /// A dictionary.
  ///
  /// - Parameters:
  ///   - column: Its values.
  ///   - count: How many there are.
  init(_ column: RecordColumn, count: Int) {
    self.column = column
    self.count = count
    longest = column.values.longest
  }

  /// Adds values behind those that are there.
  ///
  /// It takes time for what comes, not for what is there: there may be very many additions.
  ///
  /// - Parameters:
  ///   - more: The values, of the same type.
  ///   - count: How many there are.
  mutating func append(_ more: RecordColumn, count: Int) {
    if column.isThere != nil || more.isThere != nil {
      if column.isThere == nil { column.isThere = [Bool](repeating: true, count: self.count) }
      column.isThere?.append(contentsOf: more.isThere ?? [Bool](repeating: true, count: count))
    }
    column.values.append(more.values)
    self.count += count
    longest = max(longest, more.values.longest)
  }

  /// The values at some places.
  ///
  /// - Parameters:
  ///   - places: The places.
  ///   - isThere: Which of them count; nil: all do.
  /// - Returns: The values.
  /// - Throws: Which place is outside of the dictionary, by its number.
  func column(_ places: [Int], _ isThere: [Bool]?) throws(OutsideFault) -> RecordColumn {
    var places = places
    var found = isThere ?? [Bool](repeating: true, count: places.count)
    var isAnyMissing = false
    for index in places.indices {
      if found[index] {
        guard 0..<count ~= places[index] else { throw OutsideFault(index: index) }
        found[index] = column.isThere?[places[index]] ?? true
      }
      if !found[index] {
        places[index] = -1
        isAnyMissing = true
      }
    }
    return RecordColumn(
      values: column.values.picked(places),
      isThere: isAnyMissing ? found : nil
    )
  }

  /// A place that is outside of a dictionary.
  struct OutsideFault: Error {
    /// Which one of those that were asked for.
    let index: Int
  }
}

extension RecordColumn.Values {
  /// How many bytes the longest value has; 0 where all have the same length.
  fileprivate var longest: Int {
    switch self {
    case .texts(let values), .decimals(let values), .bytes(let values):
      var longest = 0
      for index in 0..<values.count { longest = max(longest, values.range(index).count) }
      return longest
    default: return 0
    }
  }

  /// Adds values of the same kind; those of another one are none of the same dictionary.
  fileprivate mutating func append(_ more: Self) {
    // What stands in a case is taken out of it before it is changed: else all of it would be copied.
    let old = self
    self = .bools([])
    switch (consume old, more) {
    case (.bools(var values), .bools(let more)):
      values.append(contentsOf: more)
      self = .bools(values)
    case (.integers(var values), .integers(let more)):
      values.append(contentsOf: more)
      self = .integers(values)
    case (.unsignedIntegers(var values), .unsignedIntegers(let more)):
      values.append(contentsOf: more)
      self = .unsignedIntegers(values)
    case (.doubles(var values), .doubles(let more)):
      values.append(contentsOf: more)
      self = .doubles(values)
    case (.dates(var values), .dates(let more)):
      values.append(contentsOf: more)
      self = .dates(values)
    case (.times(var values), .times(let more)):
      values.append(contentsOf: more)
      self = .times(values)
    case (.timestamps(var values, let unit, let isUTC), .timestamps(let more, _, _)):
      values.append(contentsOf: more)
      self = .timestamps(values, unit, isUTC: isUTC)
    case (.texts(var values), .texts(let more)):
      values.append(more)
      self = .texts(values)
    case (.decimals(var values), .decimals(let more)):
      values.append(more)
      self = .decimals(values)
    case (.bytes(var values), .bytes(let more)):
      values.append(more)
      self = .bytes(values)
    default: self = more
    }
  }

  /// The values at some places; any value where the place is below zero.
  fileprivate func picked(_ places: [Int]) -> Self {
    switch self {
    case .bools(let values): .bools(places.map { $0 < 0 ? false : values[$0] })
    case .integers(let values): .integers(places.map { $0 < 0 ? 0 : values[$0] })
    case .unsignedIntegers(let values): .unsignedIntegers(places.map { $0 < 0 ? 0 : values[$0] })
    case .doubles(let values): .doubles(places.map { $0 < 0 ? 0 : values[$0] })
    case .dates(let values): .dates(places.map { $0 < 0 ? 0 : values[$0] })
    case .times(let values): .times(places.map { $0 < 0 ? 0 : values[$0] })
    case .timestamps(let values, let unit, let isUTC):
      .timestamps(places.map { $0 < 0 ? 0 : values[$0] }, unit, isUTC: isUTC)
    case .texts(let values): .texts(values.picked(places))
    case .decimals(let values): .decimals(values.picked(places))
    case .bytes(let values): .bytes(values.picked(places))
    }
  }
}

extension RecordBytes {
  fileprivate mutating func append(_ more: RecordBytes) {
    let start = bytes.count
    bytes.append(contentsOf: more.bytes)
    ends.append(contentsOf: more.ends.lazy.map { $0 + start })
  }

  fileprivate func picked(_ places: [Int]) -> RecordBytes {
    var picked = RecordBytes()
    picked.ends.reserveCapacity(places.count)
    for place in places {
      if place >= 0 { picked.bytes.append(contentsOf: bytes[range(place)]) }
      picked.ends.append(picked.bytes.count)
    }
    return picked
  }
}
