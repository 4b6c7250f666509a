import Testing

@testable import SSHDriver

@Suite("Known hosts")
struct KnownHostsTests {
  private let hashes = SystemHashes()

  private func find(
    _ text: String,
    _ host: String,
    _ port: UInt16 = 22,
    _ key: String = HostKeySamples.ed25519
  ) throws -> KnownHosts.Finding {
    KnownHosts(text, source: "f")
      .find(HostAddress(host: host, port: port), key: try HostKeySamples.key(key), hashes)
  }

  private func place(_ line: Int) -> KnownHosts.Place { KnownHosts.Place(source: "f", line: line) }

  @Test(
    "fit the patterns of a list",
    arguments: [
      ("a", "a", true), ("A", "a", true), ("a", "A", true), ("b,a", "a", true), ("a", "ab", false),
      ("*", "a.b", true), ("*.b", "a.b", true), ("*.b", "b", false), ("a?c", "abc", true),
      ("a?c", "ac", false), ("a*b*c", "axbxbc", true), ("a*b*c", "axbxb", false),
      ("**?", "a", true),
      ("*,!a", "a", false), ("!a,*", "a", false), ("*,!a", "b", true), ("!a", "b", false),
      ("*,!*.x", "a.x", false), ("10.0.?.*", "10.0.1.77", true), ("::1", "::1", true),
      ("::1", "[::1]", true), ("a,,b", "b", true), ("[a]:22", "a", false), ("ä", "ä", true),
      ("|1|lnwii/hEs3H53sqVDxCe8fsFzXM=|CidP5c07j0PqAc9NBrJ3XUKp1KY=", "Host.example.org", true),
      ("|1|lnwii/hEs3H53sqVDxCe8fsFzXM=|CidP5c07j0PqAc9NBrJ3XUKp1KY=", "host.example.net", false),
    ]
  )
  func patterns(list: String, host: String, fits: Bool) throws {
    let finding = try find("\(list) \(HostKeySamples.ed25519)", host)
    #expect(finding == (fits ? .matches(place(1)) : .unknown(authorities: [])))
  }

  @Test("need no longer for a pattern that is made to take long")
  func hostilePattern() {
    let pattern = HostPattern(Array(String(repeating: "*a", count: 2000).utf8)[...])
    let name = [UInt8](repeating: UInt8(ascii: "a"), count: 1999)
    #expect(!pattern.fits(name))
    #expect(pattern.fits(name + name))
  }

  @Test("at other ports have names of their own, where a key without port is good as well")
  func ports() throws {
    let text = "a \(HostKeySamples.ed25519)\n[a]:2222,[::1]:2222 \(HostKeySamples.other)\n"
    #expect(try find(text, "A") == .matches(place(1)))
    #expect(try find(text, "a", 23) == .matches(place(1)))
    #expect(try find(text, "a", 2222, HostKeySamples.other) == .matches(place(2)))
    #expect(try find(text, "::1", 2222, HostKeySamples.other) == .matches(place(2)))
    #expect(try find(text, "a", 23, HostKeySamples.other) == .unknown(authorities: []))
    guard case .changed = try find(text, "a", 2222) else {
      Issue.record("the key of the port counts before that of the host")
      return
    }
  }

  @Test("that show another key are told apart from those of other types")
  func changes() throws {
    let text = "a \(HostKeySamples.other)\na,b \(HostKeySamples.ecdsa)\n"
    guard case .changed(let known) = try find(text, "a") else {
      Issue.record("no change was found")
      return
    }
    #expect(known.map(\.place.line) == [1])
    guard case .unknownType(let others) = try find(text, "b") else {
      Issue.record("no other type was found")
      return
    }
    #expect(others.map(\.key.type) == ["ecdsa-sha2-nistp256"])
    #expect(try find("\(text)a \(HostKeySamples.ed25519)", "a") == .matches(place(3)))
  }

  @Test("with a revoked key are refused, at every port and whoever else has the key")
  func revoked() throws {
    let text = "a \(HostKeySamples.ed25519)\n@revoked * \(HostKeySamples.ed25519)\n"
    #expect(try find(text, "a") == .revoked(place(2)))
    let bare = "[a]:23 \(HostKeySamples.ed25519)\n@revoked a \(HostKeySamples.ed25519)\n"
    #expect(try find(bare, "a", 23) == .revoked(place(2)))
    let authority = "@revoked\t* \(HostKeySamples.other)\na \(HostKeySamples.ed25519)\n"
    #expect(try find(authority, "a", 22, HostKeySamples.certificate) == .revoked(place(1)))
    #expect(try find(authority, "a") == .matches(place(2)))
  }

