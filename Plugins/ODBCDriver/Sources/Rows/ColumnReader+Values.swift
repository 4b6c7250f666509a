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
    case .decimalText: try appendDecimal(bytes)
    case .timeText:
      guard let time = Calendar.microseconds(ofTime: bytes) else {
        throw noValue("`\(text(bytes))` is no time of day; cast the column to a text")
      }
      builder.append(time)
    case .integerText:
      guard let integer = NumberText.integer(bytes) else {
        throw noValue("`\(text(bytes))` is no integer of 64 bits; cast the column to a text")
      }
      builder.append(integer)
    case .doubleText:
      guard let number = NumberText.double(bytes) else {
        throw noValue("`\(text(bytes))` is no number; cast the column to a text")
      }
      if plan.field.type == .float { builder.append(Float(number)) } else { builder.append(number) }
    case .boolText:
      guard let truth = NumberText.bool(bytes) else {
        throw noValue("`\(text(bytes))` is neither 0 nor 1; cast the column to a text")
      }
      builder.append(truth)
    case .dateText:
      guard let days = Calendar.days(ofDate: bytes) else {
        throw noValue("`\(text(bytes))` is no date; cast the column to a text")
      }
      builder.append(Int32(days))
    case .timestampText:
      guard let moment = Calendar.microseconds(ofMoment: bytes) else {
        throw noValue("`\(text(bytes))` is no moment in microseconds; cast the column to a text")
      }
      builder.append(moment)
    case .uuidText: appendLowercased(bytes)
    case .text where isWide: appendUTF16(bytes)
    default: builder.append(bytes)
    }
  }

  private func appendDecimal(_ bytes: Span<UInt8>) throws(DriverError) {
    let (precision, scale): (Int, Int)
    switch plan.field.type {
    case .decimal128(let digits, let behind):
      (precision, scale) = (digits, behind)
      if let value = DecimalText.integer(bytes, precision: digits, scale: behind) {
        builder.append(value)
        return
      }
    case .decimal256(let digits, let behind):
      (precision, scale) = (digits, behind)
      if let value = DecimalText.wideInteger(bytes, precision: digits, scale: behind) {
        builder.append(value)
        return
      }
    default: preconditionFailure("the column is of another type")
    }
    throw noValue(
      "`\(text(bytes))` is no decimal of \(precision) digits, \(scale) of them behind the point, as the driver declares; cast the column to a text, or to a decimal of more digits"
    )
  }

  private func appendLowercased(_ bytes: Span<UInt8>) {
    scratch.removeAll(keepingCapacity: true)
    for index in 0..<bytes.count {
      let byte = bytes[index]
      scratch.append(UInt8(ascii: "A")...UInt8(ascii: "Z") ~= byte ? byte | 0x20 : byte)
    }
    let text = scratch
    builder.append(text.span)
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
