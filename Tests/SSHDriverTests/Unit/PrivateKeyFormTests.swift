import TestSupport
import Testing

@testable import SSHDriver

@Suite("Forms of private keys", .requires(.sshKeygen, .openssl))
struct PrivateKeyFormTests {
  private static let kinds = [
    SSHKey.Kind.ed25519, .ecdsa(256), .ecdsa(384), .ecdsa(521), .rsa(1024), .rsa(2048),
  ]
  private static let passphrase = "größe 7"

  private func reads(_ text: String, as key: SSHKey, _ passphrase: String? = nil) throws {
    let plan = try MadeKey.plan(text, passphrase: passphrase)
    #expect(try MadeKey.publicText(plan) == MadeKey.publicText(key))
    let isRSA = if case .rsa = plan { true } else { false }
    #expect(isRSA == (key.kind.type == "rsa"))
  }

  @Test("that ssh-keygen writes are read, encrypted or not", arguments: kinds)
  func sshKeygen(_ kind: SSHKey.Kind) async throws {
    for format in SSHKey.Format.allCases where kind != .ed25519 || format == .openSSH {
      for passphrase in [nil, Self.passphrase] {
        let key = try await MadeKey.ssh(kind, format, passphrase: passphrase)
        try reads(key.privateText, as: key, passphrase)
        let text = try PrivateKeyText(Array(key.privateText.utf8))
        #expect(text.isEncrypted == (passphrase != nil))
      }
    }
  }

  @Test(
    "are read with each cipher of ssh-keygen",
    arguments: [
      "aes256-ctr", "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc",
      "3des-cbc", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
      "chacha20-poly1305@openssh.com",
    ]
  )
  func ciphers(_ cipher: String) async throws {
    for kind in [SSHKey.Kind.ed25519, .rsa] {
      let key = try await MadeKey.ssh(kind, passphrase: Self.passphrase, cipher: cipher)
      try reads(key.privateText, as: key, Self.passphrase)
      for (passphrase, fault) in [
        ("another", KeyFault.wrongPassphrase), (nil, .passphraseMissing), ("", .passphraseMissing),
      ] {
        #expect(throws: fault) { try MadeKey.plan(key.privateText, passphrase: passphrase) }
      }
    }
  }

  @Test(
    "that openssl encrypts are read",
    arguments: [
      ["pkcs8", "-topk8", "-v2", "aes-256-cbc"], ["pkcs8", "-topk8", "-v2", "aes-128-cbc"],
      ["pkcs8", "-topk8", "-v2", "des3"],
      ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA512"],
      ["pkcs8", "-topk8", "-scrypt", "-scrypt_N", "1024"], ["rsa", "-aes256", "-traditional"],
      ["rsa", "-aes128", "-traditional"], ["rsa", "-des3", "-traditional"],
      ["ec", "-aes256"], ["ec", "-des3"],
    ]
  )
  func openssl(_ arguments: [String]) async throws {
    let kinds: [SSHKey.Kind] =
      switch arguments[0] {
      case "rsa": [.rsa]
      case "ec": [.ecdsa(256), .ecdsa(521)]
      default: [.rsa, .ecdsa(384)]
      }
    for kind in kinds {
      let key = try await MadeKey.ssh(kind, .pem)
      let word = "pass:" + Self.passphrase
      let text = try await MadeKey.openssl(arguments + ["-passout", word], of: key)
      try reads(text, as: key, Self.passphrase)
      #expect(throws: KeyFault.wrongPassphrase) {
        try MadeKey.plan(text, passphrase: "another")
      }
      #expect(throws: KeyFault.passphraseMissing) { try MadeKey.plan(text) }
    }
  }

  @Test("are read from openssl for Ed25519, which ssh-keygen does not write so")
  func openSSLEd25519() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("key")
    let openssl = try Tool.openssl.required()
    try await Command.check(openssl, ["genpkey", "-algorithm", "ed25519", "-out", path])
    let plan = try MadeKey.plan(folder.text("key"))
    let shown = try await Command.check(
      openssl,
      ["pkey", "-in", path, "-pubout", "-outform", "DER"]
    )
    guard case .library(let key) = plan else {
      Issue.record("it is another key")
      return
    }
    #expect(key.publicBlob.suffix(32) == shown.outputBytes.suffix(32))
    let sealed = try await Command.check(
      openssl,
      ["pkcs8", "-topk8", "-v2", "aes-256-cbc", "-in", path, "-passout", "pass:x1"]
    )
    #expect(
      try MadeKey.publicText(MadeKey.plan(sealed.output, passphrase: "x1"))
        == MadeKey.publicText(plan)
    )
  }

  @Test("are read whatever has become of their line ends and of what is around them")
  func texts() async throws {
    let key = try await MadeKey.ssh(.ed25519)
    let text = key.privateText
    try reads(text.replacing("\n", with: "\r\n"), as: key)
    try reads(text.replacing("\n", with: " "), as: key)
    try reads("\u{FEFF}\n  " + text + "\n\n", as: key)
    try reads("# my key\n" + text + "and more\n", as: key)
    #expect(throws: KeyFault.escapedLineEnds) {
      try MadeKey.plan(text.replacing("\n", with: "\\n"))
    }
  }
}
