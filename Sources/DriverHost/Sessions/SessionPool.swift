/// The open sessions of one driver: warm calls find theirs again, and no two calls meet in one that is
/// made for one at a time.
///
/// A session is used again only by calls with equal `x-session` inputs. One that a stopped call has left
/// is reset, else checked, else closed; one that its driver calls broken is closed; one that a call was
/// given up in is left to the driver until that call has ended.
final class SessionPool: Sendable {
  /// What the descriptor says of the sessions.
  struct Traits: Sendable {
    var canReset: Bool
    var canCheck: Bool
    /// Whether several calls may share a session.
    var isConcurrent: Bool
  }

  /// One session.
  final class Entry: Sendable {
    let key: SessionKey
    let openedAt = MonotonicTime.now
    fileprivate let state: Lock<EntryState>

    fileprivate init(key: SessionKey) {
      self.key = key
      state = Lock(EntryState())
    }

    /// The driver's session.
    ///
    /// Only of an entry that is open.
    var handle: SessionHandle? { state.withLock { $0.handle } }

    /// What masks the secrets that it was opened with.
    fileprivate var redactor: Redactor? { state.withLock { $0.redactor } }
  }

  fileprivate struct EntryState {
    var handle: SessionHandle?
    var redactor: Redactor?
  }

  private struct Use {
    var entry: Entry
    /// Calls in it, its own opening and resetting among them.
    var users = 0
    var isOpen = false
    var lastUsed = MonotonicTime.now
    var isUnusable = false
  }

  @safe
  private struct Waiter {
    var id: UInt64
    var continuation: UnsafeContinuation<Void, Never>
  }

  private struct State {
    var uses: [ObjectIdentifier: Use] = [:]
    var byKey: [SessionKey: [ObjectIdentifier]] = [:]
    var waiters: [Waiter] = []
    var lastWaiter: UInt64 = 0
    var isReaperSet = false
    var isClosed = false
    var opened = 0
  }

  private let driver: DriverRuntime
  private let traits: Traits
  private let limits: SessionLimits
  private let state = Lock(State())

  init(_ driver: DriverRuntime, _ traits: Traits, _ limits: SessionLimits) {
    self.driver = driver
    self.traits = traits
    self.limits = limits
  }

  /// How many sessions are open, how many of them in use, how many calls wait, and how many sessions
  /// were ever opened.
  var counts: (open: Int, busy: Int, waiting: Int, opened: Int) {
    state.withLock { state in
      (
        state.uses.values.count(where: \.isOpen), state.uses.values.count { $0.users > 0 },
        state.waiters.count, state.opened
      )
    }
  }

  // MARK: - Acquiring

  private enum Step {
    case use(Entry)
    case check(Entry)
    case open(Entry, closing: Entry?)
    case wait
    case closed
  }

  /// A session for a call: a warm one, a new one, or the first that becomes free.
  ///
  /// - Parameters:
  ///   - key: Which sessions will do.
  ///   - opening: The request that opens a new one.
  /// - Returns: The session, which `release` gives back.
  /// - Throws: Why none could be opened; `.timedOut` or `.cancelled` when the call's time is up first.
  func acquire(_ key: SessionKey, opening: CallRequest) async throws(HostError) -> Entry {
    while true {
      switch state.withLock({ nextStep(key, &$0) }) {
      case .use(let entry): return entry
      case .check(let entry):
        if await succeeds("check", entry) { return entry }
        discard(entry)
      case .open(let entry, let closing):
        if let closing { await close(closing) }
        return try await open(entry, opening)
      case .wait: try await wait(opening)
      case .closed: throw HostError(.unavailable, stage: .call, "the host was closed")
      }
    }
  }

  private func nextStep(_ key: SessionKey, _ state: inout State) -> Step {
    if state.isClosed { return .closed }
    let now = MonotonicTime.now
    let capacity = traits.isConcurrent ? limits.callsPerSession : 1
    var isOpening = false
    // The newest first: what is not needed grows old at the other end.
    for id in (state.byKey[key] ?? []).reversed() {
      guard let use = state.uses[id], !use.isUnusable, use.users < capacity else { continue }
      guard use.isOpen else {
        isOpening = true
        continue
      }
      if use.users == 0, isTooOld(use, now) { return evict(id, for: key, &state) }
      state.uses[id]?.users += 1
      let mustCheck =
        use.users == 0 && traits.canCheck
        && use.lastUsed.advanced(by: limits.checkAfter) < now
      return mustCheck ? .check(use.entry) : .use(use.entry)
    }
    // A session that is being opened will do for several.
    if isOpening, traits.isConcurrent { return .wait }
    if state.uses.count < limits.maximum { return .open(reserve(key, &state), closing: nil) }
    let idle = state.uses.filter { $0.value.users == 0 && $0.value.isOpen }
    if let oldest = idle.min(by: { $0.value.lastUsed < $1.value.lastUsed }) {
      return evict(oldest.key, for: key, &state)
    }
    return .wait
  }

