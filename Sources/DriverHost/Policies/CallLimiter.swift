import Synchronization

/// Lets calls begin that share a limit: so many at once, and so many in a period.
///
/// Calls wait in the order in which they came. The limits are those of the call that came last, since a connector may
/// be changed while calls of it run.
final class CallLimiter: Sendable {
  /// Which calls share one.
  enum Key: Hashable, Sendable {
    /// Those of a connector, by its name.
    case connector(String)
    /// Those of a driver that belong to one identity.
    case identity(driver: String, SessionKey)
  }

  /// What holds for the calls.
  struct Limits: Sendable, Hashable {
    var rate: RateLimit?
    var concurrency: Int?

    var isEmpty: Bool { rate == nil && concurrency == nil }
  }

  private struct State {
    var limits = Limits()
    /// Tokens of the bucket, as they were at `filledAt`.
    var tokens = 0.0
    var filledAt: MonotonicTime?
    var active = 0
    var waiters: [Waiter] = []
    var lastWaiter: UInt64 = 0
    var timer: DeadlineQueue.Handle?
    var isClosed = false
  }

  @safe
  private struct Waiter {
    var id: UInt64
    var continuation: UnsafeContinuation<Bool, Never>
  }

  private let deadlines: DeadlineQueue
  private let state = Lock(State())

  init(_ deadlines: DeadlineQueue) { self.deadlines = deadlines }

  /// Whether nobody would notice if it were made anew.
  var isIdle: Bool {
    state.withLock { state in
      guard state.active == 0, state.waiters.isEmpty else { return false }
      guard let rate = state.limits.rate else { return true }
      CallLimiter.fill(&state)
      return state.tokens >= Double(rate.burst)
    }
  }

  /// Waits until a call may begin, which `leave` ends.
  ///
  /// - Parameters:
  ///   - limits: What holds from now on.
  ///   - deadline: Until when it may wait.
  /// - Throws: `.timedOut` or `.cancelled` when the call's time is up first.
  func enter(_ limits: Limits, deadline: MonotonicTime?) async throws(HostError) {
    let (id, mayBegin) = state.withLock { state -> (UInt64, Bool) in
      if state.limits != limits {
        // A bucket begins full; what was taken of another one before is forgotten.
        if state.limits.rate != limits.rate { state.filledAt = nil }
        state.limits = limits
      }
      state.lastWaiter += 1
      return (state.lastWaiter, state.waiters.isEmpty && CallLimiter.take(&state))
    }
    if mayBegin { return }
    let timer = deadline.map { deadline in
      deadlines.insert(.action { [self] in stopWaiting(id) }, at: deadline)
    }
    defer { if let timer { deadlines.remove(timer) } }
    let hasEntered = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        unsafe register(Waiter(id: id, continuation: continuation), deadline)
      }
    } onCancel: {
      stopWaiting(id)
    }
    guard !hasEntered else { return }
    let what =
      "the call waited for its turn: its \(limits.concurrency == nil ? "rate_limit" : limits.rate == nil ? "max_concurrency" : "rate_limit or max_concurrency") allows no more"
    if Task.isCancelled { throw HostError(.cancelled, stage: .call, "\(what), and was cancelled") }
    if state.withLock({ $0.isClosed }) { throw HostCore.closed }
    var error = HostError(.timedOut, stage: .call, "\(what), and ran into its deadline")
    error.isRetryable = true
    throw error
  }

  /// A call that has entered has ended.
  func leave() {
    serve { $0.active -= 1 }
  }

  private func register(_ waiter: Waiter, _ deadline: MonotonicTime?) {
    var isLate = Task.isCancelled || deadline.map { $0 <= .now } ?? false
    serve { state in
      if state.isClosed { isLate = true }
      if !isLate { state.waiters.append(waiter) }
    }
    if isLate { unsafe waiter.continuation.resume(returning: false) }
  }

  /// Lets nobody wait any more: no timer will wake them.
  func close() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { unsafe waiter.continuation.resume(returning: false) }
  }

  private func stopWaiting(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiters.remove(at: place)
    }
    unsafe waiter?.continuation.resume(returning: false)
  }

  /// Changes the state, and lets those begin that may.
  private func serve(_ change: (inout State) -> Void) {
    let served = state.withLock { state -> [Waiter] in
      change(&state)
      var served: [Waiter] = []
      while !state.waiters.isEmpty, CallLimiter.take(&state) {
        served.append(state.waiters.removeFirst())
      }
      setTimer(&state)
      return served
    }
    for waiter in served { unsafe waiter.continuation.resume(returning: true) }
  }

  /// Wakes the first that waits when there is a token for it.
  private func setTimer(_ state: inout State) {
    if let timer = state.timer { deadlines.remove(timer) }
    state.timer = nil
    guard !state.waiters.isEmpty, let rate = state.limits.rate, state.tokens < 1,
      state.active < state.limits.concurrency ?? .max
    else { return }
    let missing = (1 - state.tokens) / rate.calls
    // A little later than it should be: a timer that is early would have to be set again.
    let wait = rate.period * missing + .microseconds(50)
    state.timer = deadlines.insert(
      .action { [self] in serve { $0.timer = nil } },
      at: MonotonicTime.now.advanced(by: wait)
    )
  }

  /// Takes a place and a token; false where there is none.
  private static func take(_ state: inout State) -> Bool {
    if let most = state.limits.concurrency, state.active >= most { return false }
    if state.limits.rate != nil {
      fill(&state)
      guard state.tokens >= 1 else { return false }
      state.tokens -= 1
    }
    state.active += 1
    return true
  }

  /// Adds the tokens that have come since the last look.
  private static func fill(_ state: inout State) {
    guard let rate = state.limits.rate else { return }
    let now = MonotonicTime.now
    if let before = state.filledAt {
      let periods =
        Double(now.nanoseconds - before.nanoseconds) / Double(max(1, rate.period.nanoseconds))
      state.tokens = min(Double(rate.burst), state.tokens + periods * rate.calls)
    } else {
      state.tokens = Double(rate.burst)
    }
    state.filledAt = now
  }
}

/// The limiters of a host.
final class CallLimiters: Sendable {
  /// Beyond this, those that nobody would notice are forgotten.
  private static let limit = 1024

  private let deadlines: DeadlineQueue
  private let limiters = Lock<[CallLimiter.Key: CallLimiter]>([:])
  private let isClosed = Atomic(false)

  init(_ deadlines: DeadlineQueue) { self.deadlines = deadlines }

  /// Lets nobody wait any more.
  func close() {
    let all = limiters.withLock { limiters in
      isClosed.store(true, ordering: .relaxed)
      return Array(limiters.values)
    }
    for limiter in all { limiter.close() }
  }

  /// The one of a key.
  func limiter(for key: CallLimiter.Key) -> CallLimiter {
    limiters.withLock { limiters in
      if let present = limiters[key] { return present }
      if limiters.count >= CallLimiters.limit { limiters = limiters.filter { !$0.value.isIdle } }
      let made = CallLimiter(deadlines)
      if isClosed.load(ordering: .relaxed) { made.close() }
      limiters[key] = made
      return made
    }
  }
}
