internal import CCrypto

/// The block cipher Blowfish (Schneier, 1993), with the expensive key schedule that bcrypt made of it.
///
/// A key for OpenSSH takes some ten million rounds of it. That is why the words are reached by a pointer here, and why
/// the operators are those without checks: they make it fast in debug builds, too.
struct Blowfish {
  /// 18 subkeys, then four boxes of 256 words.
  private var words: [UInt32]

  /// The cipher as it is before any key: filled with the digits of pi.
  static let initial = Blowfish()

  private init() { words = PiDigits.words(18 + 4 * 256) }

  /// Mixes a key into all that the cipher consists of, and a salt into what is encrypted for that.
  ///
  /// - Parameters:
  ///   - key: The key's 16 words.
  ///   - salt: The salt's 16 words; nil: none.
  mutating func expand(key: InlineArray<16, UInt32>, salt: InlineArray<16, UInt32>? = nil) {
    for index in 0..<18 { words[index] ^= key[index & 15] }
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      var (left, right): (UInt32, UInt32) = (0, 0)
      var place = 0
      while place < 18 + 4 * 256 {
        if let salt {
          left ^= salt[place & 15]
          right ^= salt[(place + 1) & 15]
        }
        unsafe Blowfish.encrypt(words, &left, &right)
        unsafe words[place] = left
        unsafe words[place &+ 1] = right
        place &+= 2
      }
    }
  }

  /// Encrypts a block many times.
  ///
  /// - Parameters:
  ///   - left: The first half of it.
  ///   - right: The second half.
  ///   - times: How often.
  mutating func encrypt(_ left: inout UInt32, _ right: inout UInt32, times: Int) {
    unsafe words.withUnsafeMutableBufferPointer { buffer in
      guard let words = buffer.baseAddress else { return }
      for _ in 0..<times { unsafe Blowfish.encrypt(words, &left, &right) }
    }
  }

  /// Overwrites what came of the keys.
  mutating func wipe() {
    unsafe words.withUnsafeMutableBytes { unsafe ccrypto_wipe($0.baseAddress, $0.count) }
  }

  @inline(__always)
  private static func encrypt(
    _ words: UnsafePointer<UInt32>,
    _ left: inout UInt32,
    _ right: inout UInt32
  ) {
    unsafe left ^= words[0]
    var round = 1
    while round < 17 {
      unsafe right ^= mixed(words, left) ^ words[round]
      unsafe left ^= mixed(words, right) ^ words[round &+ 1]
      round &+= 2
    }
    unsafe (left, right) = (right ^ words[17], left)
  }

  /// The sum over the four boxes: an index is one byte, and cannot be outside of its box.
  @inline(__always)
  private static func mixed(_ words: UnsafePointer<UInt32>, _ half: UInt32) -> UInt32 {
    let (first, second) = (Int(half &>> 24), Int(half &>> 16 & 0xFF))
    let (third, fourth) = (Int(half &>> 8 & 0xFF), Int(half & 0xFF))
    let sum = unsafe words[18 &+ first] &+ words[274 &+ second]
    return unsafe (sum ^ words[530 &+ third]) &+ words[786 &+ fourth]
  }
}