  private func isTooOld(_ use: Use, _ now: MonotonicTime) -> Bool {
    use.entry.openedAt.advanced(by: limits.maximumAge) < now
      || use.lastUsed.advanced(by: limits.idleTime) < now
  }

  private func reserve(_ key: SessionKey, _ state: inout State) -> Entry {
    let entry = Entry(key: key)
    let id = ObjectIdentifier(entry)
    state.uses[id] = Use(entry: entry, users: 1)
    state.byKey[key, default: []].append(id)
    return entry
  }

  private func evict(
    _ id: ObjectIdentifier,
    for key: SessionKey,
    _ state: inout State
  ) -> Step {
    let closing = remove(id, &state)
    return .open(reserve(key, &state), closing: closing)
  }

  private func remove(_ id: ObjectIdentifier, _ state: inout State) -> Entry? {
    guard let use = state.uses.removeValue(forKey: id) else { return nil }
    state.byKey[use.entry.key]?.removeAll { $0 == id }
    if state.byKey[use.entry.key]?.isEmpty == true { state.byKey[use.entry.key] = nil }
    return use.entry
  }

  private func open(_ entry: Entry, _ request: CallRequest) async throws(HostError) -> Entry {
    var request = request
    request.affinity = entry.key.affinity
    let outcome: CallOutcome
    do {
      outcome = try await driver.run(request)
    } catch {
      forget(entry)
      throw error
    }
    guard let handle = outcome.session else {
      forget(entry)
      throw outcome.error
        ?? HostError(
          .internal,
          stage: .call,
          "the driver \(driver.traits.name) ended `open` without a session. Report this to its vendor"
        )
    }
    let redactor = Redactor(request.inputs, secrets: request.secrets)
    entry.state.withLock { $0 = EntryState(handle: handle, redactor: redactor) }
    driver.setSecrets(ofSession: ObjectIdentifier(entry), redactor)
    let waiters = state.withLock { state in
      state.uses[ObjectIdentifier(entry)]?.isOpen = true
      state.opened += 1
      defer { if traits.isConcurrent { state.waiters.removeAll() } }
      return traits.isConcurrent ? state.waiters : []
    }
    for waiter in waiters { unsafe waiter.continuation.resume() }
    return entry
  }

  // MARK: - Waiting

