package import DriverKit

/// The cookies that an answer sets (RFC 6265, section 4.1).
package enum Cookies {
  /// Name and value of each Set-Cookie header, in order; a later one of a name replaces an earlier one.
  package static func pairs(
    of head: Span<UInt8>,
    _ fields: [ResponseHead.Field]
  ) -> [(name: String, value: OutputValue)] {
    var pairs: [(name: String, value: OutputValue)] = []
    for field in fields where ResponseHead.isNamed("set-cookie", field, in: head) {
      let line = ResponseHead.text(head, field.value)
      let pair = line.prefix { $0 != ";" }
      guard let equals = pair.firstIndex(of: "=") else { continue }
      let name = String(trimmed(pair[..<equals]))
      guard !name.isEmpty else { continue }
      let value = OutputValue.string(String(trimmed(pair[pair.index(after: equals)...])))
      if let place = pairs.firstIndex(where: { $0.name == name }) {
        pairs[place].value = value
      } else {
        pairs.append((name, value))
      }
    }
    return pairs
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
