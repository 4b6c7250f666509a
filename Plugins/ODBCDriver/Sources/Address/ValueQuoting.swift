/// How a driver wants values to be written in a connection string.
///
/// ODBC says: in braces, with a closing brace doubled. Drivers take the string apart themselves, and few do it so.
struct ValueQuoting: Hashable, Sendable {
  /// What braces around a value are to a driver.
  enum Braces: Hashable, Sendable {
    /// Quotation, as ODBC has it.
    case quotation
    /// Quotation that ends at a brace with a semicolon or the end behind it, where a doubled brace stays two.
    case undoubled
    /// Characters like others, but for the values of some keywords: these are quoted, and are not only that but
    /// decoded where they have no braces, so that they always get them.
    case characters(except: [String])
  }

  var braces: Braces
  /// Whether blanks at the ends of values get lost, in braces too.
  var dropsBlanks = false

  /// As ODBC says.
  static let standard = ValueQuoting(braces: .quotation)

  /// Writes a value.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - keyword: Whose value it is.
  /// - Returns: What stands behind the equals sign.
  /// - Throws: What of it the driver cannot be given.
  func text(_ value: String, of keyword: String) throws(ValueFault) -> String {
    let bytes = value.utf8
    if bytes.contains(0) { throw .zeroByte }
    let ends = [bytes.first, bytes.last].compactMap { $0 }
    let hasOuterBlank = ends.contains(0x20) || ends.contains(0x09)
    if dropsBlanks, hasOuterBlank { throw .blankAtAnEnd }
    switch braces {
    case .quotation: return hasOuterBlank || ValueQuoting.isSpecial(value) ? quoted(value) : value
    case .undoubled:
      guard hasOuterBlank || ValueQuoting.isSpecial(value) else { return value }
      if Array(bytes).contains(Array("};".utf8)) { throw .closingBraceAndSemicolon }
      return "{\(value)}"
    case .characters(let exceptions):
      if exceptions.contains(where: { ConnectionString.isSame($0, keyword) }) {
        return value.isEmpty ? "" : quoted(value)
      }
      if bytes.contains(UInt8(ascii: ";")) { throw .semicolon }
      if bytes.first == UInt8(ascii: "{") { throw .openingBrace }
      return value
    }
  }

  private func quoted(_ value: String) -> String {
    var text: [UInt8] = [UInt8(ascii: "{")]
    for byte in value.utf8 {
      text.append(byte)
      if byte == UInt8(ascii: "}") { text.append(byte) }
    }
    text.append(UInt8(ascii: "}"))
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether a value has one of the characters that ODBC wants in braces.
  ///
  /// - Parameter value: The value.
  /// - Returns: Whether one is in it.
  static func isSpecial(_ value: String) -> Bool {
    value.utf8.contains { special.contains($0) }
  }

  private static let special = Set("[]{}(),;?*=!@".utf8)
}
