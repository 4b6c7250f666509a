internal import DriverABI
internal import Glibc

/// Memory for one tree at a time: taken in pieces, given back at once.
///
/// Pieces never move.
@safe
struct OutputArena: ~Copyable {
  private static let firstSize = 1024

  private var current: UnsafeMutableRawPointer?
  private var capacity = 0
  private var used = 0
  private var full: [UnsafeMutableRawPointer] = unsafe []

  init() {}

  deinit {
    unsafe full.forEach { unsafe free($0) }
    unsafe free(current)
  }

  /// Gives everything back, and keeps the newest chunk for the next tree.
  mutating func reset() {
    used = 0
    if unsafe full.isEmpty { return }
    unsafe full.forEach { unsafe free($0) }
    unsafe full.removeAll()
  }

  /// Room for a number of values in a row, not initialized.
  mutating func allocate<Element>(
    _ type: Element.Type,
    count: Int
  ) -> UnsafeMutablePointer<Element> {
    unsafe take(count * MemoryLayout<Element>.stride, alignment: MemoryLayout<Element>.alignment)
      .bindMemory(to: type, capacity: count)
  }

  /// A copy of a text.
  mutating func text(_ string: String) -> dh_text_v1 {
    var string = string
    return string.withUTF8 { utf8 in unsafe text(UnsafeRawBufferPointer(utf8)) }
  }

  /// A copy of some bytes.
  mutating func text(_ bytes: UnsafeRawBufferPointer) -> dh_text_v1 {
    guard let source = bytes.baseAddress, bytes.count > 0 else { return unsafe dh_text_v1() }
    let place = unsafe take(bytes.count, alignment: 1)
    unsafe place.copyMemory(from: source, byteCount: bytes.count)
    return unsafe dh_text_v1(
      ptr: place.bindMemory(to: CChar.self, capacity: bytes.count),
      len: bytes.count
    )
  }

  private mutating func take(_ count: Int, alignment: Int) -> UnsafeMutableRawPointer {
    var start = (used + alignment - 1) & ~(alignment - 1)
    if unsafe current == nil || start + count > capacity {
      if let current = unsafe current { unsafe full.append(current) }
      capacity = max(count, min(max(capacity * 2, OutputArena.firstSize), 1 << 20))
      unsafe current = malloc(capacity)
      start = 0
    }
    // An output cannot be built without memory, and nothing on the way here could report it.
    guard let current = unsafe current else { fatalError("no memory left for an output") }
    used = start + count
    return unsafe current + start
  }
}
