import Testing

@testable import SSHDriver

@Suite("Public keys")
struct PublicKeyTests {
  private let hashes = SystemHashes()

  @Test(
    "are what ssh-keygen says of them",
    arguments: [
      (HostKeySamples.ed25519, "256 SHA256:GW35ZE76m8gn3rYoj+pgJjEUZV+NHTPoyMD4V3cDCB4 ED25519"),
      (HostKeySamples.ecdsa, "256 SHA256:Cm2wwZyd1FMRBkopG41pHG4IoDYGPPs/HxEb2SvDkCQ ECDSA"),
      (HostKeySamples.ecdsa384, "384 SHA256:l5E1L2pGk9YMjXe7wTktLCvjh83pBndtN8qdxkiNDYk ECDSA"),
      (HostKeySamples.rsa, "1024 SHA256:eDXwyQSFlHtFG1mZ7ybU5ZxocTIW75+pfzF30dg+o3U RSA"),
      (
        HostKeySamples.certificate,
        "256 SHA256:GW35ZE76m8gn3rYoj+pgJjEUZV+NHTPoyMD4V3cDCB4 ED25519-CERT"
      ),
    ]
  )
  func shown(text: String, shown: String) throws {
    let (key, comment) = try PublicKey.parse("  \(text)\tme and  you \r\n")
    #expect("\(key.bits ?? 0) \(key.fingerprint(hashes)) \(key.typeName)" == shown)
    #expect(comment == "me and  you")
    #expect(key.text() == text)
    #expect(key.text(comment: "a\nb") == "\(text) a b")
    #expect(try PublicKey(blob: key.blob) == key)
  }

  @Test("have in certificates what ssh-keygen put there")
  func certificate() throws {
    let key = try HostKeySamples.key(HostKeySamples.certificate)
    let certificate = try #require(key.certificate)
    #expect(key.type == "ssh-ed25519-cert-v01@openssh.com")
    #expect(certificate.plainType == "ssh-ed25519")
    #expect(certificate.serial == 4711)
    #expect(certificate.role == .host)
    #expect(certificate.keyID == "id ed25519")
    #expect(certificate.principals == ["a.example.org", "b"])
    #expect(certificate.validAfter == 1_704_067_200 && certificate.validBefore == 1_893_456_000)
    #expect(certificate.isValid(at: 1_704_067_200) && !certificate.isValid(at: 1_893_456_000))
    #expect(try PublicKey(blob: certificate.authorityBlob).text() == HostKeySamples.other)
    #expect(key.plain.text() == HostKeySamples.ed25519)
  }

  @Test("are refused wherever they are cut off, and with more behind them")
  func cut() throws {
    for text in [
      HostKeySamples.ed25519, HostKeySamples.ecdsa, HostKeySamples.rsa, HostKeySamples.certificate,
    ] {
      let blob = try HostKeySamples.key(text).blob
      for count in 0..<blob.count {
        #expect(throws: PublicKeyFault.self) { try PublicKey(blob: Array(blob.prefix(count))) }
      }
      #expect(throws: PublicKeyFault.wire(.trailingBytes(at: blob.count, count: 1))) {
        try PublicKey(blob: blob + [0])
      }
    }
  }

  @Test(
    "say what is wrong with their text",
    arguments: [
      ("", .missing), ("ssh-ed25519", .missing), ("ssh-ed25519 ", .missing),
      ("-----BEGIN OPENSSH PRIVATE KEY-----", .isPEM), ("1024 35 1234567", .isVersion1),
      ("a,b AAAA", .badType), ("ssh-ed25519 AA-A", .base64(.foreignCharacter(at: 3))),
      ("ssh-ed25519 AAAA", .wire(.truncated(at: 0, needed: 4, left: 3))),
      (
        "ssh-rsa \(HostKeySamples.ed25519.dropFirst(12))",
        .otherType(said: "ssh-rsa", found: "ssh-ed25519")
      ),
    ] as [(String, PublicKeyFault)]
  )
  func textFaults(text: String, fault: PublicKeyFault) {
    #expect(throws: fault) { try PublicKey.parse(text) }
    #expect(!fault.description.isEmpty && !fault.description.hasSuffix("."))
  }

  @Test("are refused with numbers and points that no key has")
  func parts() throws {
    func blob(_ type: String, _ parts: [[UInt8]]) throws -> [UInt8] {
      var writer = WireWriter()
      try writer.string(type)
      for part in parts { try writer.string(part) }
      return writer.bytes
    }
    let modulus: [UInt8] = [0, 0x80] + [UInt8](repeating: 1, count: 127)
    let faults: [([UInt8], PublicKeyFault)] = [
      (try blob("ssh-rsa", [[1, 0, 1], [UInt8](repeating: 1, count: 64)]), .badSize(bits: 505)),
      (
        try blob("ssh-rsa", [[1, 0, 1], [UInt8](repeating: 1, count: 3000)]), .badSize(bits: 23993)
      ),
      (try blob("ssh-rsa", [[4], modulus]), .badNumbers),
      (try blob("ssh-rsa", [[1], modulus]), .badNumbers),
      (try blob("ssh-rsa", [[], modulus]), .badNumbers),
      (try blob("ssh-rsa", [[3], modulus.dropLast() + [2]]), .badNumbers),
      (try blob("ssh-rsa", [[3], [0] + modulus]), .wire(.paddedInteger(at: 16))),
      (try blob("ssh-ed25519", [[1]]), .badLength(type: "ssh-ed25519", count: 1)),
      (
        try blob("ecdsa-sha2-nistp256", [Array("nistp384".utf8), [4]]),
        .otherCurve(type: "ecdsa-sha2-nistp256")
      ),
      (
        try blob(
          "ecdsa-sha2-nistp256",
          [Array("nistp256".utf8), [2] + [UInt8](repeating: 1, count: 32)]
        ),
        .badPoint(type: "ecdsa-sha2-nistp256")
      ),
    ]
    for (blob, fault) in faults { #expect(throws: fault) { try PublicKey(blob: blob) } }
    #expect(try PublicKey(blob: blob("ssh-rsa", [[3], modulus])).bits == 1024)
    let token = try PublicKey(
      blob: blob(
        "sk-ssh-ed25519@openssh.com",
        [[UInt8](repeating: 1, count: 32), Array("ssh:".utf8)]
      )
    )
    #expect(token.typeName == "ED25519-SK" && token.bits == 256)
    #expect(try PublicKey(blob: blob("ssh-new", [[1]])).family == .other)
  }

  @Test("have fingerprints that are read as they are written")
  func fingerprints() throws {
    let text = "SHA256:GW35ZE76m8gn3rYoj+pgJjEUZV+NHTPoyMD4V3cDCB4"
    #expect(try Fingerprint(text).description == text)
    #expect(try Fingerprint("\(text)=").description == text)
    let line = try PinnedFingerprint("256 \(text) me (you) (ED25519)")
    #expect(line.fingerprint.description == text && line.keyTypes == ["ssh-ed25519"])
    #expect(try PinnedFingerprint(" \(text)\n").keyTypes == [])
    for (text, fault) in [
      ("", .missing), ("GW35", .missing), ("SHA256:", .badLength(0)),
      ("SHA256:AAAA", .badLength(3)),
      ("SHA256:A", .base64(.badLength(1))), ("MD5:16:27", .isMD5),
      ("d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e", .isMD5),
      ("256 MD5:16:27 a (RSA)", .isMD5),
    ] as [(String, Fingerprint.Fault)] {
      #expect(throws: fault) { try PinnedFingerprint(text) }
    }
  }
}
