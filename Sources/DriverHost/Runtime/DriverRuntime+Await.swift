import Synchronization

extension DriverRuntime {
  /// Runs a call and waits for its end.
  ///
  /// Cancelling the task asks the call to stop.
  ///
  /// A call that ignores its stop is given up after its grace, so this always returns; it returns on
  /// the caller's own executor, without waking another thread where that is the driver's loop.
  func run(_ request: CallRequest) async throws(HostError) -> CallOutcome {
    let ticket = CallTicket()
    let result: Result<CallOutcome, HostError> = await withTaskCancellationHandler {
      unsafe await withUnsafeContinuation { continuation in
        do throws(HostError) {
          let id = try call(request) { outcome in
            unsafe continuation.resume(returning: .success(outcome))
          }
          ticket.set(id)
        } catch {
          unsafe continuation.resume(returning: .failure(error))
        }
      }
    } onCancel: {
      ticket.cancel()
    }
    return try result.get()
  }
}

/// Brings a call's id and its task's cancellation together, whichever comes first.
final class CallTicket: Sendable {
  /// 0: no id yet; `cancelled`: cancelled before there was one; else the call's id.
  private let state = Atomic<UInt64>(0)
  private static let cancelled = UInt64.max

  /// The call has begun.
  func set(_ id: UInt64) {
    let (isFirst, _) = state.compareExchange(
      expected: 0,
      desired: id,
      ordering: .acquiringAndReleasing
    )
    if !isFirst { CallTable.shared.slot(of: id)?.askToStop(id, .cancelled) }
  }

  /// The call is to stop, now or when it begins.
  func cancel() {
    let (isFirst, id) = state.compareExchange(
      expected: 0,
      desired: CallTicket.cancelled,
      ordering: .acquiringAndReleasing
    )
    if !isFirst, id != CallTicket.cancelled {
      CallTable.shared.slot(of: id)?.askToStop(id, .cancelled)
    }
  }
}