  /// Waits until a session may have become free.
  private func wait(_ request: CallRequest) async throws(HostError) {
    let id = state.withLock { state in
      state.lastWaiter += 1
      return state.lastWaiter
    }
    let timer = request.deadline.map { deadline in
      driver.deadlines.insert(.action { [self] in stopWaiting(id) }, at: deadline)
    }
    await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        let mustWait = state.withLock { state in
          // Between the step and here a session may have come back.
          let isBusy = state.uses.count >= limits.maximum || traits.isConcurrent
          let isIdle = state.uses.values.contains { $0.users == 0 }
          guard isBusy, !isIdle, !Task.isCancelled, !state.isClosed else { return false }
          unsafe state.waiters.append(Waiter(id: id, continuation: continuation))
          return true
        }
        if !mustWait { unsafe continuation.resume() }
      }
    } onCancel: {
      stopWaiting(id)
    }
    if let timer { driver.deadlines.remove(timer) }
    if Task.isCancelled {
      throw HostError(
        .cancelled,
        stage: .call,
        "the call was cancelled while it waited for a session"
      )
    }
    if let deadline = request.deadline, deadline <= .now {
      throw HostError(
        .timedOut,
        stage: .call,
        "the call ran into its deadline while it waited for one of \(limits.maximum) sessions of \(driver.traits.name): all are in use"
      )
    }
  }

  private func stopWaiting(_ id: UInt64) {
    let waiter = state.withLock { state -> Waiter? in
      guard let index = state.waiters.firstIndex(where: { $0.id == id }) else {
        return nil
      }
      return state.waiters.remove(at: index)
    }
    unsafe waiter?.continuation.resume()
  }

  private func wakeOne() {
    let waiter = state.withLock { state -> Waiter? in
      state.waiters.isEmpty ? nil : state.waiters.removeFirst()
    }
    unsafe waiter?.continuation.resume()
  }

  // MARK: - Giving back

  /// Gives a session back after a call.
  func release(_ entry: Entry, after outcome: CallOutcome?) {
    if let outcome, outcome.isAbandoned {
      // Its driver is still inside: it is closed by `abandonedCallEnded`.
      forget(entry)
      return
    }
    let isBroken = outcome?.isSessionBroken ?? true
    let mustMend = outcome?.stop != nil && outcome?.error != nil && !traits.isConcurrent
    if isBroken || mustMend && !traits.canReset && !traits.canCheck {
      discard(entry)
      return
    }
    guard mustMend else {
      giveBack(entry)
      return
    }
    // The caller need not wait for this.
    Task { [self] in
      if await succeeds(traits.canReset ? "reset" : "check", entry) {
        giveBack(entry)
      } else {
        discard(entry)
      }
    }
  }

  /// A call that was given up has left its session, which is closed now.
  func abandonedCallEnded(_ entry: Entry) {
    Task { await close(entry) }
  }

  private func giveBack(_ entry: Entry) {
    let id = ObjectIdentifier(entry)
    let closing: Entry? = state.withLock { state in
      guard var use = state.uses[id] else { return nil }
      use.users -= 1
      use.lastUsed = .now
      state.uses[id] = use
      guard use.users == 0, use.isUnusable || state.isClosed else { return nil }
      return remove(id, &state)
    }
    if let closing { Task { await close(closing) } }
    setReaper()
    wakeOne()
  }

  /// Closes a session that must not be used again, when no call is left in it.
  private func discard(_ entry: Entry) {
    let id = ObjectIdentifier(entry)
    let closing: Entry? = state.withLock { state in
      state.uses[id]?.isUnusable = true
      state.uses[id]?.users -= 1
      return state.uses[id]?.users == 0 ? remove(id, &state) : nil
    }
    if let closing { Task { await close(closing) } }
    wakeOne()
  }

  /// Drops a session that there is nothing to close of.
  private func forget(_ entry: Entry) {
    state.withLock { _ = remove(ObjectIdentifier(entry), &$0) }
    wakeOne()
  }

  private func succeeds(_ action: String, _ entry: Entry) async -> Bool {
    guard let outcome = try? await driver.run(housekeeping(action, entry)) else { return false }
    return outcome.error == nil
  }

  private func close(_ entry: Entry) async {
    guard entry.handle != nil else { return }
    // Its own task: a caller's cancellation must not leave a session open.
    await Task { [self] in
      do throws(HostError) {
        if let error = try await driver.run(housekeeping("close", entry)).error { throw error }
      } catch {
        driver.log(
          .warning,
          "a session did not close as it should: \(error.message)",
          execution: nil
        )
      }
      driver.setSecrets(ofSession: ObjectIdentifier(entry), nil)
    }.value
  }

  private func housekeeping(_ action: String, _ entry: Entry) -> CallRequest {
    var request = CallRequest(action: action, execution: UUID.makeV7())
    request.session = entry.handle
    request.redactor = entry.redactor
    request.affinity = entry.key.affinity
    request.timeout = driver.grace
    request.deadline = MonotonicTime.now.advanced(by: driver.grace)
    return request
  }

  // MARK: - Growing old

  /// Has unused sessions closed when their time is up.
  private func setReaper() {
    let isSet = state.withLock { state in
      defer { state.isReaperSet = true }
      return state.isReaperSet || state.isClosed
    }
    if isSet { return }
    _ = driver.deadlines.insert(
      .action { [self] in reap() },
      at: MonotonicTime.now.advanced(by: limits.idleTime)
    )
  }

  private func reap() {
    let now = MonotonicTime.now
    let (closing, isAnyLeft) = state.withLock { state in
      state.isReaperSet = false
      let old = state.uses.filter { $0.value.users == 0 && isTooOld($0.value, now) }
      return (old.keys.compactMap { remove($0, &state) }, !state.uses.isEmpty)
    }
    for entry in closing { Task { await close(entry) } }
    if isAnyLeft { setReaper() }
  }

  /// Closes all sessions that no call is in, and takes no more calls.
  func close() async {
    let (closing, waiters) = state.withLock { state in
      state.isClosed = true
      let idle = state.uses.filter { $0.value.users == 0 }
      defer { state.waiters.removeAll() }
      return (idle.keys.compactMap { remove($0, &state) }, state.waiters)
    }
    for waiter in waiters { unsafe waiter.continuation.resume() }
    await withTaskGroup { group in
      for entry in closing { group.addTask { await self.close(entry) } }
    }
  }
}
