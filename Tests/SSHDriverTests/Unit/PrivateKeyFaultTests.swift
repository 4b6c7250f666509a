import TestSupport
import Testing

@testable import SSHDriver

@Suite("Private keys that cannot be used", .requires(.sshKeygen, .openssl))
struct PrivateKeyFaultTests {
  private func fault(_ text: String, passphrase: String? = nil) -> KeyFault? {
    do throws(KeyFault) {
      _ = try MadeKey.plan(text, passphrase: passphrase)
      return nil
    } catch {
      return error
    }
  }

  private func isDamaged(_ fault: KeyFault?) -> Bool {
    if case .damaged = fault { true } else { false }
  }

  /// Of RSA keys there is more in PEM than is needed: what signs well all the same is taken.
  @Test("are called damaged where a byte is not what it was", arguments: SSHKey.Format.allCases)
  func damaged(_ format: SSHKey.Format) async throws {
    for kind in [SSHKey.Kind.rsa, .ecdsa, .ed25519] where kind != .ed25519 || format == .openSSH {
      let key = try await MadeKey.ssh(kind, format)
      let found = fault(MadeKey.damaged(key.privateText))
      let isWhole = found == nil && kind == .rsa && format != .openSSH
      #expect(isDamaged(found) || isWhole, "\(kind) \(format): \(found.map { "\($0)" } ?? "none")")
    }
  }

  @Test("are called damaged where something of them is missing", arguments: SSHKey.Format.allCases)
  func cut(_ format: SSHKey.Format) async throws {
    for passphrase in [nil, "right"] {
      let key = try await MadeKey.ssh(.rsa, format, passphrase: passphrase)
      let lines = key.privateText.split(separator: "\n")
      var short = lines
      // Behind the headers, of which encrypted ones have two.
      short.removeSubrange(5..<8)
      let found = fault(short.joined(separator: "\n"), passphrase: passphrase)
      // What is encrypted can only be seen to be cut off where blocks are not whole.
      let isTold = isDamaged(found) || passphrase != nil && found == .wrongPassphrase
      #expect(isTold, "\(format): \(found.map { "\($0)" } ?? "none")")
      let endless = fault(lines.dropLast().joined(separator: "\n"), passphrase: passphrase)
      #expect(isDamaged(endless))
      let noBase64 = lines.prefix(5) + ["****"] + lines.dropFirst(5)
      #expect(isDamaged(fault(noBase64.joined(separator: "\n"), passphrase: passphrase)))
    }
  }

  @Test("tell a missing passphrase, a wrong one and a damaged file apart")
  func apart() async throws {
    let key = try await MadeKey.ssh(.ed25519, passphrase: "right")
    #expect(fault(key.privateText) == .passphraseMissing)
    #expect(fault(key.privateText, passphrase: "wrong") == .wrongPassphrase)
    #expect(fault(key.privateText, passphrase: "right") == nil)
    let lines = key.privateText.split(separator: "\n")
    let short = (lines.dropLast(2) + lines.suffix(1)).joined(separator: "\n")
    for passphrase in [nil, "wrong", "right"] {
      #expect(isDamaged(fault(short, passphrase: passphrase)))
    }
    let faults = [KeyFault.passphraseMissing, .wrongPassphrase, .damaged("is cut off")]
    #expect(Set(faults.map(\.description)).count == 3)
    #expect(faults.map(\.isAboutPassphrase) == [true, true, false])
  }

  @Test("need no passphrase where none is asked for")
  func unneeded() async throws {
    let key = try await MadeKey.ssh(.ecdsa)
    #expect(fault(key.privateText, passphrase: "not needed") == nil)
  }

  @Test("are something else, and it is said what")
  func others() async throws {
    let key = try await MadeKey.ssh(.ed25519)
    #expect(fault("") == .empty && fault(" \n") == .empty)
    #expect(fault(key.publicLine) == .publicKey)
    #expect(fault("/home/ada/.ssh/id_ed25519") == .path)
    #expect(fault("PuTTY-User-Key-File-3: ssh-ed25519\n") == .puTTY)
    #expect(fault("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n") == .commercialSSH)
    #expect(fault("my secret") == .unknownForm)
    let certificate = try await SSHCertificate(of: key, by: try await MadeKey.ssh(.ed25519))
    #expect(fault(certificate.line) == .certificate)
    let long = String(repeating: "x", count: PrivateKeyText.limit + 1)
    #expect(fault(long) == .tooLong(count: long.utf8.count, limit: PrivateKeyText.limit))
  }

  @Test("are of a kind that servers or we do not take")
  func kinds() async throws {
    let openssl = try Tool.openssl.required()
    let small = try await Command.check(
      openssl,
      ["genpkey", "-algorithm", "rsa", "-pkeyopt", "rsa_keygen_bits:512"]
    )
    #expect(fault(small.output) == .tooSmall(bits: 512))
    let curve = try await Command.check(
      openssl,
      ["ecparam", "-name", "secp256k1", "-genkey", "-noout"]
    )
    let other = fault(curve.output)
    let isUnusable = if case .unusableType = other { true } else { false }
    #expect(isUnusable, "\(other.map { "\($0)" } ?? "none")")
    let montgomery = try await Command.check(openssl, ["genpkey", "-algorithm", "x25519"])
    let exchange = fault(montgomery.output)
    let isUnusableToo = if case .unusableType = exchange { true } else { false }
    #expect(isUnusableToo, "\(exchange.map { "\($0)" } ?? "none")")
  }
}
