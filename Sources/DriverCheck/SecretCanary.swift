internal import DriverHost

/// Puts a text in the place of secrets that stands nowhere else, and looks for it.
struct SecretCanary: Sendable {
  /// Has the characters that user names, passwords and tokens may have everywhere.
  private let text = "dhCanary7Kq3Zx9Secret"
  /// What base64 (RFC 4648) makes of its middle, wherever in a longer text it stands.
  private let encoded: [String]

  init() {
    let bytes = Array(text.utf8)
    // By which of three bytes it begins decides what becomes of it; the ends depend on what is around them.
    encoded = (0..<3).map { shift in
      let whole = Base64.encode([UInt8](repeating: 0x78, count: shift) + bytes)
      return String(whole.dropFirst(4).dropLast(4))
    }
  }

  /// The inputs with each of their secrets replaced; nil where there is none that could be.
  func inputs(_ inputs: ValueMap, _ action: String, _ all: CallInputs) -> ValueMap? {
    guard let places = all.complete(inputs, action)?.secrets, !places.isEmpty else { return nil }
    var result = inputs
    var isChanged = false
    for place in places {
      let changed = SecretCanary.replacing(.map(result), place.tokens[...], by: .string(text))
      // A secret may have to have a form of its own, such as that of a key.
      guard case .map(let map) = changed, map != result, all.isValid(map, action) else { continue }
      result = map
      isChanged = true
    }
    return isChanged ? result : nil
  }

  /// In which form the canary stands in a text; nil where it does not.
  func form(in text: String) -> String? {
    if text.contains(self.text) { return "as it was given" }
    return encoded.contains { text.contains($0) } ? "encoded in base64" : nil
  }

  /// A value with another one at a place where there is a text; as it is, where there is none.
  private static func replacing(
    _ value: Value,
    _ path: ArraySlice<String>,
    by new: Value
  ) -> Value {
    guard let token = path.first else {
      if case .string = value { return new }
      return value
    }
    switch value {
    case .map(var map):
      guard let inner = map[token] else { return value }
      map[token] = replacing(inner, path.dropFirst(), by: new)
      return .map(map)
    case .list(var items):
      guard let index = Int(token), items.indices.contains(index) else { return value }
      items[index] = replacing(items[index], path.dropFirst(), by: new)
      return .list(items)
    default: return value
    }
  }
}
