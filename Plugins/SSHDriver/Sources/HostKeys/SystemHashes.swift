internal import CCrypto

/// The hash functions of OpenSSL, which libssh2 brings along.
struct SystemHashes: HostKeyHashes {
  func sha256(_ message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    let isDone = unsafe message.withUnsafeBytes {
      unsafe ccrypto_sha256($0.baseAddress, $0.count, &digest) == 1
    }
    return isDone ? digest : []
  }

  func hmacSHA1(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 20)
    guard let keyCount = Int32(exactly: key.count) else { return [] }
    let isDone = unsafe key.withUnsafeBytes { key in
      unsafe message.withUnsafeBufferPointer { bytes in
        unsafe ccrypto_hmac_sha1(key.baseAddress, keyCount, bytes.baseAddress, bytes.count, &digest)
          != 0
      }
    }
    return isDone ? digest : []
  }
}
