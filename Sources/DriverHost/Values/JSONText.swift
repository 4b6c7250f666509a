/// A JSON document as text, parsed when somebody first looks into it.
public final class JSONText: Sendable {
  /// The document, UTF-8.
  public let text: String

  private let parsed = Lock<Value?>(nil)

  /// A document that has been checked already: see `JSON.check`.
  init(checked text: String) {
    self.text = text
  }

  /// The tree that the document stands for.
  public var value: Value {
    parsed.withLock { parsed in
      if let parsed { return parsed }
      // Only checked texts get here, so there is nothing that parsing could refuse.
      let value = (try? JSON.parse(text)) ?? .null
      parsed = value
      return value
    }
  }
}
