internal import CCrypto

/// The function `bcrypt_pbkdf` of OpenBSD, which makes keys of the passphrases of OpenSSH's private keys.
///
/// PBKDF2 (RFC 8018 §5.2) with bcrypt as its pseudorandom function, but for two things that bcrypt_pbkdf(3) names: what
/// comes in is hashed with SHA-512 first, and the bytes of the blocks are spread over the key.
enum BcryptKDF {
  /// Makes a key.
  ///
  /// Takes about 3 ms for each round and each 32 bytes.
  ///
  /// - Parameters:
  ///   - passphrase: The passphrase, which is not empty.
  ///   - salt: The salt.
  ///   - rounds: How many rounds, at least one.
  ///   - count: How many bytes.
  /// - Returns: The key.
  static func key(
    passphrase: SecretBytes,
    salt: [UInt8],
    rounds: UInt32,
    count: Int
  ) -> SecretBytes {
    var key = [UInt8](repeating: 0, count: count)
    var secret = passphrase.withBytes { bytes in
      var digest = sha512(bytes)
      defer { SecretBytes.wipe(&digest) }
      return words(of: digest)
    }
    // One block's bytes are this far apart in the key.
    let distance = (count + 31) / 32
    for block in 0..<distance {
      var output = hash(secret, words(of: sha512(salt + bigEndian(UInt32(block + 1)))))
      var sum = output
      for _ in 1..<max(rounds, 1) {
        output = hash(secret, words(of: sha512(bytes(of: output))))
        for index in sum.indices { sum[index] ^= output[index] }
      }
      let bytes = bytes(of: sum)
      for (index, place) in stride(from: block, to: count, by: distance).enumerated() {
        key[place] = bytes[index]
      }
      (sum, output) = (InlineArray(repeating: 0), InlineArray(repeating: 0))
    }
    secret = InlineArray(repeating: 0)
    return SecretBytes(key)
  }

  /// bcrypt with 64 rounds, as bcrypt_pbkdf has it.
  private static func hash(
    _ secret: InlineArray<16, UInt32>,
    _ salt: InlineArray<16, UInt32>
  ) -> InlineArray<8, UInt32> {
    var cipher = Blowfish.initial
    defer { cipher.wipe() }
    cipher.expand(key: secret, salt: salt)
    for _ in 0..<64 {
      cipher.expand(key: salt)
      cipher.expand(key: secret)
    }
    var output = plain
    for index in stride(from: 0, to: 8, by: 2) {
      var (left, right) = (output[index], output[index + 1])
      cipher.encrypt(&left, &right, times: 64)
      // Its words are written with their lowest byte first, which is the other way round than they are read.
      (output[index], output[index + 1]) = (left.byteSwapped, right.byteSwapped)
    }
    return output
  }

  /// The text that is encrypted, by the algorithm's authors.
  private static let plain: InlineArray<8, UInt32> = {
    let text = Array("OxychromaticBlowfishSwatDynamite".utf8)
    return InlineArray { word(of: text, at: 4 * $0) }
  }()

  private static func words(of digest: [UInt8]) -> InlineArray<16, UInt32> {
    InlineArray { word(of: digest, at: 4 * $0) }
  }

  private static func word(of bytes: [UInt8], at place: Int) -> UInt32 {
    bytes[place..<place + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }

  private static func bytes(of words: InlineArray<8, UInt32>) -> [UInt8] {
    words.indices.flatMap { bigEndian(words[$0]) }
  }

  private static func bigEndian(_ word: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
  }

  private static func sha512(_ bytes: [UInt8]) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 64)
    _ = unsafe bytes.withUnsafeBytes { unsafe ccrypto_sha512($0.baseAddress, $0.count, &digest) }
    return digest
  }
}
