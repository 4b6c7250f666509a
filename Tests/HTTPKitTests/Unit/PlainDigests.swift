import HTTPKit

/// SHA-256 (FIPS 180-4) and HMAC (RFC 2104), slow and simple: drivers have their TLS library's.
struct PlainDigests: Digests {
  func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8] {
    var block = key.count > 64 ? sha256(key) : key
    block += [UInt8](repeating: 0, count: 64 - block.count)
    return sha256(block.map { $0 ^ 0x5C } + sha256(block.map { $0 ^ 0x36 } + message))
  }

  func sha256(_ message: [UInt8]) -> [UInt8] {
    var state = Self.start
    let length = UInt64(message.count) * 8
    var bytes = message + [0x80]
    while bytes.count % 64 != 56 { bytes.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: length >> UInt64(shift)))
    }
    for start in stride(from: 0, to: bytes.count, by: 64) {
      mix(bytes[start..<(start + 64)], into: &state)
    }
    return state.flatMap { word in
      [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: word >> $0) }
    }
  }

  private func mix(_ block: ArraySlice<UInt8>, into state: inout [UInt32]) {
    var words = stride(from: block.startIndex, to: block.endIndex, by: 4).map { place in
      block[place..<(place + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }
    for index in 16..<64 {
      let (w15, w2) = (words[index - 15], words[index - 2])
      let low = rotated(w15, 7) ^ rotated(w15, 18) ^ (w15 >> 3)
      let high = rotated(w2, 17) ^ rotated(w2, 19) ^ (w2 >> 10)
      words.append(words[index - 16] &+ low &+ words[index - 7] &+ high)
    }
    var s = state
    for index in 0..<64 {
      let high = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
      let choice = (s[4] & s[5]) ^ (~s[4] & s[6])
      let first = s[7] &+ high &+ choice &+ Self.constants[index] &+ words[index]
      let low = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
      let majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2])
      s = [first &+ low &+ majority, s[0], s[1], s[2], s[3] &+ first, s[4], s[5], s[6]]
    }
    for index in 0..<8 { state[index] &+= s[index] }
  }

  private func rotated(_ word: UInt32, _ count: UInt32) -> UInt32 {
    word >> count | word << (32 - count)
  }

  /// The first 64 primes.
  private static let primes = (2...311).filter { number in
    !(2..<number).contains { number % $0 == 0 }
  }

  /// The first 32 bits of the fractions of the primes' square roots.
  private static let start = primes.prefix(8).map { fraction($0, power: 2) }

  /// The first 32 bits of the fractions of the primes' cube roots.
  private static let constants = primes.map { fraction($0, power: 3) }

  /// The first 32 bits of the fraction of a root.
  private static func fraction(_ prime: Int, power: Int) -> UInt32 {
    // The root times 2 to the 32nd, bit by bit, in numbers wide enough for its power.
    var root: UInt64 = 0
    for bit in stride(from: UInt64(37), through: 0, by: -1) {
      let guess = root | 1 << bit
      var product = UInt128(guess)
      for _ in 1..<power { product *= UInt128(guess) }
      if product <= UInt128(prime) << UInt128(32 * power) { root = guess }
    }
    return UInt32(truncatingIfNeeded: root)
  }
}
