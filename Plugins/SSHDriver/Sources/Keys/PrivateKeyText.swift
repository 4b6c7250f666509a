/// What a text with a private key is, as far as can be told without its passphrase.
struct PrivateKeyText: Sendable {
  /// How the key is written.
  enum Form: Sendable {
    /// `openssh-key-v1`, which ssh-keygen writes unless it is told otherwise (PROTOCOL.key).
    case openSSH(OpenSSHEnvelope)
    /// PKCS #1 for RSA, SEC 1 for elliptic curves, and what OpenSSL had for DSA.
    case traditional(PEMBlock)
    /// PKCS #8 (RFC 5958).
    case pkcs8(PEMBlock)
    /// PKCS #8, encrypted as PKCS #5 has it (RFC 8018).
    case encryptedPKCS8(PEMBlock)
  }

  let form: Form
  /// What kind of key it is; nil: that is encrypted, too, or it is none that SSH has.
  let type: KeyType?

  /// More than any key has: an RSA key of 16384 bits has 13 KB.
  static let limit = 256 * 1024

  /// Finds out what a text is.
  ///
  /// - Parameter text: The text.
  /// - Throws: What is wrong with it, when it is no private key, or one in a form that we do not read.
  init(_ text: [UInt8]) throws(KeyFault) {
    guard text.count <= PrivateKeyText.limit else {
      throw .tooLong(count: text.count, limit: PrivateKeyText.limit)
    }
    guard let block = try PEMBlock.firstPrivateKey(in: text) else {
      throw PrivateKeyText.otherForm(text)
    }
    (form, type) = try block.bytes.withBytes { bytes throws(KeyFault) in
      switch block.label {
      case "OPENSSH PRIVATE KEY":
        let envelope = try OpenSSHEnvelope(bytes)
        return (.openSSH(envelope), envelope.type)
      case "RSA PRIVATE KEY": return (.traditional(block), .rsa)
      case "DSA PRIVATE KEY": return (.traditional(block), .dsa)
      case "EC PRIVATE KEY":
        let curve = block.isEncrypted ? nil : PrivateKeyText.curve(ofSEC1: bytes)
        return (.traditional(block), curve.map(KeyType.ecdsa))
      case "PRIVATE KEY": return (.pkcs8(block), PrivateKeyText.type(ofPKCS8: bytes))
      case "ENCRYPTED PRIVATE KEY": return (.encryptedPKCS8(block), nil)
      default: throw .unknownForm
      }
    }
  }

  /// Whether a passphrase is needed.
  var isEncrypted: Bool {
    switch form {
    case .openSSH(let envelope): envelope.isEncrypted
    case .traditional(let block): block.isEncrypted
    case .pkcs8: false
    case .encryptedPKCS8: true
    }
  }

  /// What a text is that has no private key in PEM.
  private static func otherForm(_ text: [UInt8]) -> KeyFault {
    var trimmed = text[...]
    if trimmed.starts(with: [0xEF, 0xBB, 0xBF]) { trimmed = trimmed.dropFirst(3) }
    trimmed = trimmed.drop { $0 == 0x20 || 0x09...0x0D ~= $0 }
    let line = String(decoding: trimmed.prefix { $0 != 0x0A && $0 != 0x0D }, as: UTF8.self)
    if line.isEmpty { return .empty }
    if line.hasPrefix("PuTTY-User-Key-File-") { return .puTTY }
    if line.hasPrefix("---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----") { return .commercialSSH }
    if line.hasPrefix("---- BEGIN SSH2 PUBLIC KEY ----") { return .publicKey }
    if line.hasPrefix("-----BEGIN "), line.contains("PUBLIC KEY-----") { return .publicKey }
    if line.hasPrefix("-----BEGIN CERTIFICATE-----") { return .certificate }
    let name = line.prefix { $0 != " " }
    if name.hasSuffix("-cert-v01@openssh.com") { return .certificate }
    if case .other = KeyType(name: String(name)) {
      let isOneLine =
        !trimmed.contains(0x0A) || trimmed.firstIndex(of: 0x0A) == trimmed.indices.last
      let isPath = line.hasPrefix("/") || line.hasPrefix("~/") || line.hasPrefix("./")
      return isOneLine && isPath ? .path : .unknownForm
    }
    return .publicKey
  }

  /// `PrivateKeyInfo` of RFC 5958: a version, then what kind of key it is.
  private static func type(ofPKCS8 bytes: [UInt8]) -> KeyType? {
    var outer = DERReader(bytes[...])
    guard var info = outer.values(), info.number() != nil, var algorithm = info.values(),
      let object = algorithm.value(DERReader.Tag.object)
    else { return nil }
    switch Array(object) {
    case [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]: return .rsa
    case [0x2B, 0x65, 0x70]: return .ed25519
    case [0x2A, 0x86, 0x48, 0xCE, 0x38, 0x04, 0x01]: return .dsa
    case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01]:
      return algorithm.value(DERReader.Tag.object).flatMap(curve).map(KeyType.ecdsa)
    default: return nil
    }
  }

  /// `ECPrivateKey` of SEC 1 §C.4: a version, the key, then the curve.
  private static func curve(ofSEC1 bytes: [UInt8]) -> EllipticCurve? {
    var outer = DERReader(bytes[...])
    guard var key = outer.values(), key.number() != nil, key.value(DERReader.Tag.octets) != nil,
      var parameters = key.values(in: DERReader.Tag.firstOfContext)
    else { return nil }
    return parameters.value(DERReader.Tag.object).flatMap(curve)
  }

  private static func curve(_ object: ArraySlice<UInt8>) -> EllipticCurve? {
    switch Array(object) {
    case [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]: .nistp256
    case [0x2B, 0x81, 0x04, 0x00, 0x22]: .nistp384
    case [0x2B, 0x81, 0x04, 0x00, 0x23]: .nistp521
    default: nil
    }
  }
}
