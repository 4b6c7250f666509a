package import DriverKit
package import LoopKit

/// Where a call's files are, by whichever protocol they are reached.
///
/// On the loop.
package protocol FilePlace: AnyObject {
  var call: Call { get }
  var loop: Loop { get }
  /// What tasks of the call run on.
  var actor: LoopActor { get }
  /// Ends with the call, or when the server is silent for too long.
  var scope: Scope { get }
  /// The host and port, for messages.
  var host: String { get }
}

extension FilePlace {
  /// Does something with the files of this machine, beside the loop: a disk answers when it likes.
  ///
  /// - Parameter body: What blocks.
  /// - Throws: What it throws, that there is no thread, or why the scope has ended.
  /// - Returns: What it returns.
  package func onDisk<Answer: Sendable>(
    _ body: @escaping @Sendable () throws(DriverError) -> Answer
  ) async throws(DriverError) -> Answer {
    try await onDisk(scope, body)
  }

  /// Does something with the files of this machine that is waited for also after the call's end, though not for long
  /// then.
  ///
  /// - Parameter body: What blocks.
  /// - Throws: What it throws, that there is no thread, or that the disk takes too long.
  /// - Returns: What it returns.
  package func onDiskToTheEnd<Answer: Sendable>(
    _ body: @escaping @Sendable () throws(DriverError) -> Answer
  ) async throws(DriverError) -> Answer {
    let patient = Scope(loop)
    let late = DriverError(.timedOut, "a disk of this machine did not answer in time")
    // Less than the grace that the descriptor asks for; as long as the call goes on, a slow disk has its time.
    let limit = {
      do throws(DriverError) {
        try patient.limit(4, late)
      } catch {
        patient.end(error)
      }
    }
    if scope.failure != nil { limit() }
    let id = scope.onEnd(limit)
    defer { scope.forget(id) }
    return try await onDisk(patient, body)
  }

  private func onDisk<Answer: Sendable>(
    _ scope: Scope,
    _ body: @escaping @Sendable () throws(DriverError) -> Answer
  ) async throws(DriverError) -> Answer {
    let result = try await Background.run(.disk, loop, scope) { () -> Result<Answer, DriverError> in
      Result { () throws(DriverError) in try body() }
    }
    return try result.get()
  }
}
