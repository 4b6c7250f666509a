/// A private key out of PEM: PKCS #1, SEC 1 or PKCS #8.
enum PEMPrivateKey {
  /// More rounds take several seconds; OpenSSL's default is 2048.
  static let roundsLimit: UInt64 = 10_000_000
  /// OpenSSL's own limit for what it asks for.
  static let passphraseLimit = 1024

  /// Reads a key.
  ///
  /// Nothing in these forms tells a wrong passphrase from bytes that are not what they were. What can be seen of an
  /// encrypted key without its passphrase is looked at first: it is damaged if that is not right, and whatever else is
  /// wrong is taken for the passphrase.
  ///
  /// - Parameters:
  ///   - form: The key; not one in OpenSSH's form.
  ///   - passphrase: Its passphrase; nil, or an empty one: none.
  /// - Returns: The key.
  /// - Throws: Whether the passphrase is missing or wrong, or what else is wrong with the key.
  static func material(
    _ form: PrivateKeyText.Form,
    passphrase: SecretBytes?
  ) throws(KeyFault) -> KeyMaterial {
    let block: PEMBlock
    let isEncrypted: Bool
    switch form {
    case .openSSH: throw .unknownForm
    case .traditional(let traditional):
      (block, isEncrypted) = (traditional, traditional.isEncrypted)
      if isEncrypted { try checkTraditional(block) }
    case .pkcs8(let plain): (block, isEncrypted) = (plain, false)
    case .encryptedPKCS8(let encrypted):
      (block, isEncrypted) = (encrypted, true)
      try block.bytes.withBytes { bytes throws(KeyFault) in try checkPKCS8(bytes) }
    }
    if isEncrypted {
      guard let passphrase, !passphrase.isEmpty else { throw .passphraseMissing }
      guard passphrase.count <= passphraseLimit else { throw .wrongPassphrase }
    }
    do {
      return try material(
        KeyHandle(pem: block.text, passphrase: isEncrypted ? passphrase : nil)
      )
    } catch let failure as KeyHandle.Failure {
      switch failure {
      case .unsupported where isEncrypted: throw .unsupportedEncryption(cipherName(block))
      case .unsupported: throw .unusableType(nil)
      case .unreadable where isEncrypted: throw .wrongPassphrase
      case .unreadable: throw .damaged("has no key between its first and its last line")
      }
    } catch {
      throw KeyFault(reading: error)
    }
  }

  private static func material(_ key: KeyHandle) throws(KeyFault) -> KeyMaterial {
    switch key.type {
    case .rsa: return .rsa(try RSASigner(key))
    case .ed25519:
      guard let parts = key.ed25519 else { throw .damaged("has no private part") }
      return .ed25519(point: parts.point, seed: parts.seed)
    case .ecdsa(let curve):
      guard let point = key.point, let scalar = key.number("priv"),
        scalar.withBytes({ KeyHandle.isKey(on: curve, point: point, scalar: $0) })
      else { throw .damaged("has a public part that is not its own") }
      return .ecdsa(curve, point: point, scalar: scalar)
    case .dsa: throw .dsa
    case .securityKey, .other, nil: throw .unusableType(nil)
    }
  }

  private static func cipherName(_ block: PEMBlock) -> String? {
    block.encryption.flatMap { KeyFault.shown($0.prefix { $0 != "," }) }
  }

  /// `Proc-Type: 4,ENCRYPTED` with `DEK-Info: cipher,start`, and whole blocks of all ciphers that OpenSSL writes.
  private static func checkTraditional(_ block: PEMBlock) throws(KeyFault) {
    guard let encryption = block.encryption else { throw .damaged("has no line DEK-Info") }
    let parts = encryption.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].utf8.count.isMultiple(of: 2),
      parts[1].allSatisfy({ $0.isASCII && $0.isHexDigit })
    else { throw .damaged("has a line DEK-Info that is not whole") }
    // The start is a block.
    let size = parts[1].utf8.count / 2
    guard size > 0, block.bytes.count > 0, block.bytes.count.isMultiple(of: size) else {
      throw .damaged("is cut off, or goes on behind its end")
    }
  }

  /// `EncryptedPrivateKeyInfo` of RFC 5958: the algorithm, then what is encrypted.
  private static func checkPKCS8(_ bytes: [UInt8]) throws(KeyFault) {
    var outer = DERReader(bytes[...])
    guard var info = outer.values(), outer.isAtEnd, var algorithm = info.values(),
      let object = algorithm.value(DERReader.Tag.object), var parameters = algorithm.values(),
      let sealed = info.value(DERReader.Tag.octets), !sealed.isEmpty
    else { throw .damaged("is cut off, or is no encrypted key") }
    // PBES2 (RFC 8018 §A.4) has the function that makes the key in front of the cipher; the older ones are one thing.
    if Array(object) == [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x05, 0x0D] {
      guard var function = parameters.values(),
        let name = function.value(DERReader.Tag.object), let inner = function.values()
      else { throw .damaged("is no encrypted key") }
      parameters = inner
      // scrypt (RFC 7914 §7) has three numbers, whose product is the work.
      let isScrypt = Array(name) == [0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x04, 0x0B]
      return try checkRounds(&parameters, numbers: isScrypt ? 3 : 1)
    }
    try checkRounds(&parameters, numbers: 1)
  }

  private static func checkRounds(_ parameters: inout DERReader, numbers: Int) throws(KeyFault) {
    guard parameters.value(DERReader.Tag.octets) != nil else { throw .damaged("has no salt") }
    var rounds: UInt64 = 1
    for _ in 0..<numbers {
      guard let number = parameters.number() else { throw .damaged("is no encrypted key") }
      let (product, isTooLarge) = rounds.multipliedReportingOverflow(by: number)
      rounds = isTooLarge ? .max : product
    }
    guard rounds <= roundsLimit else { throw .tooExpensive(rounds: rounds, limit: roundsLimit) }
  }
}