  @Test("are not known by an authority alone, and by a certificate as by the key in it")
  func authorities() throws {
    let text = "@cert-authority *.b \(HostKeySamples.other)\n"
    let finding = try find(text, "a.b", 22, HostKeySamples.certificate)
    #expect(finding == .unknown(authorities: [place(1)]))
    #expect(try find(text, "a.b", 22, HostKeySamples.other) == .unknown(authorities: [place(1)]))
    let plain = "a.b \(HostKeySamples.ed25519)"
    #expect(try find(plain, "a.b", 22, HostKeySamples.certificate) == .matches(place(1)))
  }

  @Test("tell the types of their keys, for the algorithms to ask for first")
  func types() {
    let text = """
      a \(HostKeySamples.rsa)
      @revoked a \(HostKeySamples.other)
      a \(HostKeySamples.other)
      a \(HostKeySamples.ecdsa)
      a \(HostKeySamples.rsa)
      """
    let hosts = KnownHosts(text, source: "f")
    let types = hosts.keyTypes(HostAddress(host: "a", port: 22), hashes)
    #expect(types == ["ssh-rsa", "ecdsa-sha2-nistp256"])
    #expect(hosts.keyTypes(HostAddress(host: "a", port: 23), hashes) == types)
    #expect(hosts.keyTypes(HostAddress(host: "b", port: 22), hashes) == [])
    let preferred = ["ssh-ed25519", "ecdsa-sha2-nistp256", "rsa-sha2-512", "rsa-sha2-256"]
    #expect(
      HostKeyAlgorithms.ordered(preferred, knownTypes: ["ssh-rsa"])
        == ["rsa-sha2-512", "rsa-sha2-256", "ssh-ed25519", "ecdsa-sha2-nistp256"]
    )
    #expect(HostKeyAlgorithms.ordered(preferred, knownTypes: []) == preferred)
  }

  @Test("keep counting behind bad lines, which are told with their numbers")
  func badLines() throws {
    let lines: [(String, KnownHostsLine.Fault?)] = [
      ("# comment", nil), ("", nil), (" \t", nil), ("\r", nil), ("a", .noKey), ("a # b", .noKey),
      ("@bogus a \(HostKeySamples.ed25519)", .badMarker), ("@revoked", .noKey),
      ("@revoked @revoked a \(HostKeySamples.ed25519)", .badMarker),
      ("|1|AAAA|AAAA \(HostKeySamples.ed25519)", .badHash),
      ("|2|\(HostKeySamples.hashedName.dropFirst(3)) \(HostKeySamples.ed25519)", .badHash),
      ("\(HostKeySamples.hashedName),a \(HostKeySamples.ed25519)", .badHash),
      ("a ssh-ed25519", .key(.missing)), ("a 1024 35 77", .key(.isVersion1)),
      ("a\0 \(HostKeySamples.ed25519)", .zeroByte),
    ]
    let text = lines.map(\.0).joined(separator: "\n") + "\n  a\t\(HostKeySamples.ed25519) x y \r"
    let hosts = KnownHosts(text, source: "f")
    #expect(hosts.entries.map(\.place.line) == [lines.count + 1])
    #expect(hosts.entries.first?.line.comment == "x y")
    let bad = lines.enumerated().compactMap { place, line in
      line.1.map { KnownHosts.BadLine(place: self.place(place + 1), fault: $0) }
    }
    #expect(hosts.badLines == bad)
    #expect(bad[0].description.hasPrefix("f:5: there is no key"))
  }

  @Test("are written as they are found, and never as something else")
  func newLines() throws {
    let key = try HostKeySamples.key(HostKeySamples.certificate)
    for (host, port) in [("A.b", 22), ("a", 2222), ("fe80::1%Eth0", 22), ("::1", 23)]
      as [(String, UInt16)]
    {
      let address = HostAddress(host: host, port: port)
      let plain = try #require(KnownHostsLine.text(address, key: key))
      let hashed = try #require(KnownHostsLine.hashedText(address, key: key, hashes))
      #expect(plain.hasPrefix(address.name))
      #expect(hashed.hasPrefix("|1|") && hashed.hasSuffix(HostKeySamples.ed25519))
      #expect(try find(plain, host, port) == .matches(place(1)))
      #expect(try find(hashed, host, port) == .matches(place(1)))
      #expect(try find(hashed, "other", port) == .unknown(authorities: []))
    }
    for host in ["", "a b", "a\nb", "a,b", "*", "a?", "!a", "|1|a", "#a", "@revoked", "[a]"] {
      #expect(KnownHostsLine.text(HostAddress(host: host, port: 22), key: key) == nil)
    }
    let salt = Array(try Base64.bytes("lnwii/hEs3H53sqVDxCe8fsFzXM="))
    let address = HostAddress(host: "host.example.org", port: 22)
    #expect(
      KnownHostsLine.hashedText(address, key: key, salt: salt, hashes)
        == "\(HostKeySamples.hashedName) \(HostKeySamples.ed25519)"
    )
  }
}
