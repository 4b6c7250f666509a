/// Keeps a key out of what a server says about it.
///
/// Some repeat the key that they refuse, and some its beginning and its end.
struct KeyMask {
  private static let mask = Array("***".utf8)

  private let key: [UInt8]

  /// The mask for a key.
  init(_ key: String) { self.key = Array(key.utf8) }

  /// The text without the key, and without parts of keys that the server has masked itself.
  func masking(_ text: String) -> String {
    String(decoding: masking(Array(text.utf8)), as: UTF8.self)
  }

  /// The bytes without the key, and without parts of keys that the server has masked itself.
  ///
  /// What stands around them stays, so that a JSON document stays one.
  func masking(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for part in KeyMask.parts(of: withoutKey(bytes)) {
      result += KeyMask.isMasked(part) ? KeyMask.mask[...] : part
    }
    return result
  }

  private func withoutKey(_ bytes: [UInt8]) -> [UInt8] {
    guard !key.isEmpty, bytes.count >= key.count else { return bytes }
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      if bytes[place] == key[0], bytes[place...].starts(with: key) {
        result += KeyMask.mask
        place += key.count
      } else {
        result.append(bytes[place])
        place += 1
      }
    }
    return result
  }

  /// Words of signs that keys have, and what stands between them.
  private static func parts(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = 0
    for place in bytes.indices where place > start {
      if isKeySign(bytes[place]) != isKeySign(bytes[place - 1]) {
        parts.append(bytes[start..<place])
        start = place
      }
    }
    if start < bytes.count { parts.append(bytes[start...]) }
    return parts
  }

  private static func isKeySign(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
      UInt8(ascii: "*"):
      true
    default: false
    }
  }

  /// Whether a word is what a server has left of a key.
  private static func isMasked(_ word: ArraySlice<UInt8>) -> Bool {
    zip(word, word.dropFirst()).contains { $0 == (UInt8(ascii: "*"), UInt8(ascii: "*")) }
  }
}
