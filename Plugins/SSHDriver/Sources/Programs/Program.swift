internal import CSSH2
internal import DriverKit
internal import LoopKit
internal import TransferKit

/// A program on the server: what it is given, what it puts out, and how it ends.
///
/// On the loop. Input and output go on at once; a slow reader of the output holds up the program, and no memory fills.
struct Program {
  /// What its input comes from.
  protocol Input: AnyObject {
    /// The next bytes, as many as come; empty: there are none yet, and `onMore` is told; nil: there are no more.
    func next() throws(DriverError) -> [UInt8]?
    /// Has a function run once there may be more.
    func whenMore(_ body: @escaping () -> Void) throws(DriverError)
  }

  /// Where its output goes.
  protocol Output: AnyObject {
    /// Takes bytes; false: it has no room for more, and `whenRoom` is told.
    func take(_ bytes: ArraySlice<UInt8>, _ stream: SSHChannel.Stream) throws(DriverError) -> Bool
    /// Has a function run once there may be room.
    func whenRoom(_ body: @escaping () -> Void) throws(DriverError)
  }

  /// How it ended.
  struct End {
    /// Its exit status; nil: a signal has ended it, or the server did not say.
    var status: Int32?
    /// The name of the signal without SIG; nil: none.
    var signal: String?
  }

  private let channel: SSHChannel
  private let transport: SSHTransport
  private let input: (any Input)?
  private let output: any Output
  /// Whether the channel has a terminal.
  var hasTerminal = false

  init(_ channel: SSHChannel, _ input: (any Input)?, _ output: any Output) {
    self.channel = channel
    transport = channel.transport
    self.input = input
    self.output = output
  }

  /// Hands over input and output until the program has ended.
  ///
  /// - Parameter scope: How long.
  /// - Throws: Why the connection, an input or an output has failed.
  /// - Returns: How it ended.
  func run(_ scope: Scope) async throws(DriverError) -> End {
    let flow = Flow(channel, input, output)
    let status = try await transport.run(scope) { flow.step() }
    if let error = flow.failure { throw error }
    if status < 0 { throw transport.failure(status, "the connection to the program is lost") }
    if hasTerminal { try await channel.waitUntilClosed(scope) }
    try await channel.close(scope)
    // Closing waits for any packet, and only the last one of the channel's tells how the program ended.
    try await channel.waitUntilClosed(scope)
    let signal = channel.exitSignal
    return End(status: signal == nil ? channel.exitStatus : nil, signal: signal)
  }
}

/// What is on its way in both directions.
private final class Flow {
  private let channel: SSHChannel
  private let input: (any Program.Input)?
  private let output: any Program.Output
  private(set) var failure: DriverError?
  /// Input that is not written yet, from `written` on.
  private var pending: [UInt8] = []
  private var written = 0
  private var isInputOver = false
  private var isEndSent = false
  private var isInputAwaited = false
  private var isFull = false
  private var buffer = [UInt8](repeating: 0, count: 32 << 10)

  init(_ channel: SSHChannel, _ input: (any Program.Input)?, _ output: any Program.Output) {
    self.channel = channel
    self.input = input
    self.output = output
    isInputOver = input == nil
  }

  /// Hands over what can be; `LIBSSH2_ERROR_EAGAIN` until the program has ended.
  func step() -> Int {
    do throws(DriverError) {
      let sent = try feed()
      if sent < 0, sent != again { return closedEarly(sent) }
      return try drain()
    } catch {
      failure = error
      return 0
    }
  }

  private var again: Int { Int(LIBSSH2_ERROR_EAGAIN) }

  /// A program may end without reading all its input.
  private func closedEarly(_ status: Int) -> Int {
    let isClosed = [LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_CHANNEL_EOF_SENT]
      .contains(Int32(clamping: status))
    guard isClosed else { return status }
    (pending, written, isInputOver, isEndSent) = ([], 0, true, true)
    return again
  }

  private func feed() throws(DriverError) -> Int {
    while true {
      if written < pending.count {
        let count = unsafe pending.withUnsafeBytes {
          unsafe channel.write(UnsafeRawBufferPointer(rebasing: $0[written...]))
        }
        guard count > 0 else { return count == 0 ? again : count }
        written += count
        continue
      }
      if !isInputOver, let input {
        guard !isInputAwaited else { return again }
        guard let more = try input.next() else {
          isInputOver = true
          continue
        }
        if more.isEmpty {
          isInputAwaited = true
          try input.whenMore { [weak self] in
            self?.isInputAwaited = false
            self?.channel.transport.pump()
          }
          return again
        }
        (pending, written) = (more, 0)
        continue
      }
      guard !isEndSent else { return 0 }
      let status = channel.sendEnd()
      if status == 0 { isEndSent = true }
      return status
    }
  }

  private func drain() throws(DriverError) -> Int {
    var hasCome = true
    while hasCome {
      hasCome = false
      for stream in [SSHChannel.Stream.output, .errors] {
        guard !isFull else { return again }
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe channel.read(stream, into: $0) }
        if count == again || count == 0 { continue }
        guard count > 0 else { return count }
        hasCome = true
        if try !output.take(buffer[..<count], stream) {
          isFull = true
          try output.whenRoom { [weak self] in
            self?.isFull = false
            self?.channel.transport.pump()
          }
        }
      }
    }
    return channel.isAtEnd ? 0 : again
  }
}

extension CallInput: Program.Input {}
