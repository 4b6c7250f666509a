/// A place in a document (RFC 6901): `/authentication/password`; the empty pointer is the whole.
public struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
  /// The names and indices on the way, unescaped.
  public var tokens: [String]

  /// A pointer from the names and indices on the way.
  public init(_ tokens: [String] = []) {
    self.tokens = tokens
  }

  /// A pointer from its text; nil unless that is empty or begins with `/`.
  public init?(text: String) {
    guard !text.isEmpty else {
      self.init()
      return
    }
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    self.init(
      text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { token in
        JSONPointer.replacing(
          "~0",
          with: "~",
          in: JSONPointer.replacing("~1", with: "/", in: String(token))
        )
      }
    )
  }

  /// The place of a member or an item below this one.
  public func appending(_ token: String) -> JSONPointer {
    JSONPointer(tokens + [token])
  }

  /// The place of an item below this one.
  public func appending(_ index: Int) -> JSONPointer {
    appending(String(index))
  }

  /// The pointer's text, escaped as RFC 6901 asks.
  public var description: String {
    tokens.map { "/" + JSONPointer.escaped($0) }.joined()
  }

  /// A token as it stands in a pointer's text.
  static func escaped(_ token: String) -> String {
    guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return token
    }
    return replacing("/", with: "~1", in: replacing("~", with: "~0", in: token))
  }

  private static func replacing(_ old: String, with new: String, in text: String) -> String {
    var result = ""
    var rest = Substring(text)
    while let first = rest.first {
      if rest.hasPrefix(old) {
        result += new
        rest = rest.dropFirst(old.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}

extension Value {
  /// The value at a place in this one; nil if there is nothing.
  public subscript(pointer: JSONPointer) -> Value? {
    var here = self
    for token in pointer.tokens {
      switch here.resolved {
      case .map(let members):
        guard let member = members[token] else { return nil }
        here = member
      case .list(let items):
        guard let index = Int(token), String(index) == token, items.indices.contains(index) else {
          return nil
        }
        here = items[index]
      default: return nil
      }
    }
    return here
  }
}
