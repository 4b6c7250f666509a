/// Lets one call at a time through: for drivers that can serve only one in a process.
final class SerialGate: Sendable {
  private struct State {
    var isBusy = false
    var waiting: [@Sendable () -> Void] = []
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

  /// Runs `work` when the gate is free, now or in another's `leave`; `work` then holds it.
  func enter(_ work: @escaping @Sendable () -> Void) {
    let isFree = state.withLock { state in
      if state.isBusy {
        state.waiting.append(work)
        return false
      }
      state.isBusy = true
      return true
    }
    if isFree { work() }
  }

  /// Lets the next one in.
  func leave() {
    let next: (@Sendable () -> Void)? = state.withLock { state in
      if state.waiting.isEmpty {
        state.isBusy = false
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?()
  }
}
