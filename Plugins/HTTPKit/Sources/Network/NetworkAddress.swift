/// An IPv4 or IPv6 address.
///
/// An IPv4 address and the IPv6 address that it is mapped to (`::ffff:192.0.2.1`) are equal.
package struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
  /// The IPv6 address's bits; IPv4 addresses are mapped.
  let bits: UInt128

  private static let mapped: UInt128 = 0xFFFF << 32

  /// The address of a text as `inet_pton` accepts it; nil if it does not.
  ///
  /// An IPv4 address has four decimal numbers without leading zeros, an IPv6 one no zone or brackets.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    if bytes.contains(UInt8(ascii: ":")) {
      guard let groups = NetworkAddress.groups(bytes[...]) else { return nil }
      bits = groups.reduce(0) { $0 << 16 | UInt128($1) }
    } else {
      guard let parts = NetworkAddress.parts(bytes[...]) else { return nil }
      bits = NetworkAddress.mapped | parts.reduce(0) { $0 << 8 | UInt128($1) }
    }
  }

  /// The address of 4 or 16 bytes in the network's order; nil if there are more or less.
  package init?(bytes: [UInt8]) {
    guard bytes.count == 4 || bytes.count == 16 else { return nil }
    let bits = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
    self.init(bits: bytes.count == 4 ? NetworkAddress.mapped | bits : bits)
  }

  init(bits: UInt128) { self.bits = bits }

  /// Whether it is an IPv4 address, be it a mapped one.
  package var isIPv4: Bool { bits >> 32 == 0xFFFF }

  /// The IPv4 address that a translator connects to for this one (RFC 6052, section 2.1), if any.
  var translated: NetworkAddress? {
    guard bits >> 32 == 0x64_FF9B << 64 else { return nil }
    return NetworkAddress(bits: NetworkAddress.mapped | bits & 0xFFFF_FFFF)
  }

  /// The address as RFC 5952 has it.
  package var description: String {
    if isIPv4 {
      return [24, 16, 8, 0].map { String(bits >> UInt128($0) & 0xFF) }.joined(separator: ".")
    }
    let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
    // The first of the longest runs of two zeros or more is left out.
    var longest = 0..<0
    var start = 0
    for index in 0...8 where index == 8 || groups[index] != 0 {
      if index - start > max(longest.count, 1) { longest = start..<index }
      start = index + 1
    }
    func text(_ range: Range<Int>) -> String {
      groups[range].map { String($0, radix: 16) }.joined(separator: ":")
    }
    if longest.isEmpty { return text(0..<8) }
    return "\(text(0..<longest.lowerBound))::\(text(longest.upperBound..<8))"
  }

  // MARK: - Reading

  /// The four numbers of an IPv4 address.
  private static func parts(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var numbers: [UInt8] = []
    for part in parts {
      guard part.count == 1 || part.first != UInt8(ascii: "0"),
        part.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
        let number = UInt8(String(decoding: part, as: UTF8.self))
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The eight groups of an IPv6 address.
  private static func groups(_ text: ArraySlice<UInt8>) -> [UInt16]? {
    let gap = text.indices.dropLast().first {
      text[$0] == UInt8(ascii: ":") && text[$0 + 1] == UInt8(ascii: ":")
    }
    guard let gap else {
      let groups = groups(ungapped: text)
      return groups?.count == 8 ? groups : nil
    }
    let head = text[..<gap]
    // Only the end may be an IPv4 address.
    guard !head.contains(UInt8(ascii: ".")), let left = groups(ungapped: head),
      let right = groups(ungapped: text[(gap + 2)...]), left.count + right.count < 8
    else { return nil }
    return left + [UInt16](repeating: 0, count: 8 - left.count - right.count) + right
  }

  private static func groups(ungapped text: ArraySlice<UInt8>) -> [UInt16]? {
    if text.isEmpty { return [] }
    var parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    var end: [UInt16] = []
    if let last = parts.last, last.contains(UInt8(ascii: ".")) {
      guard let numbers = NetworkAddress.parts(last) else { return nil }
      parts.removeLast()
      end = [0, 2].map { UInt16(numbers[$0]) << 8 | UInt16(numbers[$0 + 1]) }
    }
    var groups: [UInt16] = []
    for part in parts {
      // A sign would be taken for a part of the number.
      guard part.count <= 4, part.first != UInt8(ascii: "+"), part.first != UInt8(ascii: "-"),
        let group = UInt16(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      groups.append(group)
    }
    return groups + end
  }
}
