import Testing

@testable import HTTPKit

@Suite("A policy of hosts")
struct HostPolicyTests {
  static func address(_ text: String) throws -> NetworkAddress {
    try #require(NetworkAddress(text))
  }

  @Test("without entries allows everything but the clouds' services for keys")
  func empty() throws {
    let policy = try HostPolicy(allow: [], deny: [])
    #expect(policy.checkName("example.org") == .allowed(by: nil))
    #expect(policy.checkName("10.0.0.1") == .allowed(by: nil))
    #expect(policy.checkAddress(try HostPolicyTests.address("::1")) == .allowed(by: nil))
    for text in [
      "169.254.169.254", "[::ffff:169.254.169.254]", "169.254.170.2", "169.254.170.23",
      "[fd00:ec2::254]", "fd00:ec2::23", "FD00:EC2:0::23%25eth0", "100.100.100.200",
      "64:ff9b::169.254.169.254",
    ] {
      #expect(policy.checkName(text) == .denied(by: .metadata), "\(text)")
    }
    #expect(policy.checkName("169.254.169.253") == .allowed(by: nil))
  }

  @Test(
    "decides by the name",
    arguments: [
      (["api.example.org"], [], "API.Example.org.", .allowed(by: "api.example.org")),
      (["api.example.org"], [], "x.api.example.org", .denied(by: .unlisted)),
      (["api.example.org"], [], "notapi.example.org", .denied(by: .unlisted)),
      (["*.example.org"], [], "a.b.example.org", .allowed(by: "*.example.org")),
      (["*.example.org"], [], "example.org", .denied(by: .unlisted)),
      (["*.example.org"], [], "badexample.org", .denied(by: .unlisted)),
      (["*.example.org"], [], ".example.org", .denied(by: .unlisted)),
      (["API.example.ORG."], [], "api.example.org", .allowed(by: "API.example.ORG.")),
      (["*"], [], "example.org", .allowed(by: "*")),
      (["*"], ["example.org"], "example.org", .denied(by: .entry("example.org"))),
      (["a.example.org"], ["*.example.org"], "a.example.org", .denied(by: .entry("*.example.org"))),
      ([], ["*.example.org"], "example.org", .allowed(by: nil)),
      ([], ["*"], "a", .denied(by: .entry("*"))),
      ([], ["10.0.0.0/8"], "example.org", .allowed(by: nil)),
      (["10.0.0.0/8"], [], "example.org", .undecided),
      (["10.0.0.0/8"], ["example.org"], "example.org", .denied(by: .entry("example.org"))),
      (["10.0.0.0/8"], [], "10.2.3.4", .allowed(by: "10.0.0.0/8")),
      (["10.0.0.0/8"], [], "11.2.3.4", .denied(by: .unlisted)),
      (["*.example.org"], [], "10.2.3.4", .denied(by: .unlisted)),
      (["::1"], [], "[::1]", .allowed(by: "::1")), (["[::1]"], [], "::1", .allowed(by: "[::1]")),
      (["*"], ["10.0.0.1"], "[::ffff:10.0.0.1]", .denied(by: .entry("10.0.0.1"))),
    ] as [([String], [String], String, HostPolicy.Verdict)]
  )
  func names(allow: [String], deny: [String], host: String, verdict: HostPolicy.Verdict) throws {
    #expect(try HostPolicy(allow: allow, deny: deny).checkName(host) == verdict)
  }

  @Test(
    "decides by the address that a name was found at",
    arguments: [
      (["api.example.org"], [], "192.0.2.1", .allowed(by: "api.example.org")),
      (["api.example.org"], ["192.0.2.0/24"], "192.0.2.1", .denied(by: .entry("192.0.2.0/24"))),
      (
        ["api.example.org"], ["192.0.2.0/24"], "::ffff:192.0.2.1",
        .denied(by: .entry("192.0.2.0/24"))
      ),
      (
        ["api.example.org"], ["192.0.2.0/24"], "64:ff9b::192.0.2.1",
        .denied(by: .entry("192.0.2.0/24"))
      ),
      (["192.0.2.0/24"], [], "192.0.2.1", .allowed(by: "192.0.2.0/24")),
      (["192.0.2.0/24"], [], "192.0.3.1", .denied(by: .unlisted)),
      (["192.0.2.0/24"], [], "64:ff9b::192.0.2.1", .denied(by: .unlisted)),
      (["api.example.org", "192.0.2.1"], [], "198.51.100.1", .allowed(by: "api.example.org")),
      (["*.example.com"], [], "192.0.2.1", .denied(by: .unlisted)),
      ([], ["::/0"], "192.0.2.1", .allowed(by: nil)),
      ([], ["::/0"], "::1", .denied(by: .entry("::/0"))),
      // A name that leads to a service for keys.
      (["api.example.org"], [], "169.254.169.254", .denied(by: .metadata)),
      (["*"], [], "169.254.169.254", .denied(by: .metadata)),
      (["0.0.0.0/0"], [], "169.254.169.254", .denied(by: .metadata)),
      (["::ffff:0:0/96"], [], "169.254.169.254", .denied(by: .metadata)),
      (["::/0"], [], "fd00:ec2::254", .denied(by: .metadata)),
      (["169.254.169.253"], [], "169.254.169.254", .denied(by: .metadata)),
      (["169.254.169.254"], [], "169.254.169.254", .allowed(by: "169.254.169.254")),
      (["169.254.0.0/16"], [], "169.254.170.2", .allowed(by: "169.254.0.0/16")),
      (["fd00:ec2::/32"], [], "fd00:ec2::23", .allowed(by: "fd00:ec2::/32")),
      (
        ["169.254.169.254"], ["169.254.0.0/16"], "169.254.169.254",
        .denied(by: .entry("169.254.0.0/16"))
      ),
    ] as [([String], [String], String, HostPolicy.Verdict)]
  )
  func addresses(
    allow: [String],
    deny: [String],
    address: String,
    verdict: HostPolicy.Verdict
  ) throws {
    let policy = try HostPolicy(allow: allow, deny: deny)
    let name = policy.checkName("api.example.org")
    #expect(policy.checkAddress(try HostPolicyTests.address(address), name: name) == verdict)
  }

