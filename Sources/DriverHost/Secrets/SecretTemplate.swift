/// A text that refers to secrets: `vault.secret(CONFIG:PATH.KEY)`, or `vault.secret(KEY)` where secrets are attached.
///
/// The configuration ends at the first colon and the key begins behind the last dot. In front of a dot, a colon, a
/// closing parenthesis or a backslash, a backslash takes its meaning away. `\vault.secret(` is that text without
/// the backslash.
struct SecretTemplate: Sendable, Hashable {
  /// A secret that a text refers to.
  struct Reference: Sendable, Hashable {
    /// Nil: among the attached secrets.
    var path: SecretPath?
    var key: String
  }

  /// A part of the text.
  enum Part: Sendable, Hashable {
    case text(String)
    case reference(Reference)
  }

  /// In order.
  let parts: [Part]

  private static let opening = Array("vault.secret(".utf8)

  /// Whether a text may hold a reference or an escape of one: most do not.
  static func isIn(_ text: String) -> Bool {
    // Looked for by its last byte, which is rare in most texts.
    let span = text.utf8.span
    let last = opening.count - 1
    guard span.count > last else { return false }
    for end in last..<span.count where span[end] == UInt8(ascii: "(") {
      if (0..<last).allSatisfy({ span[end - last + $0] == opening[$0] }) { return true }
    }
    return false
  }

  /// Takes a text apart.
  ///
  /// - Throws: What is wrong with a reference in it, in words.
  init(_ text: String) throws(Malformed) {
    let bytes = Array(text.utf8)
    var parts: [Part] = []
    var plain: [UInt8] = []
    var index = 0
    while index < bytes.count {
      guard bytes[index...].starts(with: SecretTemplate.opening) else {
        plain.append(bytes[index])
        index += 1
        continue
      }
      if plain.last == UInt8(ascii: "\\") {
        plain.removeLast()
        plain += SecretTemplate.opening
        index += SecretTemplate.opening.count
        continue
      }
      let start = index + SecretTemplate.opening.count
      let (reference, end) = try SecretTemplate.reference(in: bytes, from: start)
      if !plain.isEmpty { parts.append(.text(String(decoding: plain, as: UTF8.self))) }
      plain = []
      parts.append(.reference(reference))
      index = end
    }
    if !plain.isEmpty || parts.isEmpty {
      parts.append(.text(String(decoding: plain, as: UTF8.self)))
    }
    self.parts = parts
  }

  /// What is wrong with a reference.
  struct Malformed: Error {
    var message: String
  }

  /// The secrets that the text refers to.
  var references: [Reference] {
    parts.compactMap { part in if case .reference(let reference) = part { reference } else { nil } }
  }

  /// The only part, where that is a reference: the value there takes the secret's type.
  var single: Reference? {
    guard parts.count == 1, case .reference(let reference) = parts[0] else { return nil }
    return reference
  }

  /// The text where it refers to nothing, without the backslash of an escape.
  var plainText: String? {
    guard parts.count == 1, case .text(let text) = parts[0] else { return nil }
    return text
  }
}

// MARK: - Reading

extension SecretTemplate {
  /// Reads a reference up to its closing parenthesis.
  ///
  /// - Returns: The reference, and the place behind it.
  private static func reference(
    in bytes: [UInt8],
    from start: Int
  ) throws(Malformed) -> (Reference, Int) {
    // The content without its backslashes, with the places of the signs that keep their meaning.
    var content: [UInt8] = []
    var colon: Int?
    var dot: Int?
    var index = start
    while true {
      guard index < bytes.count else {
        throw Malformed(message: "`vault.secret(` has no closing parenthesis")
      }
      switch bytes[index] {
      case UInt8(ascii: "\\") where index + 1 < bytes.count && isEscapable(bytes[index + 1]):
        content.append(bytes[index + 1])
        index += 2
        continue
      case UInt8(ascii: ")"):
        return (try reference(content, colon: colon, dot: dot), index + 1)
      case UInt8(ascii: ":") where colon == nil:
        colon = content.count
        // A dot before it belongs to the configuration's name.
        dot = nil
      case UInt8(ascii: "."): dot = content.count
      default: break
      }
      content.append(bytes[index])
      index += 1
    }
  }

  private static func isEscapable(_ byte: UInt8) -> Bool {
    [".", ":", ")", "\\"].contains(Character(UnicodeScalar(byte)))
  }

  private static func reference(
    _ content: [UInt8],
    colon: Int?,
    dot: Int?
  ) throws(Malformed) -> Reference {
    func text(_ bytes: some Sequence<UInt8>) -> String {
      String(decoding: Array(bytes), as: UTF8.self)
    }
    guard let colon else {
      guard !content.isEmpty else {
        throw Malformed(
          message: "`vault.secret()` names no secret; write vault.secret(CONFIG:PATH.KEY)"
        )
      }
      return Reference(path: nil, key: text(content))
    }
    let whole = text(content)
    guard let dot else {
      throw Malformed(
        message: "`vault.secret(\(whole))` names no key; write vault.secret(CONFIG:PATH.KEY)"
      )
    }
    let parts = (
      text(content[..<colon]), text(content[(colon + 1)..<dot]), text(content[(dot + 1)...])
    )
    guard !parts.0.isEmpty, !parts.1.isEmpty, !parts.2.isEmpty else {
      let missing = parts.0.isEmpty ? "configuration" : parts.1.isEmpty ? "path" : "key"
      throw Malformed(
        message:
          "`vault.secret(\(whole))` has an empty \(missing); write vault.secret(CONFIG:PATH.KEY)"
      )
    }
    return Reference(path: SecretPath(configuration: parts.0, path: parts.1), key: parts.2)
  }
}

extension SecretTemplate.Reference: CustomStringConvertible {
  /// `CONFIG:PATH.KEY`, or the key alone.
  var description: String { path.map { "\($0).\(key)" } ?? key }
}
