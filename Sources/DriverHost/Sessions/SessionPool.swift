/// The open sessions of one driver: warm calls find theirs again, and no two calls meet in one that is
/// made for one at a time.
///
/// A session is used again only by calls with equal `x-session` inputs. One for one call at a time that a stopped
/// call has left is reset, else checked, else closed; one that its driver calls broken is closed; one that a call was
/// given up in is left to the driver until that call has ended. Calls that find none wait in order.
final class SessionPool: Sendable {
  /// What the descriptor says of the sessions.
  struct Traits: Sendable {
    var canReset: Bool
    var canCheck: Bool
    /// Whether several calls may share a session.
    var isConcurrent: Bool
  }

  /// What the pool's lock guards.
  struct State {
    /// Sessions that calls may get, the newest last.
    var entries: [SessionKey: [SessionEntry]] = [:]
    /// How many of them there are.
    var count = 0
    /// Sessions whose `close` is under way: their places are not free yet.
    var closing = 0
    /// Sessions that no call gets any more and that are not being closed yet.
    var leaving = 0
    var waiters: [Waiter] = []
    var lastWaiter: UInt64 = 0
    var isReaperSet = false
    var isClosed = false
    var opened = 0
    /// Who waits until there is no session left.
    var drained: [CheckedContinuation<Void, Never>] = []
  }

  /// A call that waits for a session.
  @safe
  struct Waiter {
    var id: UInt64
    var key: SessionKey
    var continuation: UnsafeContinuation<Grant, Never>
  }

  /// What a call gets.
  enum Grant: Sendable {
    case use(SessionEntry)
    /// After a check.
    case check(SessionEntry)
    /// By opening it.
    case open(SessionEntry)
    /// It was to stop, or its time is up.
    case nothing
    case closed
  }

  let driver: DriverRuntime
  let traits: Traits
  let limits: SessionLimits
  let state = Lock(State())

  init(_ driver: DriverRuntime, _ traits: Traits, _ limits: SessionLimits) {
    self.driver = driver
    self.traits = traits
    self.limits = limits
  }

  /// How the sessions fare.
  var counts: SessionStatistics {
    state.withLock { state in
      let entries = state.entries.values.joined()
      let busy = entries.count { $0.users > 0 }
      return SessionStatistics(
        warm: entries.count { $0.phase == .open && $0.users == 0 },
        busy: busy + state.leaving,
        waitingCalls: state.waiters.count,
        opened: state.opened
      )
    }
  }

  // MARK: - Acquiring

  /// A session for a call: a warm one, a new one, or the first that becomes free.
  ///
  /// - Parameters:
  ///   - key: Which sessions will do.
  ///   - deadline: Until when the call may wait for one.
  ///   - opening: Makes the request that opens a new one.
  /// - Returns: The session, which `release` gives back.
  /// - Throws: Why none could be opened; `.timedOut` or `.cancelled` when the call's time is up first.
  func acquire(
    _ key: SessionKey,
    deadline: MonotonicTime?,
    opening: () -> CallRequest
  ) async throws(HostError) -> SessionEntry {
    while true {
      let grant: Grant
      if let atOnce = grantAtOnce(key) { grant = atOnce } else { grant = await wait(key, deadline) }
      switch grant {
      case .use(let entry): return entry
      case .check(let entry):
        if await isAlive(entry, deadline) { return entry }
        release(entry, as: .broken)
      case .open(let entry): return try await open(entry, opening())
      case .closed: throw HostError(.unavailable, stage: .call, "the host was closed")
      case .nothing: throw givenUpWaiting(deadline)
      }
    }
  }

  private func grantAtOnce(_ key: SessionKey) -> Grant? {
    state.withLock { state in
      // Those that wait already come first, unless this one needs nothing of what they wait for.
      let (grant, closing) = step(key, &state, mayEvict: false)
      assert(closing == nil)
      return grant
    }
  }

  /// What a call gets now, and a session that must be closed to make room for it; neither if it has to wait.
  ///
  /// With the state locked.
  func step(
    _ key: SessionKey,
    _ state: inout State,
    mayEvict: Bool
  ) -> (grant: Grant?, closing: SessionEntry?) {
    if state.isClosed { return (.closed, nil) }
    let now = MonotonicTime.now
    let capacity = traits.isConcurrent ? limits.callsPerSession : 1
    var isOpening = false
    // The newest first: what is not needed grows old at the other end.
    for entry in (state.entries[key] ?? []).reversed() where entry.users < capacity {
      guard entry.phase == .open else {
        isOpening = true
        continue
      }
      // One that is too old is left to the reaper, or to whoever is in it.
      if isTooOld(entry, now) { continue }
      entry.users += 1
      let mustCheck =
        entry.users == 1 && traits.canCheck
        && entry.lastUsed.advanced(by: limits.checkAfter) < now
      return (mustCheck ? .check(entry) : .use(entry), nil)
    }
    // A session that is being opened will do for several.
    if isOpening, traits.isConcurrent { return (nil, nil) }
    if state.count + state.closing < limits.maximum {
      let affinity = key.affinity ?? driver.nextAffinity()
      let entry = SessionEntry(key: key, affinity: affinity)
      entry.users = 1
      state.entries[key, default: []].append(entry)
      state.count += 1
      return (.open(entry), nil)
    }
    // Each that waits may have one place made free for it.
    guard mayEvict, state.closing < state.waiters.count else { return (nil, nil) }
    let idle = state.entries.values.joined().filter { $0.phase == .open && $0.isUnused }
    guard let oldest = idle.min(by: { $0.lastUsed < $1.lastUsed }) else { return (nil, nil) }
    remove(oldest, &state)
    oldest.phase = .closed
    state.closing += 1
    return (nil, oldest)
  }

