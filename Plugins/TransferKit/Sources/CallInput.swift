package import DriverKit

/// What comes from a call: a text, then what comes down a channel.
package final class CallInput {
  private let call: Call
  private let channel: Int?
  private let loop: Loop
  private var first: [UInt8]

  /// How many bytes are taken at once.
  private static let piece = 64 << 10

  /// An input.
  ///
  /// - Parameters:
  ///   - first: What comes before all else.
  ///   - call: Whose channel.
  ///   - channel: The channel; nil: nothing more comes.
  ///   - loop: The loop.
  package init(_ first: [UInt8], _ call: Call, channel: Int?, _ loop: Loop) {
    self.first = first
    self.call = call
    self.channel = channel
    self.loop = loop
  }

  /// The next bytes, as many as come; empty: there are none yet; nil: there are no more.
  ///
  /// - Throws: Why the channel has failed.
  package func next() throws(DriverError) -> [UInt8]? {
    if !first.isEmpty {
      defer { first = [] }
      return first
    }
    guard let channel else { return nil }
    var bytes = [UInt8](repeating: 0, count: CallInput.piece)
    var span = bytes.mutableSpan
    switch try call.read(from: channel, into: &span) {
    case .bytes(let count):
      bytes.removeLast(bytes.count - count)
      return bytes
    case .again: return []
    case .end: return nil
    }
  }

  /// Has a function run once there may be more.
  ///
  /// - Throws: That the call waits for nothing any more.
  package func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    guard let channel else { return }
    try call.onReady(channel, on: loop, body)
  }
}
