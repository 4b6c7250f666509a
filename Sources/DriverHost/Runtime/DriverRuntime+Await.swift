extension DriverRuntime {
  /// Runs a call and waits for its end.
  ///
  /// Cancelling the task asks the call to stop.
  ///
  /// A call that ignores its stop is given up after its grace, so this always returns; it returns on
  /// the caller's own executor, without waking another thread where that is the driver's loop.
  func run(_ request: CallRequest) async throws(HostError) -> CallOutcome {
    if Task.isCancelled {
      var outcome = CallOutcome()
      outcome.error = HostError(.cancelled, stage: .call, "the call was cancelled before it began")
      return await settle(request.channels, outcome)
    }
    let (id, slot) = try begin(request, receiver: nil, mayStartHere: true)
    // A driver that ends the call inside `start` costs neither a continuation nor a handler.
    if let outcome = slot.claim(id) { return outcome }
    return await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        slot.attach(id) { outcome in unsafe continuation.resume(returning: outcome) }
      }
    } onCancel: {
      slot.askToStop(id, .cancelled)
    }
  }

  /// Closes the channels of a call that no driver has seen.
  private func settle(_ channels: [CallChannel?], _ outcome: CallOutcome) async -> CallOutcome {
    for channel in channels {
      guard let channel else { continue }
      await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
        channel.finish(outcome.error) { _ in done.resume() }
      }
    }
    return outcome
  }
}
