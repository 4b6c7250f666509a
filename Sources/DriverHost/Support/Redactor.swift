/// Masks the secrets of one call in texts that come from its driver.
///
/// A secret is known by where it came from: the inputs that the schema marks. Their texts are looked
/// for wherever a driver writes a sentence, since it may quote what it was given.
struct Redactor: Sendable, Hashable {
  /// What stands in a secret's place.
  package static let mask = "***"

  private let secrets: [String]

  /// A redactor for the values at some places; nil if there is no text among them.
  ///
  /// - Parameters:
  ///   - values: The inputs.
  ///   - places: Where their secrets stand.
  ///   - parts: Secrets that stand inside of longer texts.
  init?(_ values: ValueMap, secrets places: [JSONPointer], parts: [Value] = []) {
    guard !places.isEmpty || !parts.isEmpty else { return nil }
    var texts: Set<String> = []
    for place in places {
      if let value = Value.map(values)[place] { Redactor.collect(value, into: &texts) }
    }
    for part in parts { Redactor.collect(part, into: &texts) }
    guard !texts.isEmpty else { return nil }
    // Longest first, so that a secret that contains another is masked whole.
    secrets = texts.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  /// The text with each secret replaced by the mask.
  func masking(_ text: String) -> String {
    // Most texts hold none, and are not copied.
    guard secrets.contains(where: { Redactor.isIn(text, $0) }) else { return text }
    var bytes = Array(text.utf8)
    for secret in secrets {
      bytes = Redactor.replacing(Array(secret.utf8), in: bytes)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The value with each secret masked in all of its texts, the names of members among them.
  func masking(_ value: Value) -> Value {
    switch value {
    case .string(let text): .string(masking(text))
    case .list(let items): .list(items.map { masking($0) })
    case .map(let members):
      .map(ValueMap(members.lazy.map { (name: masking($0.name), value: masking($0.value)) }))
    case .json: masking(value.resolved)
    case .decimal(let decimal):
      masking(decimal.text) == decimal.text ? value : .string(Redactor.mask)
    case .bytes(let bytes):
      String(validating: bytes, as: UTF8.self).map { .bytes(Array(masking($0).utf8)) } ?? value
    case .int(let integer): masking("\(integer)") == "\(integer)" ? value : .string(Redactor.mask)
    case .double(let double): masking("\(double)") == "\(double)" ? value : .string(Redactor.mask)
    case .null, .bool: value
    }
  }

  /// Texts and numbers of four characters or more: shorter ones would mask half of every sentence and
  /// are no secrets that a sentence could give away.
  private static func collect(_ value: Value, into texts: inout Set<String>) {
    switch value.resolved {
    case .string(let text): if text.utf8.count >= 4 { texts.insert(text) }
    case .decimal(let decimal): if decimal.text.utf8.count >= 4 { texts.insert(decimal.text) }
    case .int(let integer): if String(integer).utf8.count >= 4 { texts.insert(String(integer)) }
    case .double(let double): if "\(double)".utf8.count >= 4 { texts.insert("\(double)") }
    case .bytes(let bytes):
      if bytes.count >= 4, let text = String(validating: bytes, as: UTF8.self) {
        texts.insert(text)
      }
    case .list(let items): for item in items { collect(item, into: &texts) }
    case .map(let members): for (_, member) in members { collect(member, into: &texts) }
    case .null, .bool, .json: break
    }
  }

  private static func isIn(_ text: String, _ secret: String) -> Bool {
    let (text, secret) = (text.utf8.span, secret.utf8.span)
    guard secret.count <= text.count else { return false }
    let first = secret[0]
    for start in 0...(text.count - secret.count) where text[start] == first {
      var length = 1
      while length < secret.count, text[start + length] == secret[length] { length += 1 }
      if length == secret.count { return true }
    }
    return false
  }

  private static func replacing(_ needle: [UInt8], in text: [UInt8]) -> [UInt8] {
    guard needle.count <= text.count else { return text }
    var result: [UInt8] = []
    var place = 0
    while place < text.count {
      if text[place] == needle[0], text[place...].starts(with: needle) {
        result += Redactor.mask.utf8
        place += needle.count
      } else {
        result.append(text[place])
        place += 1
      }
    }
    return result
  }
}
