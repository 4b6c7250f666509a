extension ArrowArray {
  private static let dayInMilliseconds: Int64 = 86_400_000
  private static let dayInMicroseconds: Int64 = 86_400_000_000

  /// Dates in days since 1970-01-01.
  func dates(
    _ range: Range<Int>,
    _ isThere: [Bool]?,
    _ isMilliseconds: Bool
  ) throws(ArrowFault) -> [Int32] {
    guard isMilliseconds else { return loaded(Int32.self, range) { $0 } }
    let milliseconds = loaded(Int64.self, range) { $0 }
    var days: [Int32] = []
    days.reserveCapacity(range.count)
    for (index, value) in milliseconds.enumerated() {
      let (day, rest) = value.quotientAndRemainder(dividingBy: ArrowArray.dayInMilliseconds)
      let date = rest == 0 ? Int32(exactly: day) : nil
      guard date != nil || isThere?[index] == false else {
        throw fault("has no whole day: cast it to a timestamp", range.lowerBound + index)
      }
      days.append(date ?? 0)
    }
    return days
  }

  /// Times of day in microseconds.
  func times(
    _ range: Range<Int>,
    _ isThere: [Bool]?,
    _ unit: RecordTimeUnit
  ) throws(ArrowFault) -> [Int64] {
    let factor: Int64
    let divisor: Int64
    switch unit {
    case .second: (factor, divisor) = (1_000_000, 1)
    case .millisecond: (factor, divisor) = (1000, 1)
    case .microsecond: (factor, divisor) = (1, 1)
    case .nanosecond: (factor, divisor) = (1, 1000)
    }
    var times =
      divisor == 1 && factor > 1
      ? loaded(Int32.self, range) { Int64($0) &* factor } : loaded(Int64.self, range) { $0 }
    for index in times.indices where isThere?[index] != false {
      let (time, rest) = times[index].quotientAndRemainder(dividingBy: divisor)
      guard rest == 0 else {
        throw fault(
          "has a time with nanoseconds: cast it to whole microseconds",
          range.lowerBound + index
        )
      }
      // PostgreSQL's day ends at 24:00:00, and this is how the host writes it.
      guard 0...ArrowArray.dayInMicroseconds ~= time else {
        throw fault("has a time outside of the day", range.lowerBound + index)
      }
      times[index] = time
    }
    return times
  }

  /// What is wrong with a value.
  func fault(_ text: String, _ record: Int) -> ArrowFault {
    ArrowFault("the column `\(name)` \(text)", record: record)
  }
}
