/// Work that is done once however many wait for it.
///
/// Who waits may stop waiting, because their time is up or their task is cancelled; the work goes on for the others.
final class SingleFlight<Key: Hashable & Sendable, Success: Sendable>: Sendable {
  typealias Answer = Result<Success, HostError>

  private struct Waiter {
    let id: UInt64
    let answer: @Sendable (Answer) -> Void
  }

  private struct State {
    var flights: [Key: [Waiter]] = [:]
    var lastWaiter: UInt64 = 0
  }

  private let state = Lock(State())
  private let deadlines: DeadlineQueue

  /// - Parameter deadlines: Wakes those whose time is up.
  init(_ deadlines: DeadlineQueue) { self.deadlines = deadlines }

  /// Waits for the work of a key, which is begun if it is not under way.
  ///
  /// - Parameters:
  ///   - key: What the work is for.
  ///   - deadline: Until when to wait; nil: for ever.
  ///   - what: What is waited for, as a message names it: "REST was being loaded".
  ///   - begin: Begins the work, whose end is told by `finish`; returns at once.
  /// - Returns: What the work has come to, or why it was not waited for any longer.
  // Not inlined: every task that makes a call would keep room for what few of them need.
  @inline(never)
  func answer(
    for key: Key,
    deadline: MonotonicTime?,
    _ what: @escaping @Sendable () -> String,
    begin: () -> Void
  ) async -> Answer {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let timer = deadline.map { deadline in
      deadlines.insert(
        .action { [self] in
          stopWaiting(id, for: key, timedOut(what))
        },
        at: deadline
      )
    }
    defer { if let timer { deadlines.remove(timer) } }
    let answer = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        enqueue(Waiter(id: id) { continuation.resume(returning: $0) }, for: key, begin)
        // A time that was up before anybody waited has woken nobody.
        if let deadline, deadline <= .now { stopWaiting(id, for: key, timedOut(what)) }
      }
    } onCancel: {
      stopWaiting(
        id,
        for: key,
        HostError(.cancelled, stage: .call, "the call was cancelled while \(what())")
      )
    }
    // The thread sanitizer does not see that a continuation was resumed before it was waited for; the lock under
    // which the answer was handed over it sees.
    state.withLock { _ in }
    return answer
  }

  /// Ends the work of a key, and answers all that wait for it.
  func finish(_ key: Key, _ answer: Answer) {
    let waiters = state.withLock { state in state.flights.removeValue(forKey: key) ?? [] }
    for waiter in waiters { waiter.answer(answer) }
  }

  private func timedOut(_ what: () -> String) -> HostError {
    HostError(.timedOut, stage: .call, "the time ran out while \(what())")
  }

  private func enqueue(_ waiter: Waiter, for key: Key, _ begin: () -> Void) {
    let isFirst = state.withLock { state in
      let isFirst = state.flights[key] == nil
      state.flights[key, default: []].append(waiter)
      return isFirst
    }
    if isFirst { begin() }
    // One that was cancelled before it waited is told by nobody else.
    guard Task.isCancelled else { return }
    stopWaiting(
      waiter.id,
      for: key,
      HostError(.cancelled, stage: .call, "the call was cancelled")
    )
  }

  private func stopWaiting(_ id: UInt64, for key: Key, _ error: HostError) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.flights[key]?.firstIndex(where: { $0.id == id }) else { return nil }
      return state.flights[key]?.remove(at: place)
    }
    waiter?.answer(.failure(error))
  }
}
