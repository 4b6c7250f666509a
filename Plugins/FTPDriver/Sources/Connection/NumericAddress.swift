internal import Glibc

/// Addresses that are written in numbers.
enum NumericAddress {
  /// Whether a text is an address of IPv4 or IPv6, without brackets and with any zone (inet_pton(3)).
  static func isOne(_ text: String) -> Bool {
    var bytes = in6_addr()
    let plain = text.prefix { $0 != "%" }
    return unsafe inet_pton(AF_INET, text, &bytes) == 1
      || inet_pton(AF_INET6, String(plain), &bytes) == 1
  }
}
