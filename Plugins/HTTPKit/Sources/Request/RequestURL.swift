package import DriverKit

/// Where a request goes.
package struct RequestURL {
  package private(set) var authority: Authority
  /// What libcurl is given and the outputs show: without a fragment, and without dots in the path.
  package private(set) var text: String
  /// How much of the text is scheme, host and port.
  private let originLength: Int
  /// Whether messages must not show any of it.
  package var isSecret = false
  /// Whether the query holds a secret, which messages never show.
  package var hasSecretQuery = false
  /// The URL without what is secret in the query; nil: as it is.
  private var masked: String?

  /// Whether it must be shown to nobody as it is.
  package var isHidden: Bool { isSecret || hasSecretQuery }

  /// What may be shown of it.
  package var shown: String { isSecret ? "***" : masked ?? text }

  /// Scheme, host and port.
  package var origin: String { String(decoding: text.utf8.prefix(originLength), as: UTF8.self) }

  /// What messages show: without the query, which may hold keys.
  package var display: String {
    if isSecret { return "the URL (which is secret)" }
    return String(decoding: text.utf8.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
  }

  /// The URL of a text.
  ///
  /// - Parameters:
  ///   - text: What was written.
  ///   - pointer: The input that it stood in, for errors.
  ///   - memory: What is remembered of the URL before.
  /// - Throws: `.invalidInput` where it is no http or https URL.
  package init(
    _ text: Span<UInt8>,
    pointer: String,
    memory: RequestMemory = RequestMemory()
  ) throws(DriverError) {
    var place = 0
    guard let isEncrypted = URLScanner.takeScheme(text, &place) else {
      throw DriverError(
        .invalidInput,
        "the URL must begin with http:// or https://",
        pointer: pointer
      )
    }
    let end = URLScanner.endOfAuthority(text, place)
    let (authority, origin) = try memory.authority(
      text.extracting(place..<end),
      isEncrypted: isEncrypted,
      pointer: pointer
    )
    self.authority = authority
    originLength = origin.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(origin.count + text.count - end + 1)
    bytes += origin
    URLScanner.appendRest(text, end, to: &bytes)
    RequestURL.resolveDots(from: origin.count, in: &bytes)
    self.text = String(decoding: bytes, as: UTF8.self)
  }

  /// The URL that an answer redirects to, as libcurl has resolved it.
  ///
  /// A user name and a password in it are left out: whoever redirects may not choose them.
  package init(redirect target: String) throws(DriverError) {
    let bytes = Array(target.utf8)
    var start = 0
    var rest: [UInt8] = bytes
    if URLScanner.takeScheme(bytes.span, &start) != nil {
      let end = URLScanner.endOfAuthority(bytes.span, start)
      if let at = bytes[start..<end].lastIndex(of: UInt8(ascii: "@")) {
        rest = Array(bytes[..<start] + bytes[(at + 1)...])
      }
    }
    try self.init(rest.span, pointer: "")
  }

  /// The URL of the inputs `scheme`, `host`, `port`, `base_path` and `path`.
  package init(
    isEncrypted: Bool,
    host: String,
    port: UInt16?,
    basePath: String,
    path: String
  ) throws(DriverError) {
    authority = try Authority(host: host, port: port, isEncrypted: isEncrypted)
    let origin = Array(authority.origin.utf8)
    originLength = origin.count
    let segments = path.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
    let hasBase = basePath.utf8.contains { $0 != UInt8(ascii: "/") }
    if hasBase, PathSegments.climbs(Array(segments)[...]) {
      throw DriverError(
        .invalidInput,
        "path leads above base_path by its dots: give a path that stays below it",
        pointer: "/path"
      )
    }
    var rest: [UInt8] = []
    for part in [basePath, path] where !part.isEmpty {
      if rest.last == UInt8(ascii: "/") { rest.removeLast() }
      if part.utf8.first != UInt8(ascii: "/"), part.utf8.first != UInt8(ascii: "?") {
        rest.append(UInt8(ascii: "/"))
      }
      for byte in part.utf8.prefix(while: { $0 != UInt8(ascii: "#") }) {
        PercentEncoding.appendWritten(byte, to: &rest)
      }
    }
    if rest.first != UInt8(ascii: "/") { rest.insert(UInt8(ascii: "/"), at: 0) }
    RequestURL.resolveDots(from: 0, in: &rest)
    text = String(decoding: origin + rest, as: UTF8.self)
  }

  /// Adds parameters to the query.
  package mutating func append(_ parameters: Parameters) {
    let hasQuery = text.utf8.contains(UInt8(ascii: "?"))
    var added: [UInt8] = []
    let isOpen =
      !hasQuery || text.utf8.last == UInt8(ascii: "?") || text.utf8.last == UInt8(ascii: "&")
    parameters.appendQuery(to: &added, startsWithSeparator: !isOpen)
    if added.isEmpty { return }
    let before = shown + (hasQuery ? "" : "?")
    if !hasQuery { text += "?" }
    text += String(decoding: added, as: UTF8.self)
    guard parameters.pairs.contains(where: \.isSecret) else { return }
    hasSecretQuery = true
    added = []
    parameters.masked.appendQuery(to: &added, startsWithSeparator: !isOpen)
    masked = before + String(decoding: added, as: UTF8.self)
  }

  /// Whether the query has a parameter of a name, as it is written there.
  func hasParameter(_ name: String) -> Bool {
    text.split(separator: "?", maxSplits: 1).dropFirst().joined().split(separator: "&")
      .contains { $0.prefix { $0 != "=" } == name }
  }

  /// Sets a parameter of the query, in place of all of its name.
  package mutating func set(_ name: String, to value: String) {
    let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var encoded: [UInt8] = []
    PercentEncoding.appendComponent(name, to: &encoded)
    let key = String(decoding: encoded, as: UTF8.self)
    var kept: [Substring] = []
    if parts.count > 1 {
      kept = parts[1].split(separator: "&").filter { part in
        let present = part.prefix { $0 != "=" }
        return present != key && present != name
      }
    }
    encoded = []
    PercentEncoding.appendComponent(value, to: &encoded)
    let query = kept.map(String.init) + ["\(key)=\(String(decoding: encoded, as: UTF8.self))"]
    text = "\(parts[0])?\(query.joined(separator: "&"))"
  }

  private static func resolveDots(from start: Int, in bytes: inout [UInt8]) {
    let end = bytes[start...].firstIndex(of: UInt8(ascii: "?")) ?? bytes.endIndex
    guard PathSegments.mayHaveDots(bytes[start..<end]) else { return }
    bytes.replaceSubrange(start..<end, with: PathSegments.resolved(bytes[start..<end]))
  }
}

/// Takes a URL's text apart from its beginning; `place` is how far that has come.
private enum URLScanner {
  /// Takes `http://` or `https://`: whether it is the latter; nil if it is neither.
  static func takeScheme(_ text: Span<UInt8>, _ place: inout Int) -> Bool? {
    if take("https://", text, &place) { return true }
    if take("http://", text, &place) { return false }
    return nil
  }

  /// Where the path, the query or the fragment begins.
  static func endOfAuthority(_ text: Span<UInt8>, _ start: Int) -> Int {
    var place = start
    while place < text.count {
      let byte = text[place]
      if byte == UInt8(ascii: "/") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") {
        break
      }
      place += 1
    }
    return place
  }

  /// Appends path and query.
  static func appendRest(_ text: Span<UInt8>, _ start: Int, to bytes: inout [UInt8]) {
    var place = start
    if place == text.count || text[place] != UInt8(ascii: "/") { bytes.append(UInt8(ascii: "/")) }
    while place < text.count, text[place] != UInt8(ascii: "#") {
      PercentEncoding.appendWritten(text[place], to: &bytes)
      place += 1
    }
  }

  /// Takes a prefix in any case.
  ///
  /// The prefix is in lower case, and its signs have no other case.
  private static func take(
    _ prefix: StaticString,
    _ text: Span<UInt8>,
    _ place: inout Int
  ) -> Bool {
    let length = prefix.utf8CodeUnitCount
    guard text.count >= length else { return false }
    let isThere = prefix.withUTF8Buffer { prefix in
      for index in 0..<length {
        let byte = text[index]
        let isUpper = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z")
        if unsafe (isUpper ? byte | 0x20 : byte) != prefix[index] { return false }
      }
      return true
    }
    if isThere { place = length }
    return isThere
  }
}
