import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("TLS with an FTP server", .requiresFTPServers, .requiresLogins, .showingServerLogs)
struct TLSTests {
  /// The servers that speak TLS.
  private static let encrypted = FTPServerKind.all.filter { $0.mode != .off }

  private func failure(_ server: any FTPServer, _ tls: ValueMap) async throws -> HostError {
    try await FTPHost(server, ["tls": .map(tls)]).failure("list", ["path": "."])
  }

  @Test("takes only a server that can be trusted, and has the right name", arguments: encrypted)
  func trust(key: FTPServerKind.Key) async throws {
    let server = try await key.shared
    let mode: ValueMap = ["mode": .string("\(key.mode)")]
    let unknown = try await failure(server, mode)
    #expect(unknown.code == .tls && unknown.pointer?.description == "/tls", "\(unknown)")
    #expect(unknown.message.contains("nobody whom this machine trusts"), "\(unknown)")
    let other = try await CertificateAuthority("Another")
    let wrong = try await failure(server, FTPHost.tls(server, ["ca": .string(try other.pem)]))
    #expect(wrong.code == .tls, "\(wrong)")
    var unverified = mode
    unverified["verify"] = false
    try await FTPHost(server, ["tls": .map(unverified)]).run("list", ["path": "."])
    var file = mode
    file["ca_file"] = .string(try #require(server.authority).path)
    try await FTPHost(server, ["tls": .map(file)]).run("list", ["path": "."])
    file["ca_file"] = "/no/such/file"
    let missing = try await failure(server, file)
    #expect(missing.code == .invalidInput && missing.pointer?.description == "/tls/ca_file")
  }

  @Test("is not spoken with a server whose certificate is another's or is old")
  func certificates() async throws {
    let authority = try await CertificateAuthority()
    let cases: [(CertificateAuthority.Certificate, String)] = [
      (try await authority.issue(names: ["other.example"], addresses: []), "for another name"),
      (try await authority.issue(validity: .expired), "has expired"),
      (try await authority.issue(validity: .notYet), "not valid yet"),
    ]
    for (certificate, text) in cases {
      var encryption = FTPEncryption.explicit
      (encryption.authority, encryption.certificate) = (authority, certificate)
      let server = try await FTPServerKind.pyftpdlib.start(encryption)
      defer { server.stop() }
      let error = try await failure(server, FTPHost.tls(server))
      #expect(error.code == .tls && error.message.contains(text), "\(error)")
    }
  }

  @Test(
    "takes only keys that are pinned, where any are",
    arguments: encrypted.filter { $0.mode == .explicit }
  )
  func pins(key: FTPServerKind.Key) async throws {
    let server = try await key.shared
    let certificate = try #require(server.encryption.certificate)
    let right = try await Command.check(
      "/bin/sh",
      [
        "-c",
        "openssl x509 -in \"$0\" -pubkey -noout | openssl pkey -pubin -outform der"
          + " | openssl dgst -sha256 -binary | base64",
        certificate.chainPath,
      ]
    ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    let wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    func tls(_ pins: [Value]) throws -> ValueMap {
      try FTPHost.tls(server, ["pinned_public_keys": .list(pins)])
    }
    try await FTPHost(server, ["tls": .map(try tls([.string(wrong), .string(right)]))]).run(
      "list",
      ["path": "."]
    )
    let error = try await failure(server, try tls([.string(wrong)]))
    #expect(error.code == .tls, "\(error)")
    #expect(error.pointer?.description == "/tls/pinned_public_keys")
  }

  @Test(
    "shows a certificate to a server that asks for one",
    arguments: [FTPServerKind.vsftpd, .proftpd, .pyftpdlib]
  )
  func clientCertificate(kind: FTPServerKind) async throws {
    let clients = try await CertificateAuthority("Clients")
    var encryption = FTPEncryption.explicit
    encryption.clientAuthority = clients
    let server = try await kind.start(encryption)
    defer { server.stop() }
    let without = try await failure(server, FTPHost.tls(server))
    #expect([.tls, .unavailable].contains(without.code), "\(without)")
    let certificate = try await clients.issue(client: true)
    let shown: ValueMap = [
      "certificate": .string(try certificate.pem), "private_key": .string(try certificate.keyPEM),
    ]
    let sides = try FTPSides(server, ["tls": .map(try FTPHost.tls(server, shown))])
    for number in 0..<3 {
      try await sides.host.run("put", ["path": sides.at("\(number)"), "content": "x"])
    }
    #expect(try sides.names() == ["0", "1", "2"])
    var half = shown
    half["private_key"] = nil
    let error = try await failure(server, FTPHost.tls(server, half))
    #expect(error.code == .invalidInput && error.pointer?.description == "/tls/private_key")
    half["private_key"] = "no key"
    let bad = try await failure(server, FTPHost.tls(server, half))
    #expect(bad.code == .invalidInput && bad.pointer?.description == "/tls/certificate", "\(bad)")
  }

  @Test("has to be what both sides want", arguments: FTPServerKind.allCases)
  func modes(kind: FTPServerKind) async throws {
    let required = try await kind.shared(.explicit)
    let off = try await failure(required, ["mode": "off"])
    #expect(off.code == .unauthenticated && off.message.contains("wants TLS"), "\(off)")
    #expect(off.pointer?.description == "/tls/mode", "\(off)")
    let plain = try await kind.shared()
    let explicit = try await failure(plain, ["mode": "explicit"])
    #expect(explicit.code == .tls && explicit.pointer?.description == "/tls/mode", "\(explicit)")
    let implicit = try await failure(plain, ["mode": "implicit"])
    #expect(implicit.code == .tls && implicit.message.contains("implicit"), "\(implicit)")
    var encryption = FTPEncryption.explicit
    encryption.allowsTLS13 = false
    let old = try await kind.start(encryption)
    defer { old.stop() }
    try await FTPHost(old).run("list", ["path": "."])
    let version = try await failure(old, FTPHost.tls(old, ["minimum_version": "1.3"]))
    #expect(version.code == .tls && version.message.contains("version"), "\(version)")
  }

  @Test(
    "is for the control connection alone where that is wanted",
    arguments: FTPServerKind.allCases
  )
  func clearData(kind: FTPServerKind) async throws {
    var encryption = FTPEncryption.explicit
    encryption.isRequired = false
    let server = try await kind.start(encryption)
    defer { server.stop() }
    let sides = try FTPSides(server, ["tls": .map(try FTPHost.tls(server, ["data": "clear"]))])
    try await sides.host.run("put", ["path": sides.at("file"), "content": "clear"])
    #expect(try await sides.host.run("get", ["path": sides.at("file")])["content"] == "clear")
    #expect(try sides.names() == ["file"])
  }
}
