extension JSON {
  /// How decimals are written.
  public enum DecimalForm: Sendable {
    /// As strings: what most readers would round stays exact.
    case string
    /// As numbers: for readers that keep them, and where a schema says so.
    case number
  }

  /// A value as a JSON document.
  ///
  /// Without `pretty` it has no line break. Bytes are written as base64 text. Doubles have as few
  /// digits as read back to the same double. A document that was kept as text is written as it is,
  /// whatever the other options say.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - pretty: One member or item a line, indented by two spaces.
  ///   - decimals: Decimals as strings or as numbers.
  /// - Returns: The document.
  public static func text(
    _ value: Value,
    pretty: Bool = false,
    decimals: DecimalForm = .string
  ) -> String {
    var bytes: [UInt8] = []
    append(value, to: &bytes, pretty: pretty, decimals: decimals)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends a value as a JSON document, as `text` has it.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - bytes: What to append to.
  ///   - pretty: One member or item a line, indented by two spaces.
  ///   - decimals: Decimals as strings or as numbers.
  public static func append(
    _ value: Value,
    to bytes: inout [UInt8],
    pretty: Bool = false,
    decimals: DecimalForm = .string
  ) {
    let writer = JSONWriter(pretty: pretty, decimals: decimals)
    writer.append(value, to: &bytes, level: 0)
  }
}

/// Writes values as JSON.
///
/// Recursive: as deep as its values, which readers limit.
private struct JSONWriter {
  let pretty: Bool
  let decimals: JSON.DecimalForm

  func append(_ value: Value, to bytes: inout [UInt8], level: Int) {
    switch value {
    case .null: bytes.append(contentsOf: "null".utf8)
    case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    case .int(let integer): bytes.append(contentsOf: integer.description.utf8)
    case .double(let number):
      // JSON has no infinity and no NaN. A value does not hold them either; null is what is left.
      bytes.append(contentsOf: (number.isFinite ? number.description : "null").utf8)
    case .decimal(let decimal):
      switch decimals {
      case .string: appendString(decimal.text, to: &bytes)
      case .number: bytes.append(contentsOf: decimal.text.utf8)
      }
    case .string(let text): appendString(text, to: &bytes)
    case .bytes(let data):
      bytes.append(UInt8(ascii: "\""))
      Base64.append(data, to: &bytes)
      bytes.append(UInt8(ascii: "\""))
    case .list(let items): append(items, to: &bytes, level: level)
    case .map(let members): append(members, to: &bytes, level: level)
    case .json(let document): appendDocument(document.text, to: &bytes)
    }
  }

  private func append(_ items: [Value], to bytes: inout [UInt8], level: Int) {
    bytes.append(UInt8(ascii: "["))
    for (index, item) in items.enumerated() {
      separate(index, level: level + 1, in: &bytes)
      append(item, to: &bytes, level: level + 1)
    }
    if !items.isEmpty { breakLine(level: level, in: &bytes) }
    bytes.append(UInt8(ascii: "]"))
  }

  private func append(_ members: ValueMap, to bytes: inout [UInt8], level: Int) {
    bytes.append(UInt8(ascii: "{"))
    for (index, member) in members.enumerated() {
      separate(index, level: level + 1, in: &bytes)
      appendString(member.name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      if pretty { bytes.append(UInt8(ascii: " ")) }
      append(member.value, to: &bytes, level: level + 1)
    }
    if !members.isEmpty { breakLine(level: level, in: &bytes) }
    bytes.append(UInt8(ascii: "}"))
  }

  private func separate(_ index: Int, level: Int, in bytes: inout [UInt8]) {
    if index > 0 { bytes.append(UInt8(ascii: ",")) }
    breakLine(level: level, in: &bytes)
  }

  private func breakLine(level: Int, in bytes: inout [UInt8]) {
    guard pretty else { return }
    bytes.append(UInt8(ascii: "\n"))
    for _ in 0..<level { bytes.append(contentsOf: "  ".utf8) }
  }

  /// A string in quotes, with escapes where JSON asks for them and nowhere else.
  private func appendString(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    text.withUTF8 { utf8 in
      let input = unsafe SourceBytes(utf8)
      var start = 0
      while true {
        let end = input.endOfPlainText(from: start)
        input.append(start..<end, to: &bytes)
        guard end < input.count else { break }
        appendEscape(input[end], to: &bytes)
        start = end + 1
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(byte)
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    default:
      bytes.append(contentsOf: byte < 0x10 ? "u000".utf8 : "u00".utf8)
      bytes.append(contentsOf: String(byte, radix: 16).utf8)
    }
  }

  /// A document as it is.
  ///
  /// In one that must stand on one line, line breaks become spaces: they are white space between
  /// tokens, since strings hold none.
  private func appendDocument(_ text: String, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(contentsOf: text.utf8)
    guard !pretty else { return }
    for index in start..<bytes.count where bytes[index] == 0x0A || bytes[index] == 0x0D {
      bytes[index] = 0x20
    }
  }
}
