/// An RSA key that signs for user authentication, as libssh2 1.10 cannot: with SHA-2 (RFC 8332).
struct RSASigner: Sendable {
  private let key: KeyHandle
  private let modulus: [UInt8]
  private let exponent: [UInt8]
  /// What is offered in the key's place; nil: the key itself.
  var certificate: KeyCertificate?

  /// Takes a key.
  ///
  /// - Parameter key: The key.
  /// - Throws: That it is none that servers take, or that its parts do not belong together.
  init(_ key: KeyHandle) throws(KeyFault) {
    guard key.type == .rsa, let modulus = key.number("n"), let exponent = key.number("e") else {
      throw .unusableType(nil)
    }
    self.key = key
    self.modulus = modulus.withBytes { $0 }
    self.exponent = exponent.withBytes { $0 }
    let bits = self.modulus.count * 8 - (self.modulus.first?.leadingZeroBitCount ?? 0)
    // OpenSSH's lower limit, and OpenSSL's upper one.
    guard bits >= 1024 else { throw .tooSmall(bits: bits) }
    guard bits <= 16384 else { throw .tooLarge(bits: bits) }
    let trial = Array("trial".utf8)
    guard let signature = key.signature(of: trial, digest: RSAAlgorithm.sha512.digest) else {
      throw .cannotSign(algorithm: RSAAlgorithm.sha512.rawValue)
    }
    guard key.verifies(signature, of: trial, digest: RSAAlgorithm.sha512.digest) else {
      throw .damaged("has numbers that are no RSA key")
    }
  }

  /// The public key, as it goes over the wire (RFC 4253 §6.6).
  ///
  /// libssh2 1.10 takes the algorithm that it signs with from the key's type, so that this has to be the algorithm's
  /// name there; OpenSSH takes such a key, and dropbear does not.
  ///
  /// - Parameter algorithm: Whose name the key's type is to be.
  /// - Returns: The bytes.
  /// - Throws: That it is too long.
  func publicBlob(as algorithm: RSAAlgorithm = .sha1) throws(WireFault) -> [UInt8] {
    var writer = WireWriter()
    try writer.string(algorithm.rawValue)
    try writer.mpint(exponent)
    try writer.mpint(modulus)
    return writer.bytes
  }

  /// What to offer a server, one after the other.
  ///
  /// libssh2 1.11 finds out with which algorithm the server wants the key that has its usual type. With 1.10 it is
  /// SHA-2 in the way that OpenSSH takes, then SHA-1, which servers take that do not take the other.
  ///
  /// - Parameters:
  ///   - libraryVersion: The number of the libssh2 that is loaded, such as 0x010A00.
  ///   - banner: What the server says that it is.
  /// - Returns: Public keys for `libssh2_userauth_publickey`; the request tells what to sign with.
  /// - Throws: That they are too long.
  func offers(libraryVersion: Int, banner: String = "") throws(WireFault) -> [[UInt8]] {
    if let certificate { return [certificate.blob] }
    if libraryVersion >= 0x010B00 { return [try publicBlob()] }
    var blobs: [[UInt8]] = []
    for form in RSAAlgorithm.offered(banner: banner) { blobs.append(try publicBlob(as: form)) }
    return blobs
  }

  /// Signs a request for authentication.
  ///
  /// - Parameter request: What libssh2 wants to have signed: it says with which algorithm.
  /// - Returns: The signature, without the name of its algorithm, which libssh2 puts in front of it.
  /// - Throws: That it cannot be done.
  func signature(of request: [UInt8]) throws(KeyFault) -> [UInt8] {
    let name: String
    do throws(WireFault) {
      name = try SignedRequest(request).algorithm
    } catch {
      throw .otherRequest(error)
    }
    // Of a certificate, it is the key that signs.
    guard let algorithm = RSAAlgorithm(rawValue: KeyCertificate.keyName(name) ?? name) else {
      throw .cannotSign(algorithm: KeyFault.shown(name) ?? "this algorithm")
    }
    return try signature(of: request, with: algorithm)
  }

  /// Signs bytes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - algorithm: The algorithm.
  /// - Returns: The signature, without the name of its algorithm.
  /// - Throws: That it cannot be done.
  func signature(of bytes: [UInt8], with algorithm: RSAAlgorithm) throws(KeyFault) -> [UInt8] {
    guard let signature = key.signature(of: bytes, digest: algorithm.digest) else {
      throw .cannotSign(algorithm: algorithm.rawValue)
    }
    return signature
  }
}
