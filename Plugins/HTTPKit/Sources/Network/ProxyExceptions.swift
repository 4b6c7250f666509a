/// The hosts that are connected to without a proxy, as in `NO_PROXY`.
package struct ProxyExceptions: Equatable, Sendable {
  /// An entry that cannot be read, and matches nothing.
  package struct Fault: Equatable, Sendable {
    package var index: Int
    package var reason: String
  }

  private struct Entry: Equatable {
    var patterns: [HostPattern]
    /// The only port that it is for; nil: every one.
    var port: Int?
  }

  private var entries: [Entry] = []
  /// The entries that cannot be read.
  package private(set) var faults: [Fault] = []

  /// The exceptions of a list.
  ///
  /// Entries are `example.org` or `.example.org` (both for the name and what is below it, as in
  /// libcurl), `*.example.org` (only for what is below), an address, a network such as
  /// `192.0.2.0/24`, or `*`. A port may follow, behind an IPv6 address if that is in brackets. Empty
  /// entries are skipped.
  package init(_ list: [String]) {
    for (index, text) in list.enumerated() {
      let text = String(text.trimmed)
      if text.isEmpty { continue }
      do throws(HostPattern.Fault) {
        entries.append(try ProxyExceptions.entry(text))
      } catch {
        faults.append(Fault(index: index, reason: error.reason))
      }
    }
  }

  /// The exceptions of a text with commas between them.
  package init(text: String) {
    self.init(text.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
  }

  /// Whether a host, which may be an address with or without brackets, is one of them.
  package func matches(_ host: String, port: Int) -> Bool {
    let name = HostName.normalized(host)
    let address = HostName.address(name)
    return entries.contains { entry in
      if let only = entry.port, only != port { return false }
      return entry.patterns.contains { pattern in
        if let address { pattern.matches(address) } else { pattern.matches(name: name) }
      }
    }
  }

  private static func entry(_ text: String) throws(HostPattern.Fault) -> Entry {
    var host = text[...]
    var port: Int?
    // An IPv6 address has a port only behind brackets.
    if let colon = text.lastIndex(of: ":"), NetworkPrefix(text) == nil, !text.hasSuffix("]") {
      let digits = text[colon...].dropFirst()
      guard digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
        let number = UInt16(digits), number > 0
      else { throw HostPattern.Fault(reason: "the port must be from 1 to 65535") }
      host = text[..<colon]
      port = Int(number)
    }
    if host.first == "." { host = host.dropFirst() }
    let pattern = try HostPattern(String(host))
    guard case .name(let name) = pattern else { return Entry(patterns: [pattern], port: port) }
    return Entry(patterns: [pattern, .subdomains(name)], port: port)
  }
}

extension String {
  /// The text without space around it.
  fileprivate var trimmed: Substring {
    var text = drop(while: \.isWhitespace)
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }
}
