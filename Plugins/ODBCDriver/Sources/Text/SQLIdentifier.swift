/// How names of tables and columns are quoted, as a driver says by `SQL_IDENTIFIER_QUOTE_CHAR`.
struct SQLIdentifier: Hashable, Sendable {
  private let opening: [UInt8]
  private let closing: [UInt8]

  /// Quoting by what a driver says.
  ///
  /// - Parameter quote: The quote, such as `"`, `` ` `` or `[`; a blank or nothing: names cannot be quoted.
  init(quote: String) {
    opening = quote.utf8.contains { $0 != 0x20 } ? Array(quote.utf8) : []
    closing = quote == "[" ? [UInt8(ascii: "]")] : opening
  }

  /// Quotes a name.
  ///
  /// Where names cannot be quoted, it is given back if it is letters of ASCII, digits, `_` and `$`, and begins with a
  /// letter or `_`. Whether it is a keyword is not looked at.
  ///
  /// - Parameter name: The name as the database has it.
  /// - Returns: The name as it stands in a statement.
  /// - Throws: What of it cannot be written.
  func quoted(_ name: String) throws(StatementFault) -> String {
    let bytes = Array(name.utf8)
    if bytes.isEmpty { throw StatementFault("a name is empty", at: 0, in: bytes) }
    if let zero = bytes.firstIndex(of: 0) {
      throw StatementFault("a name has a zero byte, which none can hold", at: zero, in: bytes)
    }
    guard !opening.isEmpty else {
      if let place = SQLIdentifier.unplain(bytes) {
        throw StatementFault(
          "a name has a character that only stands in quotes, and this database has none for names",
          at: place,
          in: bytes
        )
      }
      return name
    }
    var text = opening
    var place = 0
    while place < bytes.count {
      if bytes[place...].starts(with: closing) {
        text += closing + closing
        place += closing.count
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
    return String(decoding: text + closing, as: UTF8.self)
  }

  /// Quotes a name of several parts.
  ///
  /// - Parameters:
  ///   - parts: Such as catalog, schema and table; the first ones may be empty, and are left out then.
  ///   - separator: What stands between them.
  /// - Returns: The name as it stands in a statement.
  /// - Throws: What of it cannot be written; an empty part behind one that is not, since what comes behind would be
  ///   looked for in another place.
  func quoted(
    _ parts: [String],
    separator: String = "."
  ) throws(StatementFault) -> String {
    let parts = parts.drop(while: \.isEmpty)
    guard let last = parts.last else { throw StatementFault("a name is empty", at: 0, in: []) }
    var text = ""
    for part in parts.dropLast() { text += try quoted(part) + separator }
    return text + (try quoted(last))
  }

  /// Where a name is not plain; nil: it is.
  private static func unplain(_ bytes: [UInt8]) -> Int? {
    bytes.indices.first { place in
      let byte = bytes[place]
      if byte < 0x80, SQLScanner.isWordStart(byte) { return false }
      return place == 0 || !(0x30...0x39 ~= byte || byte == UInt8(ascii: "$"))
    }
  }
}
