/// Finds secrets in texts, as they are and inside of base64, in which servers and headers repeat them.
///
/// Made for one text or for all of a value; it looks at each byte once, however many secrets there are.
struct SecretSearch {
  /// A shorter text in base64 may stand anywhere by chance.
  private static let shortestEncoded = 8

  /// What is looked for: the longest first, so that a secret that contains another is masked whole.
  private let needles: [[UInt8]]
  /// A bit for each byte with which one begins.
  private var starts = InlineArray<4, UInt64>(repeating: 0)

  init(_ secrets: [String]) {
    var needles: [[UInt8]] = []
    for secret in secrets {
      let bytes = Array(secret.utf8)
      needles.append(bytes)
      needles += SecretSearch.encoded(bytes)
    }
    needles.sort { $0.count > $1.count }
    self.needles = needles
    for needle in needles { starts[Int(needle[0] >> 6)] |= 1 << UInt64(needle[0] & 63) }
  }

  /// What base64 (RFC 4648, of both alphabets) has of some bytes wherever they stand in what is encoded.
  private static func encoded(_ bytes: [UInt8]) -> [[UInt8]] {
    var forms: [[UInt8]] = []
    // Each sign is six bits: which ones are the secret's alone depends on how many bytes stand before it.
    for offset in 0..<3 {
      let text = Array(Base64.encode(Array(repeating: 0, count: offset) + bytes).utf8)
      let start = (offset * 8 + 5) / 6
      let end = (offset + bytes.count) * 8 / 6
      guard end - start >= shortestEncoded else { continue }
      let form = Array(text[start..<end])
      forms.append(form)
      let others: [UInt8: UInt8] = [
        UInt8(ascii: "+"): UInt8(ascii: "-"), UInt8(ascii: "/"): UInt8(ascii: "_"),
      ]
      let otherForm = form.map { others[$0] ?? $0 }
      if otherForm != form { forms.append(otherForm) }
    }
    return forms
  }

  // MARK: - Masking

  /// The text with the mask in the place of each secret.
  func masking(_ text: String) -> String {
    // Most texts hold none, and are not copied.
    guard let first = find(in: text.utf8.span, from: 0) else { return text }
    var result: [UInt8] = []
    let bytes = Array(text.utf8)
    var next: (place: Int, length: Int)? = first
    var position = 0
    while let (place, length) = next {
      result += bytes[position..<place]
      result += Redactor.mask.utf8
      position = place + length
      next = find(in: bytes.span, from: position)
    }
    result += bytes[position...]
    return String(decoding: result, as: UTF8.self)
  }

  /// The value with each secret masked in all of its texts, the names of members among them.
  func masking(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(masking(text))
    case .list(let items): .list(items.map { masking($0) })
    case .map(let members):
      .map(ValueMap(members.lazy.map { (name: masking($0.name), value: masking($0.value)) }))
    case .json: masking(value.resolved)
    case .decimal(let decimal): holds(decimal.text) ? .string(Redactor.mask) : value
    case .bytes(let bytes):
      String(validating: bytes, as: UTF8.self).map { .bytes(Array(masking($0).utf8)) } ?? value
    case .int(let integer): holds("\(integer)") ? .string(Redactor.mask) : value
    case .double(let double): holds("\(double)") ? .string(Redactor.mask) : value
    case .null, .bool: value
    }
  }

  private func holds(_ text: String) -> Bool { find(in: text.utf8.span, from: 0) != nil }

  /// The first secret from a place on.
  private func find(in text: Span<UInt8>, from start: Int) -> (place: Int, length: Int)? {
    var place = start
    while place < text.count {
      let byte = text[place]
      if starts[Int(byte >> 6)] & (1 << UInt64(byte & 63)) != 0 {
        for needle in needles where needle.count <= text.count - place && needle[0] == byte {
          var length = 1
          while length < needle.count, text[place + length] == needle[length] { length += 1 }
          if length == needle.count { return (place, length) }
        }
      }
      place += 1
    }
    return nil
  }
}
