extension DriverRuntime {
  /// Runs a call and waits for its end.
  ///
  /// Cancelling the task asks the call to stop.
  ///
  /// A call that ignores its stop is given up after its grace, so this always returns; it returns on
  /// the caller's own executor, without waking another thread where that is the driver's loop.
  func run(_ request: CallRequest) async throws(HostError) -> CallOutcome {
    if Task.isCancelled { return await endUnbegun(request.channels) }
    let (id, slot) = try begin(SharedRequest(request), receiver: nil, mayStartHere: true)
    return await DriverRuntime.wait(for: id, in: slot)
  }

  /// Waits for the end of a call that was begun without a receiver.
  ///
  /// Little is kept while it waits: tasks have room for all that is in the functions that wait, and there
  /// may be thousands of them.
  static func wait(for id: UInt64, in slot: CallSlot) async -> CallOutcome {
    // A driver that ends the call inside `start` costs neither a continuation nor a handler.
    if let outcome = slot.claim(id) { return outcome }
    return await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { unsafe DriverRuntime.attach($0, to: id, in: slot) }
    } onCancel: {
      slot.askToStop(id, .cancelled)
    }
  }

  // Not inlined: the task would keep room for it.
  @inline(never)
  private static func attach(
    _ continuation: UnsafeContinuation<CallOutcome, Never>,
    to id: UInt64,
    in slot: CallSlot
  ) {
    slot.attach(id) { outcome in unsafe continuation.resume(returning: outcome) }
  }

  /// Ends a call that is cancelled before it has begun, and closes its channels, which no driver has seen.
  @inline(never)
  func endUnbegun(_ channels: [CallChannel?]) async -> CallOutcome {
    var outcome = CallOutcome()
    outcome.error = HostError(.cancelled, stage: .call, "the call was cancelled before it began")
    for channel in channels {
      guard let channel else { continue }
      await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
        channel.finish(outcome.error) { _ in done.resume() }
      }
    }
    return outcome
  }
}
