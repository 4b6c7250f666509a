/// Lets one call at a time through: for drivers that can serve only one in a process.
///
/// A call that was given up holds the gate until its driver lets go of it; until then new calls fail at once
/// instead of waiting for what may never come.
final class SerialGate: Sendable {
  /// A call that waits for its turn.
  struct Waiter: Sendable {
    let call: UInt64
    let slot: CallSlot
    let driver: DriverRuntime
    let affinity: Int?
  }

  /// What becomes of a call at the gate.
  enum Entry {
    case entered
    /// `SerialGate` begins it when its turn comes.
    case queued
    case wedged
  }

  private struct State {
    var isBusy = false
    var isWedged = false
    var waiting = ItemQueue<Waiter>()
  }

  private let state = Lock(State())
  private static let gates = Lock<[String: SerialGate]>([:])

  /// The one gate of a driver, whichever host calls it.
  static func forDriver(id: String) -> SerialGate {
    gates.withLock { gates in
      if let gate = gates[id] { return gate }
      let gate = SerialGate()
      gates[id] = gate
      return gate
    }
  }

  /// Lets a call in, or keeps it until its turn.
  func enter(_ waiter: Waiter) -> Entry {
    state.withLock { state in
      if state.isWedged { return .wedged }
      if state.isBusy {
        state.waiting.append(waiter, size: 1)
        return .queued
      }
      state.isBusy = true
      return .entered
    }
  }

  /// The call inside was given up: those that wait fail.
  func wedge() {
    let waiting = state.withLock { state in
      state.isWedged = true
      var waiting: [Waiter] = []
      while let waiter = state.waiting.popFirst() { waiting.append(waiter) }
      return waiting
    }
    for waiter in waiting { waiter.slot.fail(waiter.call, SerialGate.wedged(waiter.driver)) }
  }

  /// Lets the next one in, on another thread or in a later turn of the loop: never on this stack.
  func leave() {
    while let next = next() {
      if next.slot.takeGate(next.call) {
        next.driver.launch(next.call, next.slot, next.affinity, mayStartHere: false)
        return
      }
      // It has ended while it waited.
    }
  }

  /// The next one, if there is one; without one the gate is free.
  private func next() -> Waiter? {
    state.withLock { state in
      state.isWedged = false
      guard let next = state.waiting.popFirst() else {
        state.isBusy = false
        return nil
      }
      return next
    }
  }

  /// Why a call cannot get in.
  static func wedged(_ driver: DriverRuntime) -> HostError {
    HostError(
      .unavailable,
      stage: .driver,
      "the driver \(driver.traits.name) serves one call at a time, and one that ignored its stop is still inside it. Restart the process, and report this to the driver's vendor"
    )
  }
}
