package import DriverKit

extension LoopActor {
  /// Begins a task for a call, which ends the call; on the loop's thread.
  ///
  /// - Parameters:
  ///   - call: The call. It fails with what the task throws, and succeeds otherwise.
  ///   - loop: The loop.
  ///   - body: What the task does, in a scope that ends when the call is stopped.
  package nonisolated func begin(
    _ call: Call,
    on loop: Loop,
    _ body: @escaping (Scope) async throws(DriverError) -> Void
  ) {
    let scope = Scope(loop)
    call.onStop(on: loop) { scope.end(call.stop?.error ?? Call.Stop.cancelled.error) }
    begin {
      do throws(DriverError) {
        try await body(scope)
        call.succeed()
      } catch {
        call.fail(error)
      }
    }
  }
}
