/// A block of text between `-----BEGIN …-----` and `-----END …-----` (RFC 7468, and RFC 1421 for its headers).
struct PEMBlock: Sendable {
  /// What stands behind BEGIN, such as `RSA PRIVATE KEY`.
  let label: String
  /// `Proc-Type` and `DEK-Info`, in order.
  let headers: [Header]
  /// The bytes that the Base64 stands for.
  let bytes: SecretBytes

  /// A line in front of the Base64.
  struct Header: Hashable, Sendable {
    let name: String
    let value: String
  }

  /// Whether the bytes are encrypted in the way that RFC 1421 has it.
  var isEncrypted: Bool {
    headers.contains { $0.name == "Proc-Type" && $0.value.hasSuffix("ENCRYPTED") }
  }

  /// How the bytes are encrypted: the cipher's name, a comma and what it starts with; nil: that is not there.
  var encryption: String? { headers.first { $0.name == "DEK-Info" }?.value }

  /// Finds the first block with a private key.
  ///
  /// Where lines end does not matter: texts lose that when they go through forms and variables.
  ///
  /// - Parameter text: The text, which may have more in it.
  /// - Returns: The block; nil: there is none.
  /// - Throws: That it has no end, or no Base64.
  static func firstPrivateKey(in text: [UInt8]) throws(KeyFault) -> PEMBlock? {
    var rest = text[...]
    while let begin = rest.firstRange(of: Array("-----BEGIN ".utf8)) {
      rest = rest[begin.upperBound...]
      guard let dashes = rest.firstRange(of: Array("-----".utf8)) else { break }
      let label = String(decoding: rest[..<dashes.lowerBound], as: UTF8.self)
      rest = rest[dashes.upperBound...]
      guard label.hasSuffix("PRIVATE KEY") else { continue }
      guard let end = rest.firstRange(of: Array("-----END \(label)-----".utf8)) else {
        throw .damaged("has no line -----END \(KeyFault.shown(label) ?? "PRIVATE KEY")-----")
      }
      return try PEMBlock(label: label, body: rest[..<end.lowerBound])
    }
    return nil
  }

  private init(label: String, body: ArraySlice<UInt8>) throws(KeyFault) {
    var headers: [Header] = []
    var base64: [UInt8] = []
    base64.reserveCapacity(body.count)
    defer { SecretBytes.wipe(&base64) }
    var name: String?
    for word in body.split(whereSeparator: { $0 == 0x20 || 0x09...0x0D ~= $0 }) {
      if let header = name {
        headers.append(Header(name: header, value: String(decoding: word, as: UTF8.self)))
        name = nil
      } else if word.last == UInt8(ascii: ":") {
        name = String(decoding: word.dropLast(), as: UTF8.self)
      } else {
        base64 += word
      }
    }
    if base64.contains(UInt8(ascii: "\\")) { throw .escapedLineEnds }
    do {
      bytes = SecretBytes(try Base64.bytes(base64[...]))
    } catch {
      // Which character it is would tell something of the key.
      throw .damaged("is no Base64 between its first and its last line")
    }
    (self.label, self.headers) = (label, headers)
  }

  /// The block as OpenSSL reads it.
  var text: SecretBytes {
    var text = Array("-----BEGIN \(label)-----\n".utf8)
    // OpenSSL wants these two in this order, and a line without anything behind them.
    for header in headers { text += Array("\(header.name): \(header.value)\n".utf8) }
    if !headers.isEmpty { text.append(0x0A) }
    bytes.withBytes { bytes in
      text.reserveCapacity(text.count + bytes.count * 3 / 2 + 128)
      for start in stride(from: 0, to: bytes.count, by: 48) {
        text += Array(Base64.text(bytes[start..<min(start + 48, bytes.count)]).utf8)
        text.append(0x0A)
      }
    }
    text += Array("-----END \(label)-----\n".utf8)
    return SecretBytes(text)
  }
}
