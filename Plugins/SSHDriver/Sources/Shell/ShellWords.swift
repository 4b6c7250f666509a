/// Splits a command into words, as a shell would without looking for anything else in it.
enum ShellWords {
  /// Splits a text at blanks, with quotes and backslashes.
  ///
  /// In single quotes all is plain; in double quotes and outside a backslash keeps the next character. Nothing is
  /// expanded: `$`, `*`, `;` and the like are plain characters.
  ///
  /// - Parameters:
  ///   - text: Such as `/usr/bin/env bash -e`.
  ///   - subject: The input that it comes from, for the fault.
  /// - Returns: The words.
  /// - Throws: A fault if a quote is not closed, or if there are no words.
  static func split(_ text: String, as subject: String) throws(ShellFault) -> [String] {
    var words: [String] = []
    var word: [UInt8]?
    var quote: UInt8?
    var isEscaped = false
    for byte in text.utf8 {
      if isEscaped {
        word = word ?? []
        // Between double quotes only these lose their backslash.
        if quote != nil, !"\\\"$`\n".utf8.contains(byte) { word?.append(UInt8(ascii: "\\")) }
        word?.append(byte)
        isEscaped = false
      } else if byte == UInt8(ascii: "\\"), quote != UInt8(ascii: "'") {
        isEscaped = true
      } else if let open = quote {
        if byte == open { quote = nil } else { word?.append(byte) }
      } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
        quote = byte
        word = word ?? []
      } else if byte == 0x20 || 0x09...0x0D ~= byte {
        if let ended = word { words.append(String(decoding: ended, as: UTF8.self)) }
        word = nil
      } else {
        word = word ?? []
        word?.append(byte)
      }
    }
    if quote != nil || isEscaped { throw ShellFault(kind: .openQuote, subject: subject) }
    if let ended = word { words.append(String(decoding: ended, as: UTF8.self)) }
    if words.isEmpty { throw ShellFault(kind: .empty, subject: subject) }
    return words
  }
}