  func isTooOld(_ entry: SessionEntry, _ now: MonotonicTime) -> Bool {
    entry.openedAt.advanced(by: limits.maximumAge) < now
      || entry.users == 0 && entry.lastUsed.advanced(by: limits.idleTime) < now
  }

  /// No call gets it any more.
  ///
  /// With the state locked.
  func remove(_ entry: SessionEntry, _ state: inout State) {
    guard entry.phase == .open || entry.phase == .opening else { return }
    entry.phase = .leaving
    state.count -= 1
    state.entries[entry.key]?.removeAll { $0 === entry }
    if state.entries[entry.key]?.isEmpty == true { state.entries[entry.key] = nil }
  }

  private func open(
    _ entry: SessionEntry,
    _ request: CallRequest
  ) async throws(HostError) -> SessionEntry {
    var request = request
    request.affinity = entry.affinity
    request.onLateEnd = { [self] in abandonedCallEnded(entry) }
    let outcome: CallOutcome
    do {
      outcome = try await driver.run(request)
    } catch {
      release(entry, as: .broken)
      throw error
    }
    let redactor = request.redactor ?? Redactor(request.inputs, secrets: request.secrets)
    if let handle = outcome.session {
      driver.setSecrets(ofSession: ObjectIdentifier(entry), redactor)
      state.withLock { state in
        entry.handle = handle
        entry.redactor = redactor
      }
    }
    if outcome.session == nil, outcome.error == nil {
      driver.reportMisuse("SESS-2", "`open` ended well without having handed a session over")
    }
    guard outcome.session != nil, !outcome.isAbandoned else {
      release(entry, as: outcome.isAbandoned ? .abandoned : .broken)
      throw outcome.error
        ?? HostError(
          .internal,
          stage: .call,
          outcome.isAbandoned
            ? "the driver \(driver.traits.name) did not come out of `open`. Report this to its vendor"
            : "the driver \(driver.traits.name) ended `open` without a session. Report this to its vendor"
        )
    }
    serveWaiters { state in
      entry.phase = .open
      entry.openedAt = .now
      state.opened += 1
    }
    return entry
  }

  // MARK: - Waiting

  private func wait(_ key: SessionKey, _ deadline: MonotonicTime?) async -> Grant {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let timer = deadline.map { deadline in
      driver.deadlines.insert(.action { [self] in stopWaiting(id) }, at: deadline)
    }
    defer { if let timer { driver.deadlines.remove(timer) } }
    let grant = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        unsafe register(Waiter(id: id, key: key, continuation: continuation), deadline)
      }
    } onCancel: {
      stopWaiting(id)
    }
    // The thread sanitizer does not see that a continuation was resumed before it was waited for; the lock under
    // which the session was made it sees.
    state.withLock { _ in }
    return grant
  }

  /// Decides and registers in one go, so that nothing that becomes free in between is missed.
  private func register(_ waiter: Waiter, _ deadline: MonotonicTime?) {
    let isLate = Task.isCancelled || deadline.map { $0 <= .now } ?? false
    let (grant, closing): (Grant?, SessionEntry?) = state.withLock { state in
      if isLate { return (.nothing, nil) }
      state.waiters.append(waiter)
      let (grant, closing) = step(waiter.key, &state, mayEvict: true)
      if grant != nil { state.waiters.removeLast() }
      return (grant, closing)
    }
    if let closing { closeInBackground(closing) }
    if let grant { unsafe waiter.continuation.resume(returning: grant) }
  }

  private func stopWaiting(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
      return state.waiters.remove(at: index)
    }
    unsafe waiter?.continuation.resume(returning: .nothing)
  }

  private func givenUpWaiting(_ deadline: MonotonicTime?) -> HostError {
    if let deadline, deadline <= .now {
      var error = HostError(
        .timedOut,
        stage: .call,
        "the call ran into its deadline while it waited for one of \(limits.maximum) sessions of \(driver.traits.name): all are in use"
      )
      error.isRetryable = true
      return error
    }
    return HostError(
      .cancelled,
      stage: .call,
      "the call was cancelled while it waited for a session"
    )
  }

  /// Changes the state, and gives those that wait what they can have now.
  func serveWaiters(_ change: (inout State) -> Void) {
    let (grants, closing, drained) = state.withLock { state in
      change(&state)
      var grants: [(Waiter, Grant)] = []
      var closing: [SessionEntry] = []
      var place = 0
      while place < state.waiters.count {
        let (grant, evicted) = step(state.waiters[place].key, &state, mayEvict: true)
        if let evicted { closing.append(evicted) }
        if let grant {
          grants.append((state.waiters.remove(at: place), grant))
        } else {
          // Serial sessions go to one call each: who comes later finds no more than this one did.
          if !traits.isConcurrent, evicted == nil, isFull(state) { break }
          place += 1
        }
      }
      return (grants, closing, takeDrained(&state))
    }
    for (waiter, grant) in grants {
      unsafe waiter.continuation.resume(returning: grant)
    }
    for entry in closing { closeInBackground(entry) }
    for continuation in drained { continuation.resume() }
  }

  /// Whether there is neither an unused session nor room for another.
  private func isFull(_ state: State) -> Bool {
    state.count + state.closing >= limits.maximum
      && !state.entries.values.contains { $0.contains { $0.phase == .open && $0.users == 0 } }
  }

  private func takeDrained(_ state: inout State) -> [CheckedContinuation<Void, Never>] {
    guard state.count + state.closing + state.leaving == 0 else { return [] }
    defer { state.drained = [] }
    return state.drained
  }
}
