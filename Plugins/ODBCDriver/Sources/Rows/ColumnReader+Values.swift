internal import CODBC
internal import DriverKit

extension ColumnReader {
  /// Adds a text or bytes as the driver gave them.
  func append(_ bytes: Span<UInt8>) throws(DriverError) {
    switch plan.form {
    case .uuidText: appendLowercased(bytes)
    case .text where cType == SQL_C_WCHAR:
      guard bytes.count.isMultiple(of: 2) else {
        throw DriverError(
          .protocolViolation,
          "the column \(plan.field.name) has a value that cannot be read: its \(bytes.count) bytes are no text in UTF-16"
        )
      }
      appendUTF16(bytes)
    default: builder.append(bytes)
    }
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
}
