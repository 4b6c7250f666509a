/// Masks the secrets of one call in texts that come from its driver.
///
/// A secret is known by where it came from: the inputs that the schema marks. Their texts are looked
/// for wherever a driver writes a sentence, since it may quote what it was given.
struct Redactor: Sendable, Hashable {
  /// What stands in a secret's place.
  package static let mask = "***"

  /// The secrets as texts, the longest first.
  package let texts: [String]

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
    self.texts = texts.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  /// The text with each secret replaced by the mask.
  func masking(_ text: String) -> String {
    SecretSearch(texts, in: text.utf8.count).masking(text)
  }

  /// The value with each secret masked in all of its texts, the names of members among them.
  func masking(_ value: Value) -> Value {
    SecretSearch(texts, in: value.approximateSize).masking(value)
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
}
