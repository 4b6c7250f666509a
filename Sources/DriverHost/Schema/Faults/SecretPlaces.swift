/// The places in a value that are never to be shown.
struct SecretPlaces {
  private var isSecret = false
  private var inner: [ExactName: SecretPlaces] = [:]

  /// Adds a place, and with it all that is in it.
  mutating func insert(_ tokens: some Collection<String>) {
    guard !isSecret else { return }
    guard let first = tokens.first else {
      isSecret = true
      inner = [:]
      return
    }
    inner[ExactName(first), default: SecretPlaces()].insert(tokens.dropFirst())
  }

  /// How many steps lead to the first secret on a way; nil if there is none.
  func depth(on tokens: some Sequence<String>) -> Int? {
    var here = self
    var depth = 0
    for token in tokens where !here.isSecret {
      guard let next = here.inner[ExactName(token)] else { return nil }
      here = next
      depth += 1
    }
    return here.isSecret ? depth : nil
  }
}
