import Testing

@testable import SSHDriver

@Suite("A policy for host keys")
struct HostKeyPolicyTests {
  private let hashes = SystemHashes()
  private let ours = "SHA256:GW35ZE76m8gn3rYoj+pgJjEUZV+NHTPoyMD4V3cDCB4"
  private let others = "SHA256:Y6CL1FPDJRJHWsbBess5+CTGhGSy7NakpWxuGUVrhsk"

  private func decide(
    _ policy: HostKeyPolicy,
    _ hosts: KnownHosts? = nil,
    key: String = HostKeySamples.ed25519
  ) throws -> HostKeyPolicy.Decision {
    try policy.decide(
      host: "a",
      port: 2222,
      key: try HostKeySamples.key(key),
      knownHosts: try hosts ?? policy.knownHosts(),
      hashes: hashes
    )
  }

  private func message(_ policy: HostKeyPolicy, _ hosts: KnownHosts? = nil) throws -> String {
    let fault = #expect(throws: HostKeyFault.self) { try decide(policy, hosts) }
    return try #require(fault).description
  }

  @Test("trusts the key of a line, whatever the line is made of")
  func line() throws {
    let place = KnownHosts.Place(source: "known_host", line: 1)
    for text in ["[a]:2222 \(HostKeySamples.ed25519)", HostKeySamples.ed25519 + " me\n"] {
      #expect(try decide(.knownHost(text)) == .known(place))
      let policy = HostKeyPolicy.knownHost(text)
      let types = policy.keyTypes(
        HostAddress(host: "a", port: 2222),
        try policy.knownHosts(),
        hashes
      )
      #expect(types == ["ssh-ed25519"])
    }
    let scan = "# a:22 SSH-2.0\na \(HostKeySamples.rsa)\na \(HostKeySamples.ed25519)\n"
    #expect(try decide(.knownHost(scan)) == .known(.init(source: "known_host", line: 3)))
    #expect(try message(.knownHost("b \(HostKeySamples.ed25519)")).contains(ours))
    #expect(try message(.knownHost(" \n")).hasPrefix("known_host has no line"))
    #expect(try message(.knownHost("a\n")).contains("known_host:1: there is no key"))
    #expect(try message(.knownHost("-----BEGIN X\nAAAA\n")).contains(".pub file"))
    #expect(
      try message(.knownHost(HostKeySamples.other)).contains("write the new line in known_host")
    )
  }

  @Test("trusts each of several keys without hosts, but none that a line behind them revokes")
  func severalKeys() throws {
    let text = "\(HostKeySamples.ecdsa)\r\n\(HostKeySamples.ed25519) me\n"
    #expect(try decide(.knownHost(text)) == .known(.init(source: "known_host", line: 2)))
    let first = try decide(.knownHost(text), key: HostKeySamples.ecdsa)
    #expect(first == .known(.init(source: "known_host", line: 1)))
    let revoked = text + "@revoked * \(HostKeySamples.ed25519)\n"
    #expect(try message(.knownHost(revoked)).contains("revoked by known_host:3"))
    #expect(try message(.knownHost(text + "-----BEGIN X\n")).contains(".pub file"))
    #expect(try message(.knownHost(text + "a\n")).contains("known_host:3"))
  }

  @Test("shows both fingerprints of a key that has changed, and where the known one is")
  func changed() throws {
    let hosts = KnownHosts("\n[a]:2222 \(HostKeySamples.other)", source: "/k h")
    for policy in [
      HostKeyPolicy.knownHostsFiles(["/k h"]), .acceptNew(file: "/k h", isHashed: true),
    ] {
      let message = try message(policy, hosts)
      #expect(message.hasPrefix("the host key of [a]:2222 has changed: it shows ED25519 \(ours)"))
      #expect(message.contains("ED25519 \(others) (/k h:2) is known"))
      #expect(message.contains("`ssh-keygen -R '[a]:2222' -f '/k h'`"))
      #expect(message.hasSuffix("\"[a]:2222 \(HostKeySamples.ed25519)\""))
    }
  }

  @Test("takes no host for new of which other types are known")
  func unknownType() throws {
    let hosts = KnownHosts("[a]:2222 \(HostKeySamples.ecdsa384)", source: "/k")
    let message = try message(.acceptNew(file: "/k", isHashed: false), hosts)
    #expect(message.contains("ECDSA nistp384 SHA256:l5E1L2pGk9YMjXe7wTktLCvjh83pBndtN8qdxkiNDYk"))
    #expect(message.contains(ours) && message.contains("/k:1"))
  }

  @Test(
    "shows the key of an unknown host, the ways to pin it, and what may be wrong with the files"
  )
  func unknown() throws {
    var hosts = KnownHosts("a\n@cert-authority * \(HostKeySamples.other)", source: "/k")
    hosts.add(missing: "/m")
    let message = try message(.knownHostsFiles(["/k", "/m"]), hosts)
    for part in [
      "is not known: it shows ED25519 \(ours)", "/m is not there", "/k:1: there is no key",
      "/k:2 trusts an authority", "fingerprint \"\(ours)\"",
      "\"[a]:2222 \(HostKeySamples.ed25519)\"", "accept_new", "ssh_host_ed25519_key.pub",
    ] { #expect(message.contains(part)) }
    let new = HostKeyPolicy.acceptNew(file: "/k", isHashed: true)
    #expect(try decide(new, hosts) == .new(KnownHostsFile("/k"), isHashed: true))
  }

  @Test("refuses a revoked key, also where every new one would do")
  func revoked() throws {
    let hosts = KnownHosts("@revoked * \(HostKeySamples.ed25519)", source: "/k")
    let message = try message(.acceptNew(file: "/k", isHashed: false), hosts)
    #expect(message.contains("revoked by /k:1") && message.contains(ours))
  }

  @Test("trusts the key with a fingerprint, and no other")
  func fingerprint() throws {
    #expect(try decide(.fingerprint(ours)) == .pinned)
    #expect(try decide(.fingerprint(ours), key: HostKeySamples.certificate) == .pinned)
    let message = try message(.fingerprint("256 \(others) x (ED25519)"))
    #expect(message.contains(ours) && message.contains("\(others) (ED25519)"))
    #expect(try self.message(.fingerprint("MD5:11")).contains("forged"))
    let types = HostKeyPolicy.fingerprint("1 \(others) x (RSA)")
      .keyTypes(HostAddress(host: "a", port: 22), KnownHosts(), hashes)
    #expect(types == ["ssh-rsa"])
  }

  @Test("takes no hash that failed for a fingerprint")
  func failingHashes() throws {
    struct Failing: HostKeyHashes {
      func sha256(_ message: [UInt8]) -> [UInt8] { [] }
      func hmacSHA1(key: [UInt8], message: [UInt8]) -> [UInt8] { [] }
    }
    let key = try HostKeySamples.key(HostKeySamples.ed25519)
    #expect(throws: HostKeyFault.self) {
      try HostKeyPolicy.fingerprint(ours)
        .decide(host: "a", port: 22, key: key, knownHosts: KnownHosts(), hashes: Failing())
    }
    let hosts = KnownHosts("\(HostKeySamples.hashedName) \(key.text())", source: "f")
    let address = HostAddress(host: "host.example.org", port: 22)
    #expect(hosts.find(address, key: key, Failing()) == .unknown(authorities: []))
    #expect(KnownHostsLine.hashedText(address, key: key, Failing()) == nil)
  }

  @Test("tells the fingerprint where nobody looks")
  func off() throws {
    #expect(try decide(.off) == .unchecked(Fingerprint(ours)))
    #expect(try message(.knownHostsFiles([])).contains("names no file"))
  }
}
