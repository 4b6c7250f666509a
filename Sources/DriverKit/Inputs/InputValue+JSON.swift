extension InputValue {
  /// The value as one JSON document (RFC 8259), UTF-8.
  ///
  /// Numbers keep their digits; bytes are base64.
  public func json() throws(DriverError) -> [UInt8] {
    var document: [UInt8] = []
    try write(to: &document)
    return document
  }

  private func write(to document: inout [UInt8]) throws(DriverError) {
    switch kind {
    case .null: document += "null".utf8
    case .bool: document += (try bool() ? "true" : "false").utf8
    case .int: document += String(try int()).utf8
    case .double: document += JSONWriter.number(try double()).utf8
    case .decimal: document += try string().utf8
    case .string: JSONWriter.string(try text().bytes, to: &document)
    case .bytes:
      document.append(UInt8(ascii: "\""))
      Base64.encode(try text().bytes, to: &document)
      document.append(UInt8(ascii: "\""))
    case .list:
      let items = try list()
      document.append(UInt8(ascii: "["))
      for index in 0..<items.count {
        if index > 0 { document.append(UInt8(ascii: ",")) }
        try items[index].write(to: &document)
      }
      document.append(UInt8(ascii: "]"))
    case .map:
      let members = try map()
      document.append(UInt8(ascii: "{"))
      for index in 0..<members.count {
        if index > 0 { document.append(UInt8(ascii: ",")) }
        JSONWriter.string(members.name(at: index).bytes, to: &document)
        document.append(UInt8(ascii: ":"))
        try members.value(at: index).write(to: &document)
      }
      document.append(UInt8(ascii: "}"))
    }
  }
}

/// The parts of JSON that are not plain.
enum JSONWriter {
  /// A finite number's shortest text that reads back as the same number.
  static func number(_ number: Double) -> String {
    // Swift's own description is that text, and always a JSON number.
    number.description
  }

  /// A string in quotation marks, with what must be escaped escaped.
  static func string(_ utf8: Span<UInt8>, to document: inout [UInt8]) {
    document.reserveCapacity(document.count + utf8.count + 2)
    document.append(UInt8(ascii: "\""))
    for index in utf8.indices {
      switch utf8[index] {
      case UInt8(ascii: "\""): document += #"\""#.utf8
      case UInt8(ascii: "\\"): document += #"\\"#.utf8
      case 0x0A: document += #"\n"#.utf8
      case 0x0D: document += #"\r"#.utf8
      case 0x09: document += #"\t"#.utf8
      case let control where control < 0x20:
        let digits = Array("0123456789abcdef".utf8)
        document += #"\u00"#.utf8
        document += [digits[Int(control >> 4)], digits[Int(control & 15)]]
      case let byte: document.append(byte)
      }
    }
    document.append(UInt8(ascii: "\""))
  }
}

/// Base64 (RFC 4648, section 4).
enum Base64 {
  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
  )

  /// The bytes' text, padded.
  static func text(_ bytes: Span<UInt8>) -> String {
    var text: [UInt8] = []
    encode(bytes, to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// Appends the bytes' text, padded.
  static func encode(_ bytes: Span<UInt8>, to text: inout [UInt8]) {
    text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
    var index = 0
    while index < bytes.count {
      var group: UInt32 = 0
      let count = min(3, bytes.count - index)
      for offset in 0..<3 {
        let byte =
          offset < count
          ? bytes[index + offset] : 0
        group = group << 8 | UInt32(byte)
      }
      for place in 0..<4 {
        text.append(
          place <= count ? digits[Int(group >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "=")
        )
      }
      index += 3
    }
  }
}
