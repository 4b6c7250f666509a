/// A walk over the fields of a line, with blanks and tabs between them.
struct BlankSeparated {
  private(set) var rest: ArraySlice<UInt8>

  /// A walk over a line.
  ///
  /// - Parameter line: The line, without its end.
  init(_ line: ArraySlice<UInt8>) {
    rest = line
    skipBlanks()
  }

  /// Reads a field.
  ///
  /// - Returns: The field; nil: there are no more.
  mutating func next() -> ArraySlice<UInt8>? {
    let field = rest.prefix { !BlankSeparated.isBlank($0) }
    guard !field.isEmpty else { return nil }
    rest = rest[field.endIndex...]
    skipBlanks()
    return field
  }

  /// What is left, as text without blanks around it.
  var comment: String {
    var comment = rest
    while let end = comment.last, BlankSeparated.isBlank(end) { comment.removeLast() }
    return String(decoding: comment, as: UTF8.self)
  }

  private mutating func skipBlanks() { rest = rest.drop(while: BlankSeparated.isBlank) }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
