internal import Glibc

/// A conversion between two encodings.
///
/// The corresponding C functions are `iconv_open`, `iconv` and `iconv_close`. It is for one thread at a time.
@safe struct IconvHandle: ~Copyable {
  private let handle: iconv_t

  /// A conversion; nil: one of both encodings is not known.
  ///
  /// - Parameters:
  ///   - target: The name of the encoding it makes.
  ///   - source: The name of the encoding it reads.
  init?(to target: String, from source: String) {
    let opened = unsafe iconv_open(target, source)
    // iconv_open(3) answers (iconv_t)-1 where it does not know an encoding.
    guard let opened = unsafe opened, Int(bitPattern: opened) != -1 else { return nil }
    unsafe handle = opened
  }

  deinit { _ = unsafe iconv_close(handle) }

  /// Converts a whole text.
  ///
  /// - Parameter bytes: The text.
  /// - Returns: The text in the other encoding; nil: it is not whole, not in its encoding, or has a character that the
  ///   other one lacks. Nothing is replaced by something like it: a name must mean one file.
  mutating func convert(_ bytes: [UInt8]) -> [UInt8]? {
    if bytes.isEmpty { return [] }
    // A text that failed may have left the conversion in the middle of a character.
    _ = unsafe iconv(handle, nil, nil, nil, nil)
    // No encoding of these has more than 4 bytes for one of another, beside marks at the beginning and the end.
    var converted = [UInt8](repeating: 0, count: bytes.count * 4 + 16)
    let count = unsafe bytes.withUnsafeBytes { bytes -> Int? in
      unsafe converted.withUnsafeMutableBytes { converted -> Int? in
        var source = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
          .assumingMemoryBound(to: CChar.self)
        var target = unsafe converted.baseAddress?.assumingMemoryBound(to: CChar.self)
        var left = bytes.count
        var room = converted.count
        let replaced = unsafe iconv(handle, &source, &left, &target, &room)
        // -1 is the failure, and a positive number that of the characters that were replaced.
        guard replaced == 0, left == 0 else { return nil }
        // Some encodings wait for what follows a character, such as an accent of its own.
        guard unsafe iconv(handle, nil, nil, &target, &room) == 0 else { return nil }
        return converted.count - room
      }
    }
    guard let count else { return nil }
    converted.removeSubrange(count...)
    return converted
  }
}
