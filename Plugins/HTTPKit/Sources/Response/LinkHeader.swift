/// The header field Link (RFC 8288, section 3).
package enum LinkHeader {
  /// A link from a resource.
  package struct Link: Equatable, Sendable {
    /// What it leads to, as it is written: it may be relative to the resource.
    package var target: String
    /// How the two are related, in lower case.
    package var relations: [String]
    /// What it leads from, if that is not the resource itself; relative to the resource.
    package var anchor: String?
  }

  /// The target of the first link to the next page.
  ///
  /// A link with an anchor leads from elsewhere, unless the anchor names the resource.
  ///
  /// - Parameters:
  ///   - fields: The values of the Link fields, in order.
  ///   - resource: The URL of what was asked for; nil: only an empty anchor names it.
  /// - Returns: The target as it is written; nil if there is none.
  package static func next(_ fields: [String], resource: String? = nil) -> String? {
    for field in fields {
      for link in links(field)
      where link.relations.contains("next") && isHere(link.anchor, resource) {
        return link.target
      }
    }
    return nil
  }

  /// The links of one field, in order.
  ///
  /// What is no link is left out, up to the next comma.
  package static func links(_ field: String) -> [Link] {
    var scanner = Scanner(rest: Array(field.utf8)[...])
    var links: [Link] = []
    while true {
      scanner.skipSpaceAndCommas()
      guard !scanner.rest.isEmpty else { return links }
      if let target = scanner.takeTarget() {
        let parameters = scanner.takeParameters()
        links.append(
          Link(
            target: target,
            relations: parameters.first { $0.name == "rel" }.map { relations($0.value) } ?? [],
            anchor: parameters.first { $0.name == "anchor" }?.value
          )
        )
      }
      scanner.skipToComma()
    }
  }

  private static func relations(_ value: String) -> [String] {
    value.split { $0 == " " || $0 == "\t" }.map { $0.lowercased() }
  }

  private static func isHere(_ anchor: String?, _ resource: String?) -> Bool {
    guard let anchor, !anchor.isEmpty else { return true }
    guard let resource else { return false }
    if anchor == resource { return true }
    // From the path on: what stands behind scheme and host.
    guard anchor.hasPrefix("/"), !anchor.hasPrefix("//") else { return false }
    let parts = resource.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return parts.count == 4 && anchor.dropFirst() == parts[3]
  }
}

/// Takes a field apart from its beginning.
private struct Scanner {
  var rest: ArraySlice<UInt8>

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private mutating func skipSpace() { rest = rest.drop(while: Scanner.isSpace) }

  mutating func skipSpaceAndCommas() {
    rest = rest.drop { Scanner.isSpace($0) || $0 == UInt8(ascii: ",") }
  }

  /// Skips to the comma behind a link; one in a quoted string is not it.
  mutating func skipToComma() {
    while let byte = rest.first, byte != UInt8(ascii: ",") {
      if byte == UInt8(ascii: "\"") { _ = takeQuoted() } else { rest.removeFirst() }
    }
  }

  mutating func takeTarget() -> String? {
    guard rest.first == UInt8(ascii: "<") else { return nil }
    guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else {
      // There is no link behind it either, and each look for one would go to the end again.
      rest = []
      return nil
    }
    let target = rest[..<end].dropFirst()
    rest = rest[end...].dropFirst()
    return Scanner.trimmed(target)
  }

  /// Takes parameters (appendix B.3); a name that ends in a star is another than the one without.
  mutating func takeParameters() -> [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    while true {
      skipSpace()
      guard rest.first == UInt8(ascii: ";") else { return parameters }
      rest.removeFirst()
      let name = takeWord(until: [UInt8(ascii: "="), UInt8(ascii: ";"), UInt8(ascii: ",")])
      var value = ""
      if rest.first == UInt8(ascii: "=") {
        rest.removeFirst()
        skipSpace()
        value =
          rest.first == UInt8(ascii: "\"")
          ? takeQuoted() : takeWord(until: [UInt8(ascii: ";"), UInt8(ascii: ",")])
      }
      if !name.isEmpty { parameters.append((name.lowercased(), value)) }
    }
  }

  private mutating func takeWord(until ends: [UInt8]) -> String {
    let word = rest.prefix { !ends.contains($0) }
    rest = rest[word.endIndex...]
    return Scanner.trimmed(word)
  }

  /// Takes a quoted string without its escapes (RFC 9110, section 5.6.4).
  ///
  /// One without an end goes on to that of the field.
  private mutating func takeQuoted() -> String {
    rest.removeFirst()
    var text: [UInt8] = []
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") { break }
      if byte == UInt8(ascii: "\\") {
        if let escaped = rest.popFirst() { text.append(escaped) }
      } else {
        text.append(byte)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
    var bytes = bytes.drop(while: isSpace)
    while let last = bytes.last, isSpace(last) { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
