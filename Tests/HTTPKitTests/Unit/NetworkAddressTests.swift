import Glibc
import Testing

@testable import HTTPKit

@Suite("A network address")
struct NetworkAddressTests {
  /// What the C library makes of a text: its bytes, IPv4 addresses as mapped ones.
  static func reference(_ text: String) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET6, text, &bytes) == 1 { return bytes }
    var four = [UInt8](repeating: 0, count: 4)
    guard inet_pton(AF_INET, text, &four) == 1 else { return nil }
    return [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + four
  }

  @Test(
    "is read as the C library reads it",
    arguments: [
      "0.0.0.0", "255.255.255.255", "256.0.0.1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3",
      "01.2.3.4", "1.2.3.00", "0x1.2.3.4", "1.2.3.4 ", " 1.2.3.4", "+1.2.3.4", "1.2.3.-4", "127.1",
      "", ".", "1", "a.b.c.d", "1.2.3.4/8", "1000.1.1.1", "::", "::1", "1::", ":", ":::", "::1::",
      "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7::", "::2:3:4:5:6:7:8",
      "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1::3:4:5:6:7:8", ":1:2:3:4:5:6:7",
      "1:2:3:4:5:6:7:",
      "::ffff:192.0.2.1", "::192.0.2.1", "::ffff:192.0.2", "::ffff:192.0.2.1:1", "1.2.3.4::",
      "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::01.2.3.4",
      "fe80::1%1",
      "[::1]", "12345::", "::g", "::00001", "::0001", "::+1", "::-1", "ABCD::ef", "::1 ", "1:::2",
      "2001:db8::1:0:0:1", "::ffff:0:0", "1::2::3", "::.", "::1.2.3.4.", "::ffff:1.2.3.256",
    ]
  )
  func reading(text: String) {
    let expected = NetworkAddressTests.reference(text).flatMap { NetworkAddress(bytes: $0) }
    #expect(NetworkAddress(text) == expected)
  }

  @Test("is read as the C library reads it, whatever the text")
  func random() {
    var generator = SystemRandomNumberGenerator()
    let pieces = [
      "0", "1", "ff", "12", "255", "256", "a", "::", ":", ":", ":", ".", ".", "1.2.3.4",
    ]
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 1...16, using: &generator))
        .map { _ in pieces.randomElement(using: &generator) ?? "" }.joined()
      let expected = NetworkAddressTests.reference(text).flatMap { NetworkAddress(bytes: $0) }
      #expect(NetworkAddress(text) == expected, "\(text)")
    }
  }

  @Test(
    "is written in one form",
    arguments: [
      ("192.0.2.1", "192.0.2.1"), ("::FFFF:192.0.2.1", "192.0.2.1"), ("::", "::"), ("0::1", "::1"),
      ("1:0:0:0:0:0:0:0", "1::"), ("2001:DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
      ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
      ("0:0:1:2:3:4:0:0", "::1:2:3:4:0:0"), ("fe80:0:0:0:1:0:0:0", "fe80::1:0:0:0"),
    ]
  )
  func writing(text: String, written: String) {
    #expect(NetworkAddress(text)?.description == written)
  }

  @Test("is the same as IPv4 and as the IPv6 address it is mapped to")
  func mapped() {
    #expect(NetworkAddress("10.1.2.3") == NetworkAddress("::ffff:a01:203"))
    #expect(NetworkAddress("10.1.2.3") == NetworkAddress(bytes: [10, 1, 2, 3]))
    #expect(NetworkAddress("10.1.2.3") != NetworkAddress("::10.1.2.3"))
    #expect(NetworkAddress("::ffff:1.2.3.4")?.isIPv4 == true)
    #expect(NetworkAddress("::1.2.3.4")?.isIPv4 == false)
    #expect(NetworkAddress(bytes: [1, 2, 3]) == nil)
  }

  @Test(
    "is in a network or not",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false),
      ("10.0.0.0/8", "::ffff:10.0.0.1", true), ("10.1.2.3/8", "10.9.9.9", true),
      ("192.0.2.128/25", "192.0.2.127", false), ("192.0.2.128/25", "192.0.2.128", true),
      ("192.0.2.1/32", "192.0.2.1", true), ("192.0.2.1/32", "192.0.2.0", false),
      ("192.0.2.1", "192.0.2.1", true), ("0.0.0.0/0", "255.1.2.3", true),
      ("0.0.0.0/0", "::1", false),
      ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false), ("::/64", "10.0.0.1", false),
      ("::ffff:10.0.0.0/104", "10.1.1.1", true), ("::ffff:0:0/96", "10.1.1.1", true),
      ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false), ("::1/128", "::1", true),
      ("2001:db8::/33", "2001:db8:8000::", false), ("2001:db8::/33", "2001:db8:7fff::", true),
    ]
  )
  func networks(network: String, address: String, isInside: Bool) throws {
    let prefix = try #require(NetworkPrefix(network))
    #expect(prefix.contains(try #require(NetworkAddress(address))) == isInside)
  }

  @Test(
    "has no network where the text is none",
    arguments: [
      "", "/", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/08",
      "10.0.0.0/8/8", "10.0.0/8", "::/129", "::/1000", "/8", "10.0.0.0/255.0.0.0", "10.0.0.0/ 8",
      "::1%1/64", "example.org/8", "10.0.0.0/٨",
    ]
  )
  func malformedNetworks(text: String) {
    #expect(NetworkPrefix(text) == nil)
  }
}
