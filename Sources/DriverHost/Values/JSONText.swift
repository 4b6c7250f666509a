/// A JSON document as text, parsed when somebody first looks into it.
///
/// A small one is parsed at once: to check it takes nearly as long.
public final class JSONText: Sendable {
  /// Why a text is no document.
  struct Malformed: Error {
    var problem: String
  }

  /// Up to how many bytes a document is small.
  private static let smallSize = 4096

  /// How deep a document may be: as deep as any other tree that a driver puts out.
  private static let limits = JSON.Limits(depth: ValueReader.depthLimit)

  /// The document, UTF-8.
  public let text: String

  private enum Tree: Sendable {
    case parsed(Value)
    /// Nil until somebody looks.
    case later(Lock<Value?>)
  }

  private let tree: Tree

  /// A document that has been checked already: see `JSON.problem`.
  init(checked text: String) {
    self.text = text
    tree = .later(Lock(nil))
  }

  /// A document that is checked here.
  init(checking text: String) throws(Malformed) {
    self.text = text
    if text.utf8.count <= JSONText.smallSize {
      do throws(HostError) {
        tree = .parsed(try JSON.parse(text, limits: JSONText.limits))
      } catch {
        throw Malformed(problem: JSON.problem(error))
      }
    } else {
      if let problem = JSON.problem(in: text, limits: JSONText.limits) {
        throw Malformed(problem: problem)
      }
      tree = .later(Lock(nil))
    }
  }

  /// The tree that the document stands for.
  public var value: Value {
    switch tree {
    case .parsed(let value): value
    case .later(let parsed):
      parsed.withLock { parsed in
        if let parsed { return parsed }
        do {
          let value = try JSON.parse(text, limits: JSONText.limits)
          parsed = value
          return value
        } catch {
          // Only checked texts get here, and the check refuses whatever parsing refuses.
          preconditionFailure("an unchecked JSON document: \(error)")
        }
      }
    }
  }
}
