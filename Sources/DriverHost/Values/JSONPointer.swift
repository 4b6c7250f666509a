/// A place in a document (RFC 6901): `/authentication/password`; the empty pointer is the whole.
public struct JSONPointer: Sendable {
  /// The names and indices on the way, unescaped.
  public var tokens: [String]
  /// Whether the name of the member there is meant, and not its value: the `#` that relative JSON
  /// pointers have for it.
  public var isOfName = false

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
    // By bytes: a slash with an accent behind it is one character to Swift, and two here.
    guard text.utf8.first == UInt8(ascii: "/") else { return nil }
    let parts = text.utf8.dropFirst()
      .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    self.init(parts.map(JSONPointer.unescaped))
  }

  /// The place of a member or an item below this one.
  public func appending(_ token: String) -> JSONPointer {
    JSONPointer(tokens + [token])
  }

  /// The place of an item below this one.
  public func appending(_ index: Int) -> JSONPointer {
    appending(String(index))
  }

  /// The name of the member at this place.
  var name: JSONPointer {
    var copy = self
    copy.isOfName = true
    return copy
  }

  /// What `find` knows of this place, or else of the nearest place around it; nil if it knows none.
  func nearest<Found>(_ find: (JSONPointer) -> Found?) -> Found? {
    if let found = find(self) { return found }
    // Around a name there is first its value.
    var place = JSONPointer(tokens)
    if isOfName, let found = find(place) { return found }
    while place.tokens.popLast() != nil {
      if let found = find(place) { return found }
    }
    return nil
  }
}

extension JSONPointer: CustomStringConvertible {
  /// The pointer's text, escaped as RFC 6901 asks.
  public var description: String {
    tokens.map { "/" + JSONPointer.escaped($0) }.joined() + (isOfName ? "#" : "")
  }

  /// A token as it stands in a pointer's text.
  static func escaped(_ token: String) -> String {
    guard token.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else {
      return token
    }
    var bytes: [UInt8] = []
    for byte in token.utf8 {
      switch byte {
      case UInt8(ascii: "~"): bytes += "~0".utf8
      case UInt8(ascii: "/"): bytes += "~1".utf8
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func unescaped(_ token: Substring.UTF8View) -> String {
    guard token.contains(UInt8(ascii: "~")) else { return String(Substring(token)) }
    var bytes: [UInt8] = []
    var rest = token
    while let byte = rest.popFirst() {
      switch (byte, rest.first) {
      case (UInt8(ascii: "~"), UInt8(ascii: "0")):
        bytes.append(UInt8(ascii: "~"))
        rest.removeFirst()
      case (UInt8(ascii: "~"), UInt8(ascii: "1")):
        bytes.append(UInt8(ascii: "/"))
        rest.removeFirst()
      default: bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONPointer: Hashable {
  /// Whether both are the same place, which they are only if their names have the same bytes.
  public static func == (left: JSONPointer, right: JSONPointer) -> Bool {
    left.isOfName == right.isOfName
      && left.tokens.elementsEqual(right.tokens) { $0.isExactly($1) }
  }

  /// Hashes the bytes of the names.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(isOfName)
    for token in tokens {
      token.combineExactly(into: &hasher)
      // A byte of no text: `a`, `b` is another place than `ab`.
      hasher.combine(0xFF as UInt8)
    }
  }
}

extension Value {
  /// The value at a place in this one; nil if there is nothing.
  public subscript(pointer: JSONPointer) -> Value? {
    var here = self
    for token in pointer.tokens {
      guard let (_, child) = here.child(token) else { return nil }
      here = child
    }
    return here
  }

  /// The member or item that a token of a JSON pointer names, and its place in the order.
  func child(_ token: String) -> (position: Int, value: Value)? {
    switch resolved {
    case .map(let members):
      return members.position(of: token).map { ($0, members[$0].value) }
    case .list(let items):
      guard let index = Int(token), String(index) == token, items.indices.contains(index) else {
        return nil
      }
      return (index, items[index])
    default: return nil
    }
  }
}
