/// Finds secrets in texts, as they are and inside of base64, in which servers and headers repeat them.
///
/// Made for one text or for all of a value, which it goes through once, however many secrets there are.
struct SecretSearch {
  /// A shorter text in base64 may stand anywhere by chance.
  private static let shortestEncoded = 8

  /// What is looked for: the longest first, so that a secret that contains another is masked whole.
  private let needles: [[UInt8]]
  /// A bit for each byte with which one begins.
  private var starts = InlineArray<4, UInt64>(repeating: 0)

  /// - Parameters:
  ///   - secrets: What is looked for.
  ///   - size: How many bytes there are to look through: what is longer cannot be in them, and may be a large key.
  init(_ secrets: [String], in size: Int) {
    var needles: [[UInt8]] = []
    for secret in secrets where secret.utf8.count <= size {
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
    let (plus, slash) = (UInt8(ascii: "+"), UInt8(ascii: "/"))
    let (minus, underscore) = (UInt8(ascii: "-"), UInt8(ascii: "_"))
    var forms: [[UInt8]] = []
    // Each sign is six bits: which ones are the secret's alone depends on how many bytes stand before it.
    for offset in 0..<3 {
      let text = Array(Base64.encode(Array(repeating: 0, count: offset) + bytes).utf8)
      let start = (offset * 8 + 5) / 6
      let end = (offset + bytes.count) * 8 / 6
      guard end - start >= shortestEncoded else { continue }
      let form = Array(text[start..<end])
      forms.append(form)
      if form.contains(where: { $0 == plus || $0 == slash }) {
        forms.append(form.map { $0 == plus ? minus : $0 == slash ? underscore : $0 })
      }
    }
    return forms
  }

  // MARK: - Masking

  /// The text with the mask in the place of each secret.
  func masking(_ text: String) -> String {
    // Most texts hold none, and are not copied.
    guard holds(text) else { return text }
    return String(decoding: masking(Array(text.utf8)), as: UTF8.self)
  }

  /// The bytes with the mask in the place of each secret, whether or not they are text.
  func masking(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var position = 0
    while let (place, length) = find(in: bytes.span, from: position) {
      result += bytes[position..<place]
      result += Redactor.mask.utf8
      position = place + length
    }
    return position == 0 ? bytes : result + bytes[position...]
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
    case .bytes(let bytes): .bytes(masking(bytes))
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
