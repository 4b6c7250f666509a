internal import CODBC
internal import DriverKit

extension ColumnReader {
  /// Adds a date.
  func append(_ date: SQL_DATE_STRUCT) throws(DriverError) {
    guard let days = Calendar.days(Int(date.year), Int(date.month), Int(date.day)) else {
      throw noValue("\(date.year)-\(date.month)-\(date.day) is no date")
    }
    builder.append(Int32(days))
  }

  /// Adds a moment, which is in no zone that the structure tells.
  func append(_ moment: SQL_TIMESTAMP_STRUCT) throws(DriverError) {
    let (year, month, day) = (Int(moment.year), Int(moment.month), Int(moment.day))
    guard let days = Calendar.days(year, month, day), moment.hour < 24, moment.minute < 60,
      moment.second < 61, moment.fraction < 1_000_000_000
    else { throw noValue("\(year)-\(month)-\(day) \(moment.hour):\(moment.minute) is no moment") }
    let minutes = (days * 24 + Int(moment.hour)) * 60 + Int(moment.minute)
    let seconds = Int64(minutes) * 60 + Int64(moment.second)
    guard case .timestamp(let unit, _) = plan.field.type else {
      preconditionFailure("the column is of another type")
    }
    let fraction = Int64(moment.fraction)
    guard unit == .nanosecond else {
      builder.append(seconds * 1_000_000 + fraction / 1000)
      return
    }
    let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    guard !overflow else {
      throw noValue("the year \(year) is beyond what nanoseconds since 1970 can count")
    }
    builder.append(whole + fraction)
  }

  /// Adds a value that is bytes as the driver gave them.
  func append(_ bytes: Span<UInt8>) throws(DriverError) {
    switch plan.form {
    case .timeText:
      guard let microseconds = Calendar.microseconds(ofTime: bytes) else {
        throw noValue("`\(text(bytes))` is no time of day")
      }
      builder.append(microseconds)
    case .decimalText:
      guard case .decimal128(let precision, let scale) = plan.field.type else {
        preconditionFailure("the column is of another type")
      }
      guard let value = DecimalText.integer(bytes, precision: precision, scale: scale) else {
        throw noValue(
          "`\(text(bytes))` is no decimal of \(precision) digits, \(scale) of them behind the point, as the driver declares; cast the column to a text, or to a decimal of more digits"
        )
      }
      builder.append(value)
    case .text where isWide: appendUTF16(bytes)
    default: builder.append(bytes)
    }
  }

  /// Adds a text in UTF-16; half a pair becomes the replacement character.
  private func appendUTF16(_ bytes: Span<UInt8>) {
    scratch.removeAll(keepingCapacity: true)
    var isASCII = true
    var place = 0
    while place + 1 < bytes.count {
      // In the machine's order, which is little-endian wherever this is built.
      guard bytes[place + 1] == 0, bytes[place] < 0x80 else {
        isASCII = false
        break
      }
      scratch.append(bytes[place])
      place += 2
    }
    if !isASCII {
      var units: [UInt16] = []
      units.reserveCapacity((bytes.count - place) / 2)
      while place + 1 < bytes.count {
        units.append(UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8)
        place += 2
      }
      scratch += String(decoding: units, as: UTF16.self).utf8
    }
    let text = scratch
    builder.append(text.span)
  }

  private func text(_ bytes: Span<UInt8>) -> String {
    var copy: [UInt8] = []
    for index in 0..<min(bytes.count, 80) { copy.append(bytes[index]) }
    return String(decoding: copy, as: UTF8.self)
  }

  private func noValue(_ why: String) -> DriverError {
    DriverError(
      .protocolViolation,
      "the column \(plan.field.name) has a value that cannot be read: \(why)"
    )
  }
}
