/// The outside of a private key in OpenSSH's form `openssh-key-v1` (PROTOCOL.key): what can be read without passphrase.
struct OpenSSHEnvelope: Sendable {
  /// How the private part is encrypted; `none`: not at all.
  let cipherName: String
  /// How the passphrase becomes a key: `bcrypt`, or `none`.
  let kdfName: String
  /// What the passphrase is mixed with.
  let salt: [UInt8]
  /// How often; 0: the key is not encrypted.
  let rounds: UInt32
  /// The public key, as it goes over the wire.
  let publicBlob: [UInt8]
  /// What kind of key it is.
  let type: KeyType
  /// The private part, as it stands there.
  let sealed: SecretBytes
  /// What shows that the private part is whole, with ciphers that have that.
  let tag: [UInt8]

  /// Whether a passphrase is needed.
  var isEncrypted: Bool { cipherName != "none" }

  private static let magic = Array("openssh-key-v1\0".utf8)

  /// Reads the outside of a key.
  ///
  /// - Parameter bytes: What the Base64 stands for.
  /// - Throws: That it is damaged, or has several keys.
  init(_ bytes: [UInt8]) throws(KeyFault) {
    guard bytes.starts(with: OpenSSHEnvelope.magic) else {
      throw .damaged("does not begin as openssh-key-v1 does")
    }
    do {
      var reader = WireReader(bytes[OpenSSHEnvelope.magic.count...])
      cipherName = try reader.text()
      kdfName = try reader.text()
      let options = try reader.string()
      let count = try reader.uint32()
      guard count == 1 else {
        // No file has so many: it is a number that is not what it was.
        throw 2...100 ~= count ? KeyFault.severalKeys(count) : .damaged("has no key in it")
      }
      publicBlob = Array(try reader.string())
      sealed = SecretBytes(Array(try reader.string()))
      tag = Array(reader.remaining)
      var key = WireReader(publicBlob)
      type = KeyType(name: try key.text())
      if kdfName == "bcrypt" {
        var kdf = WireReader(options)
        salt = Array(try kdf.string())
        rounds = try kdf.uint32()
        try kdf.end()
      } else {
        (salt, rounds) = ([], 0)
      }
    } catch {
      throw KeyFault(reading: error)
    }
    guard ["bcrypt", "none"].contains(kdfName) else {
      throw .unsupportedEncryption(KeyFault.shown(kdfName))
    }
    guard isEncrypted == (rounds > 0), isEncrypted == !salt.isEmpty else {
      throw .damaged("says two things about whether it is encrypted")
    }
  }
}
