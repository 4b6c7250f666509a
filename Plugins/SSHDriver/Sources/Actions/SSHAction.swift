internal import DriverKit
internal import LoopKit

/// What a call asks for, read from its inputs before anything waits: they are views that do not outlive that.
protocol SSHAction {
  /// Does it.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - session: Where.
  ///   - scope: How long.
  /// - Throws: Why it failed.
  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError)
}
