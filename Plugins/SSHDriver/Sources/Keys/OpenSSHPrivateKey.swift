internal import CCrypto

/// A private key out of OpenSSH's form `openssh-key-v1` (PROTOCOL.key).
struct OpenSSHPrivateKey: Sendable {
  let material: KeyMaterial
  /// What stands behind the key for people to know it again.
  let comment: String

  /// More rounds of bcrypt take half a minute and longer; ssh-keygen's default is 16 or 24.
  static let roundsLimit: UInt32 = 4096

  /// Reads a key.
  ///
  /// Takes about 6 ms for each round that the key asks for: at ssh-keygen's default a tenth of a second.
  ///
  /// - Parameters:
  ///   - envelope: The key.
  ///   - passphrase: Its passphrase; nil, or an empty one: none.
  /// - Throws: Whether the passphrase is missing or wrong, or what else is wrong with the key.
  init(_ envelope: OpenSSHEnvelope, passphrase: SecretBytes?) throws(KeyFault) {
    try OpenSSHPrivateKey.checkType(envelope.type)
    let section = try OpenSSHPrivateKey.section(envelope, passphrase)
    self = try section.withBytes { bytes throws(KeyFault) in
      try OpenSSHPrivateKey(section: bytes, of: envelope)
    }
  }

  /// Refuses types that no key of can be used.
  ///
  /// - Parameter type: The type.
  /// - Throws: That it is such a type.
  static func checkType(_ type: KeyType) throws(KeyFault) {
    switch type {
    case .rsa, .ecdsa, .ed25519: return
    case .dsa: throw .dsa
    case .securityKey(let name): throw .securityKey(KeyFault.shown(name) ?? "sk")
    case .other(let name): throw .unusableType(KeyFault.shown(name))
    }
  }

  /// The private part, decrypted.
  private static func section(
    _ envelope: OpenSSHEnvelope,
    _ passphrase: SecretBytes?
  ) throws(KeyFault) -> SecretBytes {
    guard envelope.isEncrypted else {
      guard envelope.sealed.count.isMultiple(of: 8), envelope.tag.isEmpty else {
        throw .damaged("is cut off, or goes on behind its end")
      }
      return envelope.sealed
    }
    guard let cipher = OpenSSHCipher(name: envelope.cipherName) else {
      throw .unsupportedEncryption(KeyFault.shown(envelope.cipherName))
    }
    guard !envelope.sealed.isEmpty, envelope.sealed.count.isMultiple(of: cipher.blockSize),
      envelope.tag.count == cipher.tagCount
    else { throw .damaged("is cut off, or goes on behind its end") }
    guard let passphrase, !passphrase.isEmpty else { throw .passphraseMissing }
    guard envelope.rounds <= roundsLimit else {
      throw .tooExpensive(rounds: UInt64(envelope.rounds), limit: UInt64(roundsLimit))
    }
    let key = BcryptKDF.key(
      passphrase: passphrase,
      salt: envelope.salt,
      rounds: envelope.rounds,
      count: cipher.keyCount + cipher.startCount
    )
    let plain = envelope.sealed.withBytes { cipher.decrypted($0, tag: envelope.tag, key: key) }
    if let plain { return plain }
    // A tag that is not right says that the key is another one as well as that a byte is: ssh says the same.
    throw cipher.tagCount > 0 ? .wrongPassphrase : .unsupportedEncryption(cipher.name)
  }

  private init(section: [UInt8], of envelope: OpenSSHEnvelope) throws(KeyFault) {
    do {
      var reader = WireReader(section)
      let numbers = (try reader.uint32(), try reader.uint32())
      guard numbers.0 == numbers.1 else {
        throw envelope.isEncrypted
          ? KeyFault.wrongPassphrase : .damaged("has two different numbers where one stands twice")
      }
      guard try reader.text() == envelope.type.name else {
        throw KeyFault.damaged("says two things about its type")
      }
      material = try OpenSSHPrivateKey.material(envelope.type, &reader)
      comment = String(decoding: try reader.string(), as: UTF8.self)
      let padding = reader.remaining
      guard padding.count < 16, zip(padding, 1...).allSatisfy({ Int($0) == $1 }) else {
        throw KeyFault.damaged("does not end as it should")
      }
      guard try material.publicBlob() == envelope.publicBlob else {
        throw KeyFault.damaged("has the public part of another key")
      }
    } catch {
      throw KeyFault(reading: error)
    }
  }

  private static func material(
    _ type: KeyType,
    _ reader: inout WireReader
  ) throws -> KeyMaterial {
    switch type {
    case .ed25519:
      let point = Array(try reader.string())
      let secret = try reader.string()
      let seed = SecretBytes(Array(secret.prefix(32)))
      guard point.count == 32, secret.count == 64, secret.suffix(32).elementsEqual(point),
        seed.withBytes({ KeyHandle.ed25519Point(seed: $0) }) == point
      else { throw KeyFault.damaged("has a public part that is not its own") }
      return .ed25519(point: point, seed: seed)
    case .ecdsa(let curve):
      let name = try reader.text()
      let point = Array(try reader.string())
      let scalar = SecretBytes(Array(try reader.mpint()))
      guard name == curve.rawValue,
        scalar.withBytes({ KeyHandle.isKey(on: curve, point: point, scalar: $0) })
      else { throw KeyFault.damaged("has a public part that is not its own") }
      return .ecdsa(curve, point: point, scalar: scalar)
    case .rsa:
      var numbers: [UInt8] = []
      defer { SecretBytes.wipe(&numbers) }
      var counts: [Int32] = []
      // n, e, d, iqmp, p and q.
      for _ in 0..<6 {
        let number = try reader.mpint()
        numbers += number
        counts.append(Int32(clamping: number.count))
      }
      guard let handle = KeyHandle(rsaNumbers: numbers, counts: counts) else {
        throw KeyFault.damaged("has numbers that are no RSA key")
      }
      return .rsa(try RSASigner(handle))
    case .dsa, .securityKey, .other: throw KeyFault.unusableType(nil)
    }
  }
}
