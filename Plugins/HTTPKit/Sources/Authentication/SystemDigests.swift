internal import CCrypto

/// The hash functions of OpenSSL, which libcurl brings along.
struct SystemDigests: Digests {
  /// Whether they can be used: a system may forbid them.
  static let areUsable: Bool = {
    var digest = [UInt8](repeating: 0, count: 32)
    let key: [UInt8] = [0]
    return unsafe ccrypto_sha256(key, key.count, &digest) == 1
      && ccrypto_hmac_sha256(key, Int32(key.count), key, key.count, &digest) != 0
  }()

  func sha256(_ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe message.withUnsafeBytes { unsafe ccrypto_sha256($0.baseAddress, $0.count, &digest) }
    return digest
  }

  func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    _ = unsafe key.withUnsafeBytes { key in
      unsafe message.withUnsafeBufferPointer { bytes in
        unsafe ccrypto_hmac_sha256(
          key.baseAddress,
          Int32(clamping: key.count),
          bytes.baseAddress,
          bytes.count,
          &digest
        )
      }
    }
    return digest
  }
}
