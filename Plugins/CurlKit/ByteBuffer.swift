internal import Glibc

/// Bytes that grow at the end, kept from one use to the next.
@safe
package struct ByteBuffer: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>?
  /// How many bytes there is memory for.
  package private(set) var capacity = 0
  /// The number of bytes.
  package private(set) var count = 0

  /// No bytes.
  package init() {}

  deinit { unsafe free(start) }

  /// Whether there are no bytes.
  package var isEmpty: Bool { count == 0 }

  /// Appends a copy of some bytes; false if there is no memory for them.
  package mutating func append(_ bytes: Span<UInt8>) -> Bool {
    let needed = count + bytes.count
    if needed > capacity {
      let larger = max(needed, capacity * 2, 1024)
      guard let moved = unsafe realloc(start, larger) else { return false }
      unsafe start = unsafe moved.assumingMemoryBound(to: UInt8.self)
      capacity = larger
    }
    unsafe bytes.withUnsafeBufferPointer { bytes in
      guard let source = bytes.baseAddress, let start = unsafe start else { return }
      unsafe (start + count).update(from: source, count: bytes.count)
    }
    count = needed
    return true
  }

  /// Replaces the last bytes by spaces.
  package mutating func blank(last count: Int) {
    precondition(count >= 0 && count <= self.count, "there are \(self.count) bytes")
    guard let start = unsafe start else { return }
    unsafe (start + self.count - count).update(repeating: UInt8(ascii: " "), count: count)
  }

  /// Forgets the bytes, and gives the memory back where that is more than `limit`.
  package mutating func clear(keeping limit: Int) {
    count = 0
    guard capacity > limit else { return }
    unsafe free(start)
    unsafe start = nil
    capacity = 0
  }

  /// Runs `body` with the bytes.
  package borrowing func withSpan<Result, Failure: Error>(
    _ body: (Span<UInt8>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    guard let start = unsafe start else { return try body(Span()) }
    return try body(unsafe Span(_unsafeStart: start, count: count))
  }
}