  @Test("does not allow by its address what is denied by its name")
  func deniedName() throws {
    let policy = try HostPolicy(allow: ["192.0.2.1"], deny: ["example.org"])
    let verdict = policy.checkAddress(
      try HostPolicyTests.address("192.0.2.1"),
      name: policy.checkName("example.org")
    )
    #expect(verdict == .denied(by: .entry("example.org")))
  }

  @Test("reports each entry that is none")
  func faults() {
    let error = #expect(throws: HostPolicy.InvalidEntries.self) {
      try HostPolicy(allow: ["example.org", "a.*.org"], deny: ["", "10.0.0.1", "10.0.0.0/33"])
    }
    #expect(error?.faults.map(\.isInAllow) == [true, false, false])
    #expect(error?.faults.map(\.index) == [1, 0, 2])
    #expect(error?.faults.first?.reason.contains("star") == true)
  }

  @Test(
    "has no entry that could mean two things",
    arguments: [
      ("https://example.org", "scheme"), ("example.org:80", "port"), ("example.org/x", "path"),
      ("**", "star"), ("*.*.org", "star"), ("*example.org", "star"), ("*.", "star"), ("", "empty"),
      ("a..org", "empty"), (".example.org", "empty"), ("exa mple.org", "letters"),
      (" example.org", "letters"), ("bücher.example", "ASCII"), ("10.0.0", "address"),
      ("300.1.1.1", "address"), ("0x7f.1", "address"), ("127.0.0.0x1", "address"),
      ("2130706433", "address"), ("::g", "address"), ("fe80::1%eth0", "address"),
      (String(repeating: "a", count: 64) + ".org", "longer"),
      (String(repeating: "a.", count: 130) + "org", "longer"), ("a@example.org", "letters"),
    ]
  )
  func malformed(entry: String, reason: String) {
    let error = #expect(throws: HostPattern.Fault.self) { try HostPattern(entry) }
    #expect(error?.reason.contains(reason) == true)
  }

  @Test(
    "takes names with digits for names",
    arguments: ["1.example", "a1", "0xa.example", "x1y.a_b", "a.1x"]
  )
  func digits(entry: String) throws {
    #expect(try HostPattern(entry) == .name(entry))
  }
}

@Suite("Exceptions from a proxy")
struct ProxyExceptionsTests {
  @Test(
    "match hosts",
    arguments: [
      ("example.org", "example.org", 80, true), ("example.org", "A.Example.org.", 80, true),
      ("example.org", "badexample.org", 80, false), (".example.org", "example.org", 80, true),
      (".example.org", "a.example.org", 80, true), (".example.org", "badexample.org", 80, false),
      ("*.example.org", "a.example.org", 80, true), ("*.example.org", "example.org", 80, false),
      ("example.org:8080", "a.example.org", 8080, true),
      ("example.org:8080", "example.org", 80, false),
      ("192.0.2.1", "192.0.2.1", 80, true), ("192.0.2.1", "192.0.2.10", 80, false),
      ("192.0.2.1:81", "192.0.2.1", 81, true), ("192.0.2.1:81", "192.0.2.1", 80, false),
      ("192.0.2.0/24", "192.0.2.77", 80, true), ("192.0.2.0/24:81", "192.0.2.77", 80, false),
      ("192.0.2.0/24:81", "192.0.2.77", 81, true), ("192.0.2.0/24", "example.org", 80, false),
      ("::1", "[::1]", 80, true), ("[::1]", "::1", 80, true), ("[::1]:81", "[::1]", 81, true),
      ("[::1]:81", "[::1]", 80, false), ("fe80::/10", "fe80::1%25eth0", 80, true),
      ("*", "a", 80, true),
      ("*", "::1", 80, true), ("*:81", "a", 80, false), ("*:81", "a", 81, true),
      ("", "a", 80, false),
      ("localhost, 127.0.0.1 ,.svc", "x.svc", 80, true), ("a,,b", "b", 80, true),
      ("org", "example.org", 80, true), ("192.0.2.1", "::ffff:192.0.2.1", 80, true),
      ("2.1", "192.0.2.1", 80, false),
    ]
  )
  func matches(text: String, host: String, port: Int, matches: Bool) {
    #expect(ProxyExceptions(text: text).matches(host, port: port) == matches)
  }

  @Test(
    "that cannot be read match nothing, and are reported",
    arguments: [
      "example.org:", "example.org:0", "example.org:65536", "example.org:x", "example.org:+1",
      "http://example.org", "a b", "..", ".", "10.0.0.0/33", "[::1", "::g", "a.*", "[::1]:", ":80",
      "[fe80::/10]:80",
    ]
  )
  func faults(entry: String) {
    let exceptions = ProxyExceptions(["good.example", "", entry])
    #expect(exceptions.faults.map(\.index) == [2])
    #expect(exceptions.matches("good.example", port: 80))
    #expect(!exceptions.matches("example.org", port: 80))
  }
}
