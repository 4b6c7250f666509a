/// Addresses with the same beginning (RFC 4632, RFC 4291), such as `192.0.2.0/24`.
///
/// IPv4 and IPv6 are apart: `::/0` holds no IPv4 address, and `0.0.0.0/0` holds the mapped ones.
package struct NetworkPrefix: Equatable, Sendable {
  private let bits: UInt128
  /// How many bits are the same, of 128.
  private let length: Int
  private let isIPv4: Bool

  /// One address.
  package init(_ address: NetworkAddress) {
    self.init(address, length: 128)
  }

  /// The addresses with the same first bits, of 128.
  private init(_ address: NetworkAddress, length: Int) {
    bits = address.bits & ~(UInt128.max >> UInt128(length))
    self.length = length
    isIPv4 = NetworkAddress(bits: bits).isIPv4 && length >= 96
  }

  /// The addresses of a text such as `192.0.2.0/24` or of a single address; nil if it is neither.
  ///
  /// What the address has behind the beginning does not count.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let address = NetworkAddress(String(parts[0])) else { return nil }
    if parts.count == 1 {
      self.init(address)
      return
    }
    let isWrittenAsIPv4 = !parts[0].utf8.contains(UInt8(ascii: ":"))
    guard let length = NetworkPrefix.number(parts[1]), length <= (isWrittenAsIPv4 ? 32 : 128) else {
      return nil
    }
    self.init(address, length: isWrittenAsIPv4 ? length + 96 : length)
  }

  /// Whether it has every address of its family.
  package var isEverything: Bool { length == (isIPv4 ? 96 : 0) }

  /// Whether an address is one of these.
  package func contains(_ address: NetworkAddress) -> Bool {
    address.isIPv4 == isIPv4 && (address.bits ^ bits) & ~(UInt128.max >> UInt128(length)) == 0
  }

  private static func number(_ digits: Substring) -> Int? {
    guard (1...3).contains(digits.utf8.count),
      digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      digits.utf8.count == 1 || digits.utf8.first != UInt8(ascii: "0")
    else { return nil }
    return Int(digits)
  }
}
