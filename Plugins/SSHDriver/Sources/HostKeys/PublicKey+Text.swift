extension PublicKey {
  /// Reads a line as .pub files have it: a type, a key, and maybe a comment.
  ///
  /// - Parameter text: The line; blanks and line ends around it do not matter.
  /// - Returns: The key, and the comment without blanks around it.
  /// - Throws: What is wrong with it.
  static func parse(
    _ text: String
  ) throws(PublicKeyFault) -> (key: PublicKey, comment: String) {
    var line = Array(text.utf8)[...]
    while let end = line.last, end == 0x0A || end == 0x0D { line.removeLast() }
    line = line.drop { $0 == 0x0A || $0 == 0x0D }
    var fields = BlankSeparated(line)
    let key = try PublicKey(fields: &fields)
    return (key, fields.comment)
  }

  /// Reads the type and the key of a line.
  ///
  /// - Parameter fields: The fields of the line, from the type on.
  /// - Throws: What is wrong with them.
  init(fields: inout BlankSeparated) throws(PublicKeyFault) {
    guard let typeField = fields.next() else { throw .missing }
    if typeField.starts(with: "-----".utf8) { throw .isPEM }
    // Protocol 1 had the size, the exponent and the modulus in decimals.
    if typeField.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) {
      throw .isVersion1
    }
    guard let type = PublicKey.typeName(typeField) else { throw .badType }
    guard let text = fields.next() else { throw .missing }
    let blob: [UInt8]
    do {
      blob = try Base64.bytes(text)
    } catch {
      throw .base64(error)
    }
    try self.init(blob: blob)
    guard self.type == type else { throw .otherType(said: type, found: self.type) }
  }

  /// The name of a type (RFC 4251 §6); nil: it is none.
  static func typeName(_ bytes: ArraySlice<UInt8>) -> String? {
    let isName =
      !bytes.isEmpty && bytes.count <= 64
      && bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ",") }
    return isName ? String(decoding: bytes, as: UTF8.self) : nil
  }
}
