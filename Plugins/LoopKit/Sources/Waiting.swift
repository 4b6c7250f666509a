package import DriverKit

/// Something that tasks wait for: told once, by whoever makes it happen.
///
/// On the loop.
package final class Waiting<Value: Sendable> {
  private var continuations: [Int: CheckedContinuation<Result<Value, DriverError>, Never>] = [:]
  private var lastID = 0
  private var result: Result<Value, DriverError>?

  /// Nothing has happened yet.
  package init() {}

  /// Whether there is an answer.
  package var isOver: Bool { result != nil }

  /// Answers; the first answer counts.
  package func finish(_ answer: Result<Value, DriverError>) {
    guard result == nil else { return }
    result = answer
    let told = continuations
    continuations = [:]
    for (_, continuation) in told.sorted(by: { $0.key < $1.key }) {
      continuation.resume(returning: answer)
    }
  }

  /// Waits for the answer.
  ///
  /// - Parameter scope: How long.
  /// - Throws: What was answered, or why the scope has ended.
  /// - Returns: What was answered.
  package func value(_ scope: Scope) async throws(DriverError) -> Value {
    if let result { return try result.get() }
    try scope.check()
    lastID += 1
    let number = lastID
    // Its end is the end of this wait, and not of the others'.
    let id = scope.onEnd { [self] in
      continuations.removeValue(forKey: number)?.resume(
        returning: .failure(scope.failure ?? Call.Stop.cancelled.error)
      )
    }
    let answer = await withCheckedContinuation { told in
      // Who awaits may be moved between executors on the way, and the answer or the end come meanwhile.
      if let result {
        told.resume(returning: result)
      } else if let failure = scope.failure {
        told.resume(returning: .failure(failure))
      } else {
        continuations[number] = told
      }
    }
    scope.forget(id)
    return try answer.get()
  }
}
