/// What a Content-Type header says of a body (RFC 9110, section 8.3).
package struct ContentType {
  /// What a body is to be tried as.
  package enum Form {
    /// JSON, else text.
    case json
    /// JSON if it is a list or a map, else text.
    case unclear
    /// Text, else bytes.
    case text
    case binary
  }

  /// Type and subtype in lower case; empty where there is no header.
  package private(set) var type = ""
  /// The character encoding in lower case; nil where none is named.
  package private(set) var charset: String?

  /// The type of a header's value.
  package init(_ value: String?) {
    guard let value else { return }
    let parts = value.split(separator: ";", omittingEmptySubsequences: false)
    type = ContentType.trimmed(parts[0]).lowercased()
    for part in parts.dropFirst() {
      let pair = part.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, ContentType.trimmed(pair[0]).lowercased() == "charset" else {
        continue
      }
      let name = ContentType.trimmed(pair[1]).filter { $0 != "\"" && $0 != "'" }
      if !name.isEmpty { charset = name.lowercased() }
    }
  }

  /// Whether a body is a stream of events (WHATWG HTML, section 9.2).
  package var isEventStream: Bool { type == "text/event-stream" }

  /// What a body of this type is to be tried as.
  package var form: Form {
    if type.hasSuffix("/json") || type.hasSuffix("+json") { return .json }
    if type.isEmpty || type == "text/plain" { return .unclear }
    if type == "application/javascript" || type == "text/javascript" { return .unclear }
    // Whoever names an encoding means text.
    return charset == nil && isBinary ? .binary : .text
  }

  private var isBinary: Bool {
    if type.hasSuffix("+xml") { return false }
    for family in ["image/", "audio/", "video/", "font/", "model/"] where type.hasPrefix(family) {
      return true
    }
    for family in ["application/vnd.ms-", "application/vnd.openxmlformats"]
    where type.hasPrefix(family) {
      return true
    }
    return [
      "application/octet-stream", "application/pdf", "application/zip", "application/gzip",
      "application/x-gzip", "application/x-tar", "application/x-7z-compressed",
      "application/x-bzip2", "application/zstd", "application/wasm", "application/msword",
      "application/cbor", "application/protobuf", "application/x-protobuf",
    ].contains(type)
  }

  private static func trimmed(_ text: Substring) -> String {
    var text = text.drop { $0 == " " || $0 == "\t" }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return String(text)
  }
}
