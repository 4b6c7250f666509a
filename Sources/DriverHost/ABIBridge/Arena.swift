import Glibc

/// Memory that is taken in pieces and given back at once: what a call's driver borrows until `done`.
///
/// The first chunk stays with its owner, so that a typical call allocates nothing. Not thread-safe.
@safe
struct Arena: ~Copyable {
  /// What a typical call's texts and inputs fit into; with 10,000 calls in flight it is 15 MB.
  private static let firstChunkSize = 1536

  private let first: UnsafeMutableRawPointer
  private var current: UnsafeMutableRawPointer
  private var capacity: Int
  private var used = 0
  private var further: [(chunk: UnsafeMutableRawPointer, size: Int)] = unsafe []

  /// Whether what is in it must not stay readable in freed memory.
  var holdsSecrets = false
  /// Where everything is taken from while a driver is being checked; `isGuarded` says so without a reference counted.
  private var guarded: GuardedMemory?
  private var isGuarded = false
  private var isRevokedWhenDone = false

  init() {
    unsafe first = UnsafeMutableRawPointer.allocate(
      byteCount: Arena.firstChunkSize,
      alignment: 16
    )
    unsafe current = unsafe first
    capacity = Arena.firstChunkSize
  }

  deinit {
    unsafe further.forEach { unsafe $0.chunk.deallocate() }
    unsafe first.deallocate()
  }

  /// Gives everything back.
  ///
  /// What held secrets is overwritten first.
  mutating func reset() {
    if isGuarded {
      guarded?.revoke()
      guarded = nil
      isGuarded = false
      isRevokedWhenDone = false
    }
    if holdsSecrets {
      unsafe explicit_bzero(first, Arena.firstChunkSize)
      unsafe further.forEach { unsafe explicit_bzero($0.chunk, $0.size) }
      holdsSecrets = false
    }
    if unsafe !further.isEmpty {
      unsafe further.forEach { unsafe $0.chunk.deallocate() }
      unsafe further.removeAll()
    }
    unsafe current = unsafe first
    capacity = Arena.firstChunkSize
    used = 0
  }

  /// Takes everything from pages of its own until it is given back.
  ///
  /// With `untilDone` the driver must not look at it any more when its call is done.
  mutating func guardPages(untilDone: Bool) {
    guarded = GuardedMemory()
    isGuarded = true
    isRevokedWhenDone = untilDone
  }

  /// Makes what is on guarded pages unreadable, where it is to be so from the call's `done` on.
  func callIsDone() {
    if isRevokedWhenDone { guarded?.revoke() }
  }

  /// Memory that is not initialized; without an alignment, that of any of the ABI's structs.
  mutating func allocate(_ byteCount: Int, alignment: Int = 8) -> UnsafeMutableRawPointer {
    if isGuarded, let place = unsafe guarded?.allocate(byteCount, alignment: alignment) {
      return unsafe place
    }
    let start = (used + alignment - 1) & ~(alignment - 1)
    if start + byteCount > capacity {
      let size = max(byteCount, min(capacity * 2, 1 << 20))
      unsafe current = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
      unsafe further.append((current, size))
      capacity = size
      used = byteCount
      return unsafe current
    }
    used = start + byteCount
    return unsafe current + start
  }

  /// Room for a number of values in a row.
  mutating func allocate<Element>(
    _ type: Element.Type,
    count: Int
  ) -> UnsafeMutablePointer<Element> {
    unsafe allocate(count * MemoryLayout<Element>.stride)
      .bindMemory(to: type, capacity: count)
  }

  /// A copy of some bytes, followed by one NUL.
  mutating func copy(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafePointer<CChar> {
    let place = unsafe allocate(bytes.count + 1, alignment: 1)
    if let base = bytes.baseAddress {
      unsafe place.copyMemory(from: base, byteCount: bytes.count)
    }
    unsafe place.storeBytes(of: 0, toByteOffset: bytes.count, as: UInt8.self)
    return unsafe UnsafePointer(place.bindMemory(to: CChar.self, capacity: bytes.count + 1))
  }

  /// A copy of a text with its length.
  mutating func text(_ string: String) -> (start: UnsafePointer<CChar>, count: Int) {
    unsafe string.utf8Span.span.withUnsafeBufferPointer { utf8 in unsafe (copy(utf8), utf8.count) }
  }
}
