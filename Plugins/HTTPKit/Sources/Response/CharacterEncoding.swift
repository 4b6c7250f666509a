internal import Glibc

/// Text in other encodings than UTF-8.
package enum CharacterEncoding {
  /// The bytes as UTF-8; nil if the encoding is not known or the bytes are not in it.
  ///
  /// The corresponding C function is `iconv`.
  package static func decode(_ bytes: Span<UInt8>, from charset: String) -> [UInt8]? {
    let converter = unsafe iconv_open("UTF-8", charset)
    // iconv_open(3) answers (iconv_t)-1 where it does not know an encoding.
    guard Int(bitPattern: converter) != -1 else { return nil }
    defer { unsafe iconv_close(converter) }
    // No encoding has more than 4 bytes of UTF-8 for one of its own.
    var decoded = [UInt8](repeating: 0, count: bytes.count * 4 + 16)
    let count = unsafe bytes.withUnsafeBufferPointer { bytes -> Int? in
      unsafe decoded.withUnsafeMutableBytes { decoded -> Int? in
        var source = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
          .assumingMemoryBound(to: CChar.self)
        var target = unsafe decoded.baseAddress?.assumingMemoryBound(to: CChar.self)
        var left = bytes.count
        var room = decoded.count
        let result = unsafe iconv(converter, &source, &left, &target, &room)
        // (size_t)-1 is the failure, and what is left over was no whole character.
        if result == -1 || left > 0 { return nil }
        // Some encodings wait for what follows a character, such as an accent of its own.
        if unsafe iconv(converter, nil, nil, &target, &room) == -1 { return nil }
        return decoded.count - room
      }
    }
    guard let count else { return nil }
    decoded.removeSubrange(count...)
    return decoded
  }
}
