internal import CurlKit
package import DriverKit

/// Reads the head of an answer from its lines (RFC 9112, section 5), without a copy of each.
package enum ResponseHead {
  /// One header: where its name and its value stand in the head.
  package struct Field {
    package var name: Range<Int>
    package var value: Range<Int>
  }

  /// The headers in order, trailers last.
  ///
  /// Left out are the status line, and lines whose name is none (RFC 9110, section 5.1).
  package static func fields(_ head: Span<UInt8>) -> [Field] {
    var fields: [Field] = []
    fields.reserveCapacity(16)
    var start = 0
    while start < head.count {
      var nameEnd = start
      while nameEnd < head.count, RequestHeaders.isToken(head[nameEnd]) { nameEnd += 1 }
      // A status line, or a line that is no header: nobody could name it.
      let isField = nameEnd > start && nameEnd < head.count && head[nameEnd] == UInt8(ascii: ":")
      var end = nameEnd
      while end < head.count, head[end] != UInt8(ascii: "\n") { end += 1 }
      if isField {
        fields.append(Field(name: start..<nameEnd, value: trimmed((nameEnd + 1)..<end, of: head)))
      }
      start = end + 1
    }
    return fields
  }

  private static func trimmed(_ value: Range<Int>, of head: Span<UInt8>) -> Range<Int> {
    var (start, end) = (value.lowerBound, value.upperBound)
    while start < end, isSpace(head[start]) { start += 1 }
    while end > start, isSpace(head[end - 1]) { end -= 1 }
    return start..<end
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
  }

  /// Whether two names are equal whatever their case.
  package static func areEqual(_ head: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool
  {
    guard left.count == right.count else { return false }
    for offset in 0..<left.count
    where lowercased(head[left.lowerBound + offset]) != lowercased(head[right.lowerBound + offset])
    {
      return false
    }
    return true
  }

  /// Whether a field has a name, given in lower case.
  package static func isNamed(_ name: StaticString, _ field: Field, in head: Span<UInt8>) -> Bool {
    guard field.name.count == name.utf8CodeUnitCount else { return false }
    return name.withUTF8Buffer { name in
      for offset in 0..<name.count
      where unsafe lowercased(head[field.name.lowerBound + offset]) != name[offset] {
        return false
      }
      return true
    }
  }

  /// Whether a field says how often one may ask, as its name begins.
  static func isOfRateLimit(_ field: Field, in head: Span<UInt8>) -> Bool {
    begins("ratelimit", field, in: head) || begins("x-rate", field, in: head)
  }

  private static func begins(
    _ prefix: StaticString,
    _ field: Field,
    in head: Span<UInt8>
  ) -> Bool {
    guard field.name.count >= prefix.utf8CodeUnitCount else { return false }
    let start = field.name.lowerBound
    return isNamed(
      prefix,
      Field(name: start..<(start + prefix.utf8CodeUnitCount), value: field.value),
      in: head
    )
  }

  /// A part of the head as text.
  ///
  /// Bytes that are not UTF-8 are Latin-1, as HTTP once had it.
  package static func text(_ head: Span<UInt8>, _ range: Range<Int>) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(range.count)
    for index in range { bytes.append(head[index]) }
    if let text = String(validating: bytes, as: UTF8.self) { return text }
    var text = ""
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }

  /// The value of the first header of a name, given in lower case; nil if there is none.
  package static func value(_ name: StaticString, in head: Span<UInt8>, _ fields: [Field])
    -> String?
  {
    for field in fields where isNamed(name, field, in: head) { return text(head, field.value) }
    return nil
  }

  /// Puts the headers into the builder as a map: a text each, or a list for one that comes again.
  package static func write(
    _ fields: [Field],
    of head: Span<UInt8>,
    to builder: inout OutputBuilder
  ) {
    builder.beginMap()
    for index in fields.indices {
      let field = fields[index]
      if holds(fields, field, at: 0..<index, of: head) { continue }
      if !holds(fields, field, at: (index + 1)..<fields.count, of: head) {
        add(field, of: head, to: &builder)
      } else {
        let again = fields[(index + 1)...].filter { areEqual(head, $0.name, field.name) }
        builder.beginList(copyingName: head.extracting(field.name))
        for item in [field] + again { builder.add(text(head, item.value)) }
        builder.end()
      }
    }
    builder.end()
  }

  /// Whether there is a field of the same name at some places.
  private static func holds(
    _ fields: [Field],
    _ field: Field,
    at places: Range<Int>,
    of head: Span<UInt8>
  ) -> Bool {
    for place in places where areEqual(head, fields[place].name, field.name) { return true }
    return false
  }

  private static func add(
    _ field: Field,
    of head: Span<UInt8>,
    to builder: inout OutputBuilder
  ) {
    let value = head.extracting(field.value)
    if isASCII(value) {
      builder.add(copyingUTF8: value, copyingName: head.extracting(field.name))
    } else {
      builder.add(
        copyingUTF8: Array(text(head, field.value).utf8).span,
        copyingName: head.extracting(field.name)
      )
    }
  }

  private static func isASCII(_ bytes: Span<UInt8>) -> Bool {
    for index in bytes.indices where bytes[index] >= 0x80 { return false }
    return true
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
  }
}
