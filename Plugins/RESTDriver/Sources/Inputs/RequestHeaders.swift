internal import DriverKit

/// The headers that the inputs ask for, in the form that libcurl takes.
struct RequestHeaders {
  /// A header in libcurl's form: `Name: value`, `Name;` for an empty one, `Name:` for none.
  struct Line {
    var text: String
    /// Whether it must not go to another origin.
    var isCredential: Bool
  }

  private(set) var lines: [Line] = []
  private(set) var hasContentType = false
  private(set) var hasExpect = false
  private(set) var hasTraceparent = false

  /// No headers.
  init() {}

  /// The headers of a map, or of a list of pairs.
  init(_ value: borrowing InputValue) throws(DriverError) {
    for pair in try Parameters(value).pairs {
      guard !pair.name.isEmpty, pair.name.utf8.allSatisfy(RequestHeaders.isToken) else {
        throw DriverError(
          .invalidInput,
          "\(pair.pointer): the name of a header may hold letters, digits and !#$%&'*+-.^_`|~ only",
          pointer: pair.pointer
        )
      }
      if let value = pair.value, value.utf8.contains(where: { $0 == 0 || $0 == 10 || $0 == 13 }) {
        throw DriverError(
          .invalidInput,
          "\(pair.pointer) must not hold a line end or a NUL",
          pointer: pair.pointer
        )
      }
      append(pair.name, pair.value)
    }
  }

  /// Adds a header.
  mutating func append(_ name: String, _ value: String?) {
    var isCredential = false
    switch name.lowercased() {
    case "content-type": hasContentType = true
    case "expect": hasExpect = true
    case "traceparent": hasTraceparent = true
    case "authorization", "cookie", "proxy-authorization": isCredential = true
    default: break
    }
    let text =
      switch value {
      case nil: "\(name):"
      case "": "\(name);"
      case let value?: "\(name): \(value)"
      }
    lines.append(Line(text: text, isCredential: isCredential))
  }

  /// Takes out what must not go to another origin.
  mutating func dropCredentials() { lines.removeAll(where: \.isCredential) }

  /// Takes out what described a body that is not sent any more.
  mutating func dropContent() {
    lines.removeAll { $0.text.lowercased().hasPrefix("content-") }
    hasContentType = false
  }

  /// RFC 9110, section 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
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
