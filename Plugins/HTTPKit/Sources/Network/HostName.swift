/// Hosts as they are compared.
enum HostName {
  /// A host in lower case, without the dot at its end and the brackets around an address.
  static func normalized(_ host: String) -> String {
    var host = host.lowercased()[...]
    if host.first == "[", host.last == "]" { host = host.dropFirst().dropLast() }
    if host.last == "." { host = host.dropLast() }
    return String(host)
  }

  /// The address that a host is, whatever its zone; nil if it is a name.
  static func address(_ normalized: String) -> NetworkAddress? {
    let zone = normalized.utf8.contains(UInt8(ascii: ":")) ? normalized.firstIndex(of: "%") : nil
    return NetworkAddress(String(normalized[..<(zone ?? normalized.endIndex)]))
  }

  /// Whether a name is below another; both are normalized.
  static func isBelow(_ name: String, _ domain: String) -> Bool {
    let (name, domain) = (name.utf8, domain.utf8)
    guard name.count > domain.count + 1 else { return false }
    let end = name.suffix(domain.count + 1)
    return end.first == UInt8(ascii: ".") && end.dropFirst().elementsEqual(domain)
  }

  /// Why a text is no name of a host; nil if it is one.
  static func fault(_ name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if !name.utf8.allSatisfy({ $0 < 0x80 }) {
      return "a name is given in ASCII, as in the DNS (xn--…)"
    }
    let isPlain = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    if !isPlain { return "a name has only letters, digits, hyphens and dots" }
    let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if labels.contains(where: \.isEmpty) { return "a part between its dots is empty" }
    if name.utf8.count > 253 || labels.contains(where: { $0.count > 63 }) {
      return "it is longer than a name can be"
    }
    // Some would read such a name as an address, and others would not.
    guard let last = labels.last else { return nil }
    let isNumber =
      last.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
      || last.starts(with: "0x".utf8) || last.starts(with: "0X".utf8)
    return isNumber ? "it is neither an address in full nor a name" : nil
  }
}
