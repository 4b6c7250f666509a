import Foundation
import TestSupport
import Testing

@testable import SSHDriver

@Suite("How a private key is used", .requires(.sshKeygen, .openssl))
struct KeyPlanTests {
  @Test(
    "offers an RSA key in the form that the server is known to take, else in both",
    arguments: [
      ("SSH-2.0-OpenSSH_9.2p1 Debian-2", [RSAAlgorithm.sha512]), ("SSH-2.0-OpenSSH_7.2", [.sha512]),
      ("SSH-2.0-OpenSSH_for_Windows_8.1", [.sha512, .sha1]), ("SSH-2.0-OpenSSH_6.9p1", [.sha1]),
      ("SSH-2.0-OpenSSH_10.0", [.sha512]), ("SSH-2.0-dropbear_2022.83", [.sha1]),
      ("", [.sha512, .sha1]), ("SSH-2.0-OpenSSH_", [.sha512, .sha1]),
    ]
  )
  func rsaForms(banner: String, forms: [RSAAlgorithm]) {
    #expect(RSAAlgorithm.offered(banner: banner) == forms)
  }

  @Test("is to hand it to the library in a form that ssh-keygen reads, without its passphrase")
  func library() async throws {
    let folder = try TemporaryFolder()
    for kind in [SSHKey.Kind.ed25519, .ecdsa(256), .ecdsa(384), .ecdsa(521)] {
      let key = try await MadeKey.ssh(kind, passphrase: "right")
      let plan = try MadeKey.plan(key.privateText, passphrase: "right")
      guard case .library(let given) = plan else {
        Issue.record("\(kind) is not for the library")
        continue
      }
      #expect(String(decoding: given.publicText, as: UTF8.self) == key.publicWords)
      let text = given.privateText.withBytes { $0 }
      #expect(text.last == 0)
      let path = try folder.write(Array(text.dropLast()), to: "key-\(kind)")
      let keygen = try Tool.sshKeygen.required()
      let shown = try await Command.check(keygen, ["-y", "-P", "", "-f", path])
      #expect(shown.output.hasPrefix(key.publicWords), "\(kind)")
    }
  }

  @Test(
    "is to sign with it ourselves, so that openssl finds it good",
    arguments: RSAAlgorithm.allCases
  )
  func rsa(_ algorithm: RSAAlgorithm) async throws {
    let folder = try TemporaryFolder()
    let key = try await MadeKey.ssh(.rsa, .pem)
    guard case .rsa(let signer) = try MadeKey.plan(key.privateText) else {
      Issue.record("it is for the library")
      return
    }
    let bytes = Array("what is signed".utf8)
    let signed = try folder.write(signer.signature(of: bytes, with: algorithm), to: "signature")
    let data = try folder.write(bytes, to: "data")
    let openssl = try Tool.openssl.required()
    let known = try await MadeKey.openssl(["rsa", "-pubout"], of: key)
    let file = try folder.write(known, to: "public.pem")
    let digest = "-" + algorithm.digest.lowercased()
    let check = try await Command.check(
      openssl,
      ["dgst", digest, "-verify", file, "-signature", signed, data]
    )
    #expect(check.output.contains("Verified OK"))
  }

  @Test("offers RSA keys to servers as the library's version can")
  func offers() async throws {
    let key = try await MadeKey.ssh(.rsa)
    guard case .rsa(let signer) = try MadeKey.plan(key.privateText) else {
      Issue.record("it is for the library")
      return
    }
    func names(_ version: Int) throws -> [String] {
      try signer.offers(libraryVersion: version).map { blob in
        var reader = WireReader(blob)
        return try reader.text()
      }
    }
    #expect(try names(0x010A00) == ["rsa-sha2-512", "ssh-rsa"])
    #expect(try names(0x010B00) == ["ssh-rsa"])
    // Nothing but a request to log in is signed.
    do throws(KeyFault) {
      _ = try signer.signature(of: Array("anything".utf8))
      Issue.record("it is signed")
    } catch {
      let isAboutRequest = if case .otherRequest = error { true } else { false }
      #expect(isAboutRequest, "\(error)")
    }
  }

  @Test("needs a certificate for this key that the library can use")
  func certificates() async throws {
    let authority = try await MadeKey.ssh(.ed25519)
    let versions = [(SSHKey.Kind.ecdsa, 0x010A00), (.ed25519, 0x010B00), (.rsa, 0x010B01)]
    for (kind, version) in versions {
      let key = try await MadeKey.ssh(kind)
      let line = try await SSHCertificate(of: key, by: authority).line
      func plan(_ text: String, _ certificate: String, _ version: Int) throws(KeyFault) {
        _ = try MadeKey.plan(text, certificate: certificate, libraryVersion: version)
      }
      try plan(key.privateText, line, version)
      if kind != .ecdsa {
        do throws(KeyFault) {
          try plan(key.privateText, line, version - 1)
          Issue.record("the library before can use it")
        } catch {
          let isVersion = if case .unusableCertificate = error { true } else { false }
          #expect(isVersion, "\(error)")
        }
      }
      let other = try await MadeKey.ssh(kind)
      #expect(throws: KeyFault.certificateOfAnotherKey) {
        try plan(other.privateText, line, version)
      }
      var options = SSHCertificate.Options()
      options.isOfHost = true
      let host = try await SSHCertificate(of: key, by: authority, options).line
      #expect(throws: KeyFault.hostCertificate) { try plan(key.privateText, host, version) }
      #expect(throws: KeyFault.self) { try plan(key.privateText, key.publicLine, version) }
    }
  }
}
