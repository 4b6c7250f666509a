/// A private key that is not encrypted any more.
enum KeyMaterial: Sendable {
  case ed25519(point: [UInt8], seed: SecretBytes)
  case ecdsa(EllipticCurve, point: [UInt8], scalar: SecretBytes)
  case rsa(RSASigner)

  /// What kind of key it is.
  var type: KeyType {
    switch self {
    case .ed25519: .ed25519
    case .ecdsa(let curve, _, _): .ecdsa(curve)
    case .rsa: .rsa
    }
  }

  /// The public key, as it goes over the wire (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4).
  ///
  /// - Returns: The bytes.
  /// - Throws: That it is too long.
  func publicBlob() throws(WireFault) -> [UInt8] {
    var writer = WireWriter()
    switch self {
    case .ed25519(let point, _):
      try writer.string(type.name)
      try writer.string(point)
    case .ecdsa(let curve, let point, _):
      try writer.string(type.name)
      try writer.string(curve.rawValue)
      try writer.string(point)
    case .rsa(let signer): return try signer.publicBlob()
    }
    return writer.bytes
  }

  /// The key in OpenSSH's form without encryption: the one form that every libssh2 reads for these types.
  ///
  /// libssh2 1.10 reads fewer ciphers than OpenSSH writes, calls a wrong passphrase what is something else, and with an
  /// encrypted key in PEM and no passphrase OpenSSL asks for it on the terminal. None of that can happen with this.
  ///
  /// - Returns: The text, with a zero byte behind it; nil: the key is RSA, which we sign with ourselves.
  /// - Throws: That something is too long.
  func openSSHText() throws(WireFault) -> SecretBytes? {
    var inner = WireWriter()
    // Two numbers that are the same show that something was decrypted well: any will do here.
    inner.uint32(0)
    inner.uint32(0)
    try inner.string(type.name)
    switch self {
    case .ed25519(let point, let seed):
      try inner.string(point)
      let both = SecretBytes(seed.withBytes { $0 + point })
      try both.withBytes { bytes throws(WireFault) in try inner.string(bytes) }
    case .ecdsa(let curve, let point, let scalar):
      try inner.string(curve.rawValue)
      try inner.string(point)
      try scalar.withBytes { bytes throws(WireFault) in try inner.mpint(bytes) }
    case .rsa: return nil
    }
    // No comment.
    try inner.string("")
    for byte in 1... as PartialRangeFrom<UInt8> {
      if inner.bytes.count.isMultiple(of: 8) { break }
      inner.byte(byte)
    }
    let section = SecretBytes(inner.bytes)
    inner = WireWriter()
    var outer = WireWriter()
    outer.raw("openssh-key-v1\0".utf8)
    try outer.string("none")
    try outer.string("none")
    try outer.string("")
    outer.uint32(1)
    try outer.string(publicBlob())
    try section.withBytes { bytes throws(WireFault) in try outer.string(bytes) }
    let whole = SecretBytes(outer.bytes)
    outer = WireWriter()
    return KeyMaterial.text(of: whole)
  }

  private static func text(of bytes: SecretBytes) -> SecretBytes {
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 3 / 2 + 128)
    text += "-----BEGIN OPENSSH PRIVATE KEY-----\n".utf8
    bytes.withBytes { bytes in
      // libssh2 reads lines of up to 127 characters.
      for start in stride(from: 0, to: bytes.count, by: 48) {
        text += Base64.text(bytes[start..<min(start + 48, bytes.count)]).utf8
        text.append(0x0A)
      }
    }
    text += "-----END OPENSSH PRIVATE KEY-----\n\0".utf8
    return SecretBytes(text)
  }
}
