extension ArrowArray {
  private static let dayInMilliseconds: Int64 = 86_400_000
  private static let dayInMicroseconds: Int64 = 86_400_000_000

  /// Dates in days since 1970-01-01.
  func dates(
    _ range: Range<Int>,
    _ isThere: [Bool]?,
    _ isMilliseconds: Bool
  ) throws(ArrowFault) -> [Int32] {
    let values =
      isMilliseconds
      ? loaded(Int64.self, range) { $0 } : loaded(Int32.self, range) { Int64($0) }
    let size = isMilliseconds ? ArrowArray.dayInMilliseconds : 1
    var days: [Int32] = []
    days.reserveCapacity(range.count)
    for (index, value) in values.enumerated() {
      guard isThere?[index] != false else {
        days.append(0)
        continue
      }
      let (day, rest) = value.quotientAndRemainder(dividingBy: size)
      guard rest == 0 else {
        throw fault("has no whole day: cast it to a timestamp", range.lowerBound + index)
      }
      guard Calendar.commonDays.contains(Int(day)) else {
        throw outsideOfYears("date", range.lowerBound + index)
      }
      days.append(Int32(day))
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
    for index in times.indices {
      guard isThere?[index] != false else {
        times[index] = 0
        continue
      }
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

  /// Moments since 1970-01-01, in their unit.
  func timestamps(
    _ range: Range<Int>,
    _ isThere: [Bool]?,
    _ unit: RecordTimeUnit
  ) throws(ArrowFault) -> [Int64] {
    var moments = loaded(Int64.self, range) { $0 }
    for index in moments.indices {
      guard isThere?[index] != false else {
        // Anything may stand there: of a null moment pandas makes one that no calendar has.
        moments[index] = 0
        continue
      }
      let days = Calendar.parts(ofMoment: moments[index], unit).days
      guard Calendar.commonDays.contains(Int(days)) else {
        throw outsideOfYears("moment", range.lowerBound + index)
      }
    }
    return moments
  }

  private func outsideOfYears(_ what: String, _ record: Int) -> ArrowFault {
    fault("has a \(what) outside of the years 1 to 9999: cast the column to a text", record)
  }

  /// What is wrong with a value.
  func fault(_ text: String, _ record: Int) -> ArrowFault {
    ArrowFault("the column `\(name)` \(text)", record: record)
  }
}
