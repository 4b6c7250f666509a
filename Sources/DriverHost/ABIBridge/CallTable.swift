import Synchronization

/// All call slots of the process, found by a call's id.
///
/// A slot is never freed and an id names one use of it, so that a driver which keeps a call's value for
/// ever finds out that it has ended instead of reaching into another one. It is the process's, not a
/// host's, because a driver may outlive the host that called it.
@safe
final class CallTable: @unchecked Sendable {
  // `@unchecked` because `chunks` never moves and its elements are atomic.

  /// The one table.
  static let shared = CallTable()

  /// An id's lower bits are the slot's index, the upper ones its generation: 16.7 million calls in
  /// flight, and a slot used a million times a second rests after twelve days.
  static let indexBits: UInt64 = 24

  private static let chunkSize = 4096

  /// Chunks of slots; published once, never changed and never freed.
  private let chunks: UnsafeMutablePointer<Atomic<UnsafeMutableRawPointer?>>
  private let chunkCount = 1 << (Int(indexBits) - 12)
  private let free = Lock<(slots: [CallSlot], made: Int)>(([], 0))

  private init() {
    unsafe chunks = .allocate(capacity: chunkCount)
    for place in 0..<chunkCount { unsafe (chunks + place).initialize(to: Atomic(nil)) }
  }

  /// The slot that an id names; nil if there never was one.
  func slot(of id: UInt64) -> CallSlot? {
    let index = Int(id & (1 << CallTable.indexBits - 1))
    guard
      let chunk = unsafe chunks[index / CallTable.chunkSize].load(ordering: .acquiring)
    else { return nil }
    let slots = unsafe chunk.assumingMemoryBound(to: Unmanaged<CallSlot>?.self)
    return unsafe slots[index % CallTable.chunkSize]?.takeUnretainedValue()
  }

  /// A slot that no call uses.
  ///
  /// - Throws: `.unavailable` when every slot is in use.
  func take() throws(HostError) -> CallSlot {
    let slot: CallSlot? = free.withLock { free in
      if let slot = free.slots.popLast() { return slot }
      guard free.made < chunkCount * CallTable.chunkSize else { return nil }
      defer { free.made += 1 }
      return make(index: free.made)
    }
    guard let slot else {
      throw HostError(
        .unavailable,
        stage: .call,
        "there are as many calls in flight as a process can hold"
      )
    }
    return slot
  }

  /// Gives a slot back, whose generation has moved on.
  func put(_ slot: CallSlot) {
    free.withLock { $0.slots.append(slot) }
  }

  /// Visits every call in flight, by its id.
  ///
  /// Calls may begin and end meanwhile.
  func forEachCall(_ body: (UInt64, CallSlot) -> Void) {
    let made = free.withLock { $0.made }
    for index in 0..<UInt64(made) {
      if let slot = slot(of: index), let id = slot.currentCall { body(id, slot) }
    }
  }

  /// To be called with the free list locked.
  private func make(index: Int) -> CallSlot {
    let place = index / CallTable.chunkSize
    let chunk: UnsafeMutableRawPointer
    if let present = unsafe chunks[place].load(ordering: .relaxed) {
      unsafe chunk = unsafe present
    } else {
      let slots = UnsafeMutablePointer<Unmanaged<CallSlot>?>.allocate(
        capacity: CallTable.chunkSize
      )
      unsafe slots.initialize(repeating: nil, count: CallTable.chunkSize)
      unsafe chunk = UnsafeMutableRawPointer(slots)
      unsafe chunks[place].store(chunk, ordering: .releasing)
    }
    let slot = CallSlot(index: UInt64(index))
    unsafe chunk.assumingMemoryBound(to: Unmanaged<CallSlot>?.self)[index % CallTable.chunkSize] =
      Unmanaged.passRetained(slot)
    return slot
  }
}
