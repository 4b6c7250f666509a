/// What becomes of a session after a call, and when it is closed.
extension SessionPool {
  /// In which state a call has left its session.
  enum Condition {
    case good
    /// It must not be used again.
    case broken
    /// The driver is still inside.
    case abandoned
  }

  /// Gives a session back after a call.
  ///
  /// - Parameters:
  ///   - entry: The session.
  ///   - outcome: How the call ended; nil for one that no driver has seen.
  func release(_ entry: SessionEntry, after outcome: CallOutcome?) {
    guard let outcome else {
      release(entry, as: .good)
      return
    }
    if outcome.isAbandoned {
      release(entry, as: .abandoned)
    } else if outcome.isSessionBroken {
      release(entry, as: .broken)
    } else if outcome.stop == nil || traits.isConcurrent {
      // A stopped call of several in one session has cost only itself.
      release(entry, as: .good)
    } else if traits.canReset || traits.canCheck {
      // The caller need not wait for this.
      Task { [self] in
        release(entry, as: await mend(traits.canReset ? "reset" : "check", entry, nil))
      }
    } else {
      release(entry, as: .broken)
    }
  }

  /// A call is out of the session, or was given up in it.
  func release(_ entry: SessionEntry, as condition: Condition) {
    var mustClose = false
    serveWaiters { state in
      entry.users -= 1
      entry.lastUsed = .now
      if condition == .abandoned { entry.abandoned += 1 }
      let isUsable =
        condition == .good && entry.phase == .open && !state.isClosed
        && !isTooOld(entry, entry.lastUsed)
      if !isUsable {
        if entry.phase != .leaving { leave(entry, &state) }
        if entry.isUnused {
          takeForClosing(entry, &state)
          mustClose = true
        } else if entry.users == 0 {
          // A driver that may never come out is not waited for.
          state.leaving -= 1
        }
      }
      setReaper(&state)
    }
    if mustClose { closeInBackground(entry) }
  }

  /// No call gets it any more; those in it stay.
  private func leave(_ entry: SessionEntry, _ state: inout State) {
    remove(entry, &state)
    state.leaving += 1
  }

  /// A session that was left by all is about to be closed.
  private func takeForClosing(_ entry: SessionEntry, _ state: inout State) {
    entry.phase = .closed
    state.leaving -= 1
    state.closing += 1
  }

  /// A call that was given up has left its session, which is closed when it was the last.
  func abandonedCallEnded(_ entry: SessionEntry) {
    let mustClose = state.withLock { state in
      entry.abandoned -= 1
      guard entry.isUnused, entry.phase == .leaving else { return false }
      entry.phase = .closed
      state.closing += 1
      return true
    }
    if mustClose { closeInBackground(entry) }
  }

  // MARK: - Calls of the pool's own

  /// Whether a session that was unused for a while still works.
  func isAlive(_ entry: SessionEntry, _ deadline: MonotonicTime?) async -> Bool {
    // Its own task: a caller that is cancelled must not cost a session that is good.
    let condition = await Task { [self] in await mend("check", entry, deadline) }.value
    if condition == .abandoned {
      state.withLock { _ in entry.abandoned += 1 }
    }
    return condition == .good
  }

  private func mend(
    _ action: String,
    _ entry: SessionEntry,
    _ deadline: MonotonicTime?
  ) async -> Condition {
    var request = housekeeping(action, entry)
    if let deadline { request.deadline = min(deadline, request.deadline ?? deadline) }
    guard let outcome = try? await driver.run(request) else { return .broken }
    if outcome.isAbandoned { return .abandoned }
    return outcome.error == nil && !outcome.isSessionBroken ? .good : .broken
  }

  /// Closes a session that counts as `closing`.
  func closeInBackground(_ entry: SessionEntry) {
    Task { [self] in
      await close(entry)
      serveWaiters { $0.closing -= 1 }
    }
  }

  private func close(_ entry: SessionEntry) async {
    guard state.withLock({ _ in entry.handle != nil }) else { return }
    do throws(HostError) {
      var request = housekeeping("close", entry)
      request.isClosing = true
      if let error = try await driver.run(request).error { throw error }
    } catch {
      driver.log(
        .warning,
        "a session did not close as it should: \(error.message)",
        execution: nil
      )
    }
    driver.setSecrets(ofSession: ObjectIdentifier(entry), nil)
  }

  private func housekeeping(_ action: String, _ entry: SessionEntry) -> CallRequest {
    var request = CallRequest(action: action, execution: UUID.makeV7())
    state.withLock { _ in
      request.session = entry.handle
      request.redactor = entry.redactor
    }
    request.affinity = entry.affinity
    request.timeout = driver.grace
    request.deadline = MonotonicTime.now.advanced(by: driver.grace)
    request.onLateEnd = { [self] in abandonedCallEnded(entry) }
    return request
  }

  // MARK: - Growing old

  /// Has unused sessions closed when their time is up.
  ///
  /// With the state locked.
  private func setReaper(_ state: inout State) {
    guard !state.isReaperSet, !state.isClosed, state.count > 0 else { return }
    state.isReaperSet = true
    let idle = state.entries.values.joined().filter { $0.users == 0 }
    let oldest = idle.map(\.lastUsed).min() ?? .now
    _ = driver.deadlines.insert(
      .action { [self] in reap() },
      at: max(oldest, MonotonicTime.now.advanced(by: .zero - limits.idleTime))
        .advanced(by: limits.idleTime).advanced(by: .milliseconds(1))
    )
  }

  private func reap() {
    var closing: [SessionEntry] = []
    serveWaiters { state in
      state.isReaperSet = false
      let now = MonotonicTime.now
      closing = state.entries.values.joined()
        .filter { $0.phase == .open && $0.users == 0 && isTooOld($0, now) }
      for entry in closing {
        leave(entry, &state)
        takeForClosing(entry, &state)
      }
      setReaper(&state)
    }
    for entry in closing { closeInBackground(entry) }
  }

  // MARK: - The end

  /// Takes no more calls: those that wait for a session are refused.
  func beginClosing() {
    let waiters = state.withLock { state in
      state.isClosed = true
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { unsafe waiter.continuation.resume(returning: .closed) }
  }

  /// Closes all sessions, each when the calls in it are out; those that the driver is still inside of after
  /// its grace are left to it.
  func close() async {
    var closing: [SessionEntry] = []
    serveWaiters { state in
      state.isClosed = true
      closing = state.entries.values.joined().filter { $0.phase == .open && $0.users == 0 }
      for entry in closing {
        leave(entry, &state)
        takeForClosing(entry, &state)
      }
    }
    for entry in closing { closeInBackground(entry) }
    await withCheckedContinuation { continuation in
      let isDrained = state.withLock { state in
        if state.count + state.closing + state.leaving == 0 { return true }
        state.drained.append(continuation)
        return false
      }
      if isDrained { continuation.resume() }
    }
  }
}
