internal import DriverKit

/// A JSON document of a server, looked into by pointers.
package struct JSONDocument {
  /// The document, without space around it.
  package let bytes: [UInt8]

  /// The document of some bytes; nil if they are none.
  package init?(_ bytes: [UInt8]) {
    let place = BodyText.document(bytes.span)
    let document = place.count == bytes.count ? bytes : Array(bytes[place])
    guard JSONSyntax.isDocument(document.span) else { return nil }
    self.bytes = document
  }

  /// Where the value stands that a pointer names, null too.
  package func range(_ pointer: String, within range: Range<Int>? = nil) -> Range<Int>? {
    JSONScanner.value(at: pointer, in: bytes.span, within: range)
  }

  /// The value that a pointer names, as a document of its own; nil if there is none or it is null.
  package func value(_ pointer: String, within range: Range<Int>? = nil) -> [UInt8]? {
    guard let place = self.range(pointer, within: range), kind(place) != .null else { return nil }
    return Array(bytes[place])
  }

  /// A string's text; nil if there is none.
  package func text(_ pointer: String, within range: Range<Int>? = nil) -> String? {
    self.range(pointer, within: range).flatMap { JSONScanner.string(of: $0, in: bytes.span) }
  }

  /// A string's text, a number as it is written, `true` or `false`; nil for null, lists and maps.
  package func scalar(_ pointer: String, within range: Range<Int>? = nil) -> String? {
    self.range(pointer, within: range).flatMap { JSONScanner.scalarText(of: $0, in: bytes.span) }
  }

  /// A whole number; nil if there is none.
  package func integer(_ pointer: String, within range: Range<Int>? = nil) -> Int? {
    guard let place = self.range(pointer, within: range), kind(place) == .number else { return nil }
    return Int(String(decoding: bytes[place], as: UTF8.self))
  }

  /// Where the elements of a list stand; none if there is no list.
  package func items(_ pointer: String, within range: Range<Int>? = nil) -> [Range<Int>] {
    self.range(pointer, within: range).map { JSONScanner.items(of: $0, in: bytes.span) } ?? []
  }

  /// The members of a map; none if there is no map.
  package func members(
    _ pointer: String = "",
    within range: Range<Int>? = nil
  ) -> [(name: String, value: Range<Int>)] {
    self.range(pointer, within: range).map { JSONScanner.members(of: $0, in: bytes.span) } ?? []
  }

  /// What a value is.
  package func kind(_ range: Range<Int>) -> JSONScanner.Kind? {
    JSONScanner.kind(of: range, in: bytes.span)
  }
}
