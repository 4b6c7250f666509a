package import DriverKit
package import LoopKit

/// A channel of values of a call, which several tasks write to.
///
/// On the loop. A slow reader holds all of them up.
package final class ValueChannel {
  private let call: Call
  private let channel: Int
  private let loop: Loop
  private var isFull = false
  private var waiting: [Waiting<Bool>] = []

  /// A channel.
  ///
  /// - Parameters:
  ///   - call: Whose.
  ///   - channel: Its index.
  ///   - loop: The loop.
  package init(_ call: Call, _ channel: Int, _ loop: Loop) {
    self.call = call
    self.channel = channel
    self.loop = loop
  }

  /// Whether anybody reads it.
  package var isWanted: Bool { call.isWanted(channel) }

  /// Sends a value; nobody may want it.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - scope: How long a slow reader is waited for.
  /// - Throws: Why the scope has ended, or that the call is to stop.
  package func send(_ value: OutputValue, _ scope: Scope) async throws(DriverError) {
    while isWanted {
      if !isFull {
        guard try call.send(value, to: channel) == .again else { return }
        isFull = true
        try call.onReady(channel, on: loop) { [weak self] in self?.goOn() }
      }
      let turn = Waiting<Bool>()
      waiting.append(turn)
      _ = try await turn.value(scope)
    }
  }

  private func goOn() {
    isFull = false
    let told = waiting
    waiting = []
    for turn in told { turn.finish(.success(true)) }
  }
}
