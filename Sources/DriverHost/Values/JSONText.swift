/// A JSON document as text, parsed when somebody first looks into it.
public final class JSONText: Sendable {
  /// The document, UTF-8.
  public let text: String

  private let parsed = Lock<Value?>(nil)

  /// A document that has been checked already: see `JSON.problem`.
  init(checked text: String) {
    self.text = text
  }

  /// The tree that the document stands for.
  public var value: Value {
    parsed.withLock { parsed in
      if let parsed { return parsed }
      do {
        let value = try JSON.parse(text)
        parsed = value
        return value
      } catch {
        // Only checked texts get here, and the check refuses whatever parsing refuses.
        preconditionFailure("an unchecked JSON document: \(error)")
      }
    }
  }
}
