internal import CCrypto

/// A cipher that OpenSSH encrypts private keys with (`ssh-keygen -Z`).
struct OpenSSHCipher: Hashable, Sendable {
  /// Its name in SSH.
  let name: String
  /// Its name in OpenSSL.
  private let opensslName: String
  /// How many bytes its key has.
  let keyCount: Int
  /// How many bytes it begins with besides the key.
  let startCount: Int
  /// What encrypted bytes are a multiple of.
  let blockSize: Int
  /// How many bytes show that what was encrypted is whole.
  let tagCount: Int

  /// The cipher with a name; nil: none that we know.
  ///
  /// - Parameter name: Its name in SSH.
  init?(name: String) {
    guard let cipher = OpenSSHCipher.all.first(where: { $0.name == name }) else { return nil }
    self = cipher
  }

  private init(
    _ name: String,
    _ opensslName: String,
    key: Int,
    start: Int = 16,
    block: Int = 16,
    tag: Int = 0
  ) {
    (self.name, self.opensslName) = (name, opensslName)
    (keyCount, startCount, blockSize, tagCount) = (key, start, block, tag)
  }

  private static let chaCha = "chacha20-poly1305@openssh.com"

  private static let all = [
    OpenSSHCipher("aes256-ctr", "AES-256-CTR", key: 32),
    OpenSSHCipher("aes192-ctr", "AES-192-CTR", key: 24),
    OpenSSHCipher("aes128-ctr", "AES-128-CTR", key: 16),
    OpenSSHCipher("aes256-cbc", "AES-256-CBC", key: 32),
    OpenSSHCipher("aes192-cbc", "AES-192-CBC", key: 24),
    OpenSSHCipher("aes128-cbc", "AES-128-CBC", key: 16),
    OpenSSHCipher("3des-cbc", "DES-EDE3-CBC", key: 24, start: 8, block: 8),
    OpenSSHCipher("aes256-gcm@openssh.com", "AES-256-GCM", key: 32, start: 12, tag: 16),
    OpenSSHCipher("aes128-gcm@openssh.com", "AES-128-GCM", key: 16, start: 12, tag: 16),
    // Two keys: the second is for the length of packets, and private keys have none.
    OpenSSHCipher(chaCha, "ChaCha20", key: 64, start: 0, block: 8, tag: 16),
  ]

  /// Decrypts.
  ///
  /// - Parameters:
  ///   - sealed: What is encrypted: a multiple of the block size.
  ///   - tag: What shows that it is whole: as many bytes as the cipher has for that.
  ///   - key: The key, and behind it what the cipher begins with.
  /// - Returns: What was encrypted; nil: the key is another one, or the bytes are not whole, or OpenSSL cannot do it.
  func decrypted(_ sealed: [UInt8], tag: [UInt8], key: SecretBytes) -> SecretBytes? {
    key.withBytes { bytes in
      guard name == OpenSSHCipher.chaCha else {
        return run(bytes, Array(bytes[keyCount...]), tagCount > 0 ? tag : nil, sealed)
      }
      // PROTOCOL.chacha20poly1305: the first block gives Poly1305's key, what is encrypted begins at the next one. The
      // counter is in front, the lowest byte first; the number of the packet behind it is 0 here.
      let zeros = [UInt8](repeating: 0, count: 32)
      let (first, second) = (
        [UInt8](repeating: 0, count: 16), [1] + [UInt8](repeating: 0, count: 15)
      )
      guard let authentic = run(bytes, first, nil, zeros) else { return nil }
      var expected = [UInt8](repeating: 0, count: 16)
      let isDone = authentic.withBytes { key in
        unsafe ccrypto_poly1305(key, sealed, sealed.count, &expected) == 1
      }
      guard isDone, tag.count == 16, unsafe ccrypto_is_same(tag, expected, 16) == 1 else {
        return nil
      }
      return run(bytes, second, nil, sealed)
    }
  }

  private func run(
    _ key: [UInt8],
    _ start: [UInt8],
    _ tag: [UInt8]?,
    _ sealed: [UInt8]
  ) -> SecretBytes? {
    guard let count = Int32(exactly: sealed.count), tag.map({ $0.count == 16 }) != false else {
      return nil
    }
    var plain = [UInt8](repeating: 0, count: sealed.count)
    let isDone =
      if let tag {
        unsafe ccrypto_decrypt(opensslName, key, start, tag, sealed, count, &plain)
      } else {
        unsafe ccrypto_decrypt(opensslName, key, start, nil, sealed, count, &plain)
      }
    guard isDone == 1 else {
      SecretBytes.wipe(&plain)
      return nil
    }
    return SecretBytes(plain)
  }
}
