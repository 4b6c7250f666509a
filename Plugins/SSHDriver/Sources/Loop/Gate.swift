internal import DriverKit

/// Something that several tasks wait for, each as long as it may.
///
/// On the loop.
final class Gate {
  private var isOpen = false
  private var waiting: [Waiting<Bool>] = []

  /// Lets all pass who wait, and all who come.
  func open() {
    isOpen = true
    let told = waiting
    waiting = []
    for turn in told { turn.finish(.success(true)) }
  }

  /// Waits until it is open.
  ///
  /// - Parameter scope: How long.
  /// - Throws: Why the scope has ended.
  func pass(_ scope: Scope) async throws(DriverError) {
    guard !isOpen else { return }
    let turn = Waiting<Bool>()
    waiting.append(turn)
    _ = try await turn.value(scope)
  }
}
