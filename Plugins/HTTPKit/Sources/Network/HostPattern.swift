/// What an entry in a list of hosts stands for.
enum HostPattern: Equatable, Sendable {
  /// `*`.
  case any
  /// `api.example.org`, in lower case.
  case name(String)
  /// `*.example.org`: what is below the name, and not the name itself.
  case subdomains(String)
  /// An address or many.
  case addresses(NetworkPrefix)

  /// Why a text is no entry.
  struct Fault: Error, Equatable {
    var reason: String
  }

  /// The pattern of an entry.
  init(_ text: String) throws(Fault) {
    if text == "*" {
      self = .any
      return
    }
    if let prefix = NetworkPrefix(text) {
      self = .addresses(prefix)
      return
    }
    let name = HostName.normalized(text)
    if let address = NetworkAddress(name) {
      self = .addresses(NetworkPrefix(address))
      return
    }
    if text.utf8.contains(UInt8(ascii: "/")) || text.utf8.contains(UInt8(ascii: ":")) {
      throw Fault(
        reason: "it is no address, no network such as 192.0.2.0/24, and a name has no scheme, "
          + "port or path"
      )
    }
    let isWildcard = name.utf8.starts(with: "*.".utf8)
    let base = isWildcard ? String(name.dropFirst(2)) : name
    if base.utf8.contains(UInt8(ascii: "*")) {
      throw Fault(reason: "a star stands alone, or before a name as in *.example.org")
    }
    if let reason = HostName.fault(base) { throw Fault(reason: reason) }
    self = isWildcard ? .subdomains(base) : .name(base)
  }

  /// Whether it holds a name, which is normalized.
  func matches(name: String) -> Bool {
    switch self {
    case .any: true
    case .name(let own): own == name
    case .subdomains(let domain): HostName.isBelow(name, domain)
    case .addresses: false
    }
  }

  /// Whether it holds an address.
  func matches(_ address: NetworkAddress) -> Bool {
    switch self {
    case .any: true
    case .addresses(let prefix): prefix.contains(address)
    case .name, .subdomains: false
    }
  }
}
