/// The formats of JSON Schema 2020-12 (validation, 7.3), and `decimal`, which is the host's own.
enum Format: String, Sendable, CaseIterable {
  case dateTime = "date-time"
  case date
  case time
  case duration
  case email
  case idnEmail = "idn-email"
  case hostname
  case idnHostname = "idn-hostname"
  case ipv4
  case ipv6
  case uri
  case uriReference = "uri-reference"
  case iri
  case iriReference = "iri-reference"
  case uuid
  case uriTemplate = "uri-template"
  case jsonPointer = "json-pointer"
  case relativeJSONPointer = "relative-json-pointer"
  case regex
  /// A JSON number as text, which no binary number rounds.
  case decimal

  /// Whether a text has the format.
  func accepts(_ text: String) -> Bool {
    switch self {
    case .dateTime: TimeFormats.isDateTime(Array(text.utf8)[...])
    case .date: TimeFormats.isDate(Array(text.utf8)[...])
    case .time: TimeFormats.isTime(Array(text.utf8)[...])
    case .duration: TimeFormats.isDuration(Array(text.utf8)[...])
    case .email: MailFormats.isMailbox(text, isInternational: false)
    case .idnEmail: MailFormats.isMailbox(text, isInternational: true)
    case .hostname: HostFormats.isHostname(text)
    case .idnHostname: HostFormats.isInternationalHostname(text)
    case .ipv4: HostFormats.isIPv4(Array(text.utf8)[...])
    case .ipv6: HostFormats.isIPv6(Array(text.utf8)[...])
    case .uri:
      URIFormats.isPlainURL(text)
        || URIFormats.isURI(text, isInternational: false, needsScheme: true)
    case .uriReference: URIFormats.isURI(text, isInternational: false, needsScheme: false)
    case .iri: URIFormats.isURI(text, isInternational: true, needsScheme: true)
    case .iriReference: URIFormats.isURI(text, isInternational: true, needsScheme: false)
    case .uuid: TextFormats.isUUID(Array(text.utf8)[...])
    case .uriTemplate: TextFormats.isURITemplate(text)
    case .jsonPointer: TextFormats.isJSONPointer(Array(text.utf8)[...])
    case .relativeJSONPointer: TextFormats.isRelativeJSONPointer(Array(text.utf8)[...])
    case .regex: (try? ECMARegex.translation(of: text)) != nil
    case .decimal: DecimalText(text) != nil
    }
  }

  /// The format with an example, as a message to a user names it.
  var inWords: String {
    switch self {
    case .dateTime: "a date and time such as 2026-01-31T12:00:00Z"
    case .date: "a date such as 2026-01-31"
    case .time: "a time with its offset such as 12:00:00Z"
    case .duration: "a duration such as P1DT12H"
    case .email, .idnEmail: "an e-mail address"
    case .hostname, .idnHostname: "a host name such as example.com"
    case .ipv4: "an IPv4 address such as 192.0.2.1"
    case .ipv6: "an IPv6 address such as 2001:db8::1"
    case .uri, .iri: "an address with its scheme such as https://example.com/path"
    case .uriReference, .iriReference: "an address, whole or relative"
    case .uuid: "a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057"
    case .uriTemplate: "a URI template such as /users/{id}"
    case .jsonPointer: "a JSON pointer such as /items/0"
    case .relativeJSONPointer: "a relative JSON pointer such as 1/name"
    case .regex: "a regular expression of ECMA-262"
    case .decimal: "a decimal number as a string such as \"12.50\""
    }
  }
}

extension UInt8 {
  /// Whether this is one of `0` to `9`.
  var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
  /// Whether this is a letter without an accent.
  var isASCIILetter: Bool { (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) }
  /// Whether this is a digit of base 16.
  var isASCIIHexDigit: Bool {
    isASCIIDigit || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
  }
}

extension ArraySlice<UInt8> {
  /// Takes a byte from the front if it is this one.
  mutating func take(_ byte: UInt8) -> Bool {
    guard first == byte else { return false }
    removeFirst()
    return true
  }

  /// Takes exactly so many digits from the front as a number; nil if there are fewer.
  mutating func takeNumber(digits: Int) -> Int? {
    guard count >= digits else { return nil }
    var number = 0
    for byte in prefix(digits) {
      guard byte.isASCIIDigit else { return nil }
      number = number * 10 + Int(byte - 0x30)
    }
    removeFirst(digits)
    return number
  }

  /// Takes all bytes of a kind from the front; how many.
  mutating func takeAll(where isTaken: (UInt8) -> Bool) -> Int {
    let count = prefix(while: isTaken).count
    removeFirst(count)
    return count
  }
}
