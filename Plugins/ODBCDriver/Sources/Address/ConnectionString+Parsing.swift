extension ConnectionString {
  /// Reads a connection string.
  ///
  /// A value in braces ends at the first closing brace that is not doubled; any other one ends at a semicolon, and
  /// keeps its blanks, as driver managers have it. What has no influence by ODBC's rules is dropped: keywords that
  /// come again, and of what excludes each other all but the first.
  ///
  /// - Parameter text: The string.
  /// - Throws: What is wrong and where, without any of the values.
  init(parsing text: String) throws(ConnectionStringFault) {
    self.init()
    var reader = AttributeReader(text)
    while let attribute = try reader.next() { add(attribute.keyword, attribute.value) }
  }
}

/// A walk over the attributes of a connection string.
private struct AttributeReader {
  private let bytes: [UInt8]
  private var place = 0

  init(_ text: String) { bytes = Array(text.utf8) }

  /// Reads one attribute; nil at the end.
  mutating func next() throws(ConnectionStringFault) -> ConnectionString.Attribute? {
    while place < bytes.count, isBlank(bytes[place]) || bytes[place] == UInt8(ascii: ";") {
      place += 1
    }
    guard place < bytes.count else { return nil }
    let keyword = try keyword()
    skipBlanksBeforeBrace()
    let start = place
    let value = byte == UInt8(ascii: "{") ? try bracedValue() : plainValue()
    if let zero = bytes[start..<place].firstIndex(of: 0) {
      throw .zeroByte(at: character(zero))
    }
    return ConnectionString.Attribute(
      keyword: keyword,
      value: String(decoding: value, as: UTF8.self)
    )
  }

  private var byte: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func keyword() throws(ConnectionStringFault) -> String {
    let start = place
    while let byte, byte != UInt8(ascii: "="), byte != UInt8(ascii: ";") { place += 1 }
    guard byte == UInt8(ascii: "=") else {
      throw .noEqualsSign(at: character(start))
    }
    var name = bytes[start..<place]
    place += 1
    // Driver managers want none before the equals sign, people write them.
    while let end = name.last, isBlank(end) { name.removeLast() }
    guard !name.isEmpty else { throw .noKeyword(at: character(start)) }
    let text = String(decoding: name, as: UTF8.self)
    guard ConnectionString.isKeyword(text) else {
      throw .badKeyword(at: character(start))
    }
    return text
  }

  /// Driver managers take a brace behind blanks for a part of the value, which nobody means who writes one.
  private mutating func skipBlanksBeforeBrace() {
    let start = bytes[place...].firstIndex { !isBlank($0) }
    if let start, bytes[start] == UInt8(ascii: "{") { place = start }
  }

  private mutating func plainValue() -> [UInt8] {
    let start = place
    while let byte, byte != UInt8(ascii: ";") { place += 1 }
    return Array(bytes[start..<place])
  }

  private mutating func bracedValue() throws(ConnectionStringFault) -> [UInt8] {
    let start = place
    var value: [UInt8] = []
    place += 1
    while let byte {
      place += 1
      if byte == UInt8(ascii: "}") {
        guard self.byte == byte else {
          try endOfBraces()
          return value
        }
        place += 1
      }
      value.append(byte)
    }
    throw .openBrace(at: character(start))
  }

  private mutating func endOfBraces() throws(ConnectionStringFault) {
    while let byte, isBlank(byte) { place += 1 }
    guard byte == nil || byte == UInt8(ascii: ";") else {
      throw .textBehindBrace(at: character(place))
    }
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == 0x09 || byte == 0x0A || byte == 0x0D
  }

  /// The number of the character that begins at a byte, from 1.
  private func character(_ place: Int) -> Int {
    bytes[..<place].count { $0 & 0xC0 != 0x80 } + 1
  }
}
