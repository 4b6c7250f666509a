package import DriverKit

/// Something that several tasks wait for, each as long as it may.
///
/// On the loop.
package final class Gate {
  private var isOpen = false
  private var waiting: [Waiting<Bool>] = []
  private var failure: DriverError?
  /// That of those who wait.
  private var loop: Loop?

  /// A gate that is closed.
  package init() {}

  /// Lets all pass who wait, and all who come.
  ///
  /// - Parameter failure: Why what they wait for is not there, where that is so for all; nil: they look for themselves.
  package func open(_ failure: DriverError? = nil) {
    isOpen = true
    self.failure = failure
    tell()
  }

  /// How many are told at once: thousands would hold the loop up.
  private static let most = 64

  private func tell() {
    let told = waiting.prefix(Gate.most)
    waiting.removeFirst(told.count)
    for turn in told { turn.finish(.success(true)) }
    if !waiting.isEmpty { loop?.post { self.tell() } }
  }

  /// Waits until it is open.
  ///
  /// - Parameter scope: How long.
  /// - Throws: Why the scope has ended.
  /// - Returns: Why what is waited for is not there; nil: it may be.
  package func pass(_ scope: Scope) async throws(DriverError) -> DriverError? {
    if !isOpen {
      let turn = Waiting<Bool>()
      waiting.append(turn)
      loop = scope.loop
      _ = try await turn.value(scope)
    }
    return failure
  }
}
