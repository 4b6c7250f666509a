internal import CCrypto

/// A private key of OpenSSL's, which is freed with this.
///
/// The corresponding C type is `EVP_PKEY`.
// Unchecked: the key is not changed once it is made, and OpenSSL lets several threads sign with one.
@safe final class KeyHandle: @unchecked Sendable {
  private let key: OpaquePointer

  /// Why no key came of a text.
  enum Failure: Error {
    /// The text is not right, or the passphrase.
    case unreadable
    /// There is something in it that this OpenSSL cannot do.
    case unsupported
  }

  /// Reads a key in PEM.
  ///
  /// - Parameters:
  ///   - text: The text.
  ///   - passphrase: The passphrase; nil: none.
  /// - Throws: Whether the text was not right.
  init(pem text: SecretBytes, passphrase: SecretBytes?) throws(Failure) {
    var reason: Int32 = 0
    let key = unsafe text.withBytes { text in
      let count = Int32(clamping: text.count)
      guard let passphrase else {
        return unsafe ccrypto_pem_key(text, count, nil, 0, &reason)
      }
      return unsafe passphrase.withBytes { secret in
        unsafe ccrypto_pem_key(text, count, secret, secret.count, &reason)
      }
    }
    guard let key = unsafe key else {
      throw reason == Int32(CCRYPTO_UNSUPPORTED) ? .unsupported : .unreadable
    }
    unsafe self.key = key
  }

  /// Makes an RSA key of its numbers.
  ///
  /// - Parameters:
  ///   - numbers: n, e, d, the coefficient, p and q behind each other, each with its highest byte first.
  ///   - counts: How many bytes each has.
  init?(rsaNumbers numbers: [UInt8], counts: [Int32]) {
    guard counts.count == 6, counts.allSatisfy({ $0 > 0 }),
      counts.reduce(0, { $0 + Int($1) }) == numbers.count,
      let key = unsafe ccrypto_rsa_key(numbers, counts)
    else { return nil }
    unsafe self.key = key
  }

  deinit { unsafe ccrypto_key_free(key) }

  /// What kind of key it is; nil: one that SSH does not have.
  var type: KeyType? {
    switch unsafe ccrypto_key_type(key) {
    case EVP_PKEY_RSA: .rsa
    case EVP_PKEY_DSA: .dsa
    case EVP_PKEY_ED25519: .ed25519
    case EVP_PKEY_EC: curve.map(KeyType.ecdsa)
    default: nil
    }
  }

  private var curve: EllipticCurve? {
    var name = [CChar](repeating: 0, count: 64)
    guard unsafe ccrypto_key_curve(key, &name, name.count) == 1 else { return nil }
    let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return EllipticCurve(opensslName: String(decoding: bytes, as: UTF8.self))
  }

  /// A number of the key.
  ///
  /// - Parameter name: Its name in EVP_PKEY-RSA(7) or EVP_PKEY-EC(7), such as `n`, `e` or `priv`.
  /// - Returns: The number, its highest byte first; nil: the key has none by that name.
  func number(_ name: String) -> SecretBytes? {
    // RSA keys of more than 16384 bits are refused by OpenSSL itself.
    var bytes = [UInt8](repeating: 0, count: 4096)
    defer { SecretBytes.wipe(&bytes) }
    let count = unsafe ccrypto_key_number(key, name, &bytes, bytes.count)
    return count > 0 ? SecretBytes(Array(bytes.prefix(count))) : nil
  }

  /// The point of a key on an elliptic curve, uncompressed; nil: it is another key.
  var point: [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe ccrypto_key_point(key, &bytes, bytes.count)
    return count > 0 ? Array(bytes.prefix(count)) : nil
  }

  /// The parts of an Ed25519 key; nil: it is another key.
  var ed25519: (point: [UInt8], seed: SecretBytes)? {
    var seed = [UInt8](repeating: 0, count: 32)
    var point = seed
    guard unsafe ccrypto_key_ed25519(key, &seed, &point) == 1 else { return nil }
    return (point, SecretBytes(seed))
  }

  /// Signs the digest of some bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - digest: The digest's name, such as `SHA512`.
  /// - Returns: The signature; nil: OpenSSL does not do it.
  func signature(of bytes: [UInt8], digest: String) -> [UInt8]? {
    var signature = [UInt8](repeating: 0, count: Int(unsafe ccrypto_signature_size(key)))
    let count = unsafe ccrypto_sign(key, digest, bytes, bytes.count, &signature, signature.count)
    return count > 0 ? Array(signature.prefix(count)) : nil
  }

  /// Whether a signature is that of some bytes.
  ///
  /// - Parameters:
  ///   - signature: The signature.
  ///   - bytes: The bytes.
  ///   - digest: The digest's name, such as `SHA512`.
  /// - Returns: Whether it is.
  func verifies(_ signature: [UInt8], of bytes: [UInt8], digest: String) -> Bool {
    unsafe ccrypto_verify(key, digest, bytes, bytes.count, signature, signature.count) == 1
  }

  /// The public part of an Ed25519 key.
  ///
  /// - Parameter seed: The 32 bytes that the key is made from.
  /// - Returns: The 32 bytes of the public part; nil: those are not 32 bytes.
  static func ed25519Point(seed: [UInt8]) -> [UInt8]? {
    guard seed.count == 32 else { return nil }
    var point = [UInt8](repeating: 0, count: 32)
    return unsafe ccrypto_ed25519_point(seed, &point) == 1 ? point : nil
  }

  /// Whether a point and a number are the two parts of one key.
  ///
  /// - Parameters:
  ///   - curve: The curve.
  ///   - point: The point.
  ///   - scalar: The number, its highest byte first.
  /// - Returns: Whether they are.
  static func isKey(on curve: EllipticCurve, point: [UInt8], scalar: [UInt8]) -> Bool {
    // The point is compared with the public key as bytes later: uncompressed is its only form (RFC 5656 §3.1).
    guard point.first == 4, !scalar.isEmpty else { return false }
    return unsafe ccrypto_is_ec_key(
      curve.opensslName,
      point,
      point.count,
      scalar,
      Int32(clamping: scalar.count)
    ) == 1
  }
}
