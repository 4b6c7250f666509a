package import DriverKit

/// The headers that the inputs ask for, in the form that libcurl takes.
package struct RequestHeaders {
  /// A header in libcurl's form: `Name: value`, `Name;` for an empty one, `Name:` for none.
  package struct Line {
    package var text: String
    /// The name in lower case.
    package var name: String
    /// Whether it came from a secret.
    package var isSecret: Bool
    /// Whether another origin may see it.
    package var isHarmless: Bool
  }

  package private(set) var lines: [Line] = []
  package private(set) var hasContentType = false
  package private(set) var hasExpect = false
  package private(set) var hasTraceparent = false

  /// What describes the request or who asks for it to anybody, and is no key to anything.
  ///
  /// All else stays with the origin that it was given for: whether `X-API-Key` or `X-Auth` is a key, only
  /// its owner knows, and a Host is the name of that one server.
  private static let harmless: Set<String> = [
    "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control",
    "content-encoding", "content-language", "content-type", "dnt", "expect", "if-match",
    "if-modified-since", "if-none-match", "if-range", "if-unmodified-since", "pragma", "prefer",
    "range", "te", "traceparent", "tracestate",
    "user-agent",
  ]

  /// No headers.
  package init() {}

  /// The headers of a map, or of a list of pairs.
  package init(_ value: borrowing InputValue) throws(DriverError) {
    for pair in try Parameters(value).pairs {
      try append(pair.name, pair.value, pointer: pair.pointer, isSecret: pair.isSecret)
    }
  }

  /// Adds a header.
  ///
  /// - Parameters:
  ///   - name: Its name.
  ///   - value: Its value; nil takes out what libcurl would send by itself.
  ///   - pointer: The input that it comes from, for errors.
  ///   - isSecret: Whether it came from a secret.
  /// - Throws: `.invalidInput` where a server would read something else than one header.
  package mutating func append(
    _ name: String,
    _ value: String?,
    pointer: String = "",
    isSecret: Bool = false
  ) throws(DriverError) {
    guard !name.isEmpty, name.utf8.allSatisfy(RequestHeaders.isToken) else {
      throw DriverError(
        .invalidInput,
        "\(pointer): the name of a header may hold letters, digits and !#$%&'*+-.^_`|~ only",
        pointer: pointer
      )
    }
    if let value, value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) {
      throw DriverError(
        .invalidInput,
        "\(pointer) must not hold a line end or a NUL",
        pointer: pointer
      )
    }
    let lowercased = name.lowercased()
    switch lowercased {
    case "content-type": hasContentType = true
    case "expect": hasExpect = true
    case "traceparent": hasTraceparent = true
    default: break
    }
    let text =
      switch value {
      case nil: "\(name):"
      case "": "\(name);"
      case let value?: "\(name): \(value)"
      }
    lines.append(
      Line(
        text: text,
        name: lowercased,
        isSecret: isSecret,
        isHarmless: !isSecret && RequestHeaders.harmless.contains(lowercased)
      )
    )
  }

  /// Adds a header that holds a key; one of the same name is replaced, and cookies are joined.
  ///
  /// - Throws: `.invalidInput` where a server would read something else than one header.
  package mutating func add(
    _ header: (name: String, value: String),
    pointer: String = "/authentication/key"
  ) throws(DriverError) {
    let name = header.name.lowercased()
    var value = header.value
    if name == "cookie", let line = lines.first(where: { $0.name == name }) {
      let present = line.text.dropFirst(line.name.utf8.count + 1).drop { $0 == " " }
      if !present.isEmpty { value = "\(present); \(value)" }
    }
    lines.removeAll { $0.name == name }
    try append(header.name, value, pointer: pointer, isSecret: true)
  }

  /// Adds cookies: a map of names and values (RFC 6265, section 4.2).
  package mutating func add(cookies: borrowing InputMap) throws(DriverError) {
    for index in 0..<cookies.count {
      let value = cookies.value(at: index)
      let name = String(cookies.name(at: index))
      guard !name.isEmpty, name.utf8.allSatisfy(RequestHeaders.isToken) else {
        throw DriverError(
          .invalidInput,
          "\(value.pointer): the name of a cookie may hold letters, digits and !#$%&'*+-.^_`|~ only",
          pointer: value.pointer
        )
      }
      guard let text = value.scalarText(),
        text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F && !",;\\".utf8.contains($0) })
      else {
        throw DriverError(
          .invalidInput,
          "\(value.pointer): the value of a cookie holds neither spaces nor , ; \\ or control characters: percent-encode it",
          pointer: value.pointer
        )
      }
      try add(("Cookie", "\(name)=\(text)"), pointer: value.pointer)
    }
  }

  /// Whether there is a header of a name, given in lower case.
  package func contains(_ name: String) -> Bool { lines.contains { $0.name == name } }

  /// The value of the first header of a name, given in lower case; nil where there is none.
  package func value(_ name: String) -> String? {
    lines.first { $0.name == name }.map { RequestHeaders.value(of: $0) }
  }

  /// The names in lower case and the values of those that are sent.
  package var pairs: [(name: String, value: String)] {
    lines.filter { !$0.text.hasSuffix(":") || $0.text.utf8.count > $0.name.utf8.count + 1 }
      .map { ($0.name, RequestHeaders.value(of: $0)) }
  }

  private static func value(of line: Line) -> String {
    String(line.text.dropFirst(line.name.utf8.count + 1).drop { $0 == " " })
  }

  /// The headers that may be a key, which tell one caller from another; cookies and what names one request do not.
  var keys: [String] {
    lines.filter { !$0.isHarmless && $0.name != "cookie" && $0.name != "idempotency-key" }
      .map(\.text)
  }

  /// Takes out headers of some names, given in lower case.
  package mutating func drop(_ names: Set<String>) { lines.removeAll { names.contains($0.name) } }

  /// How many bytes they take in a request.
  package var size: Int { lines.reduce(0) { $0 + $1.text.utf8.count + 2 } }

  /// Takes out what is not for another origin.
  package mutating func dropForeign() { lines.removeAll { !$0.isHarmless } }

  /// Takes out what described a body that is not sent any more.
  package mutating func dropContent() {
    lines.removeAll { $0.name.hasPrefix("content-") }
    hasContentType = false
  }

  /// RFC 9110, section 5.6.2.
  package static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "!"), UInt8(ascii: "#"),
      UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
      UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
      UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }
}
