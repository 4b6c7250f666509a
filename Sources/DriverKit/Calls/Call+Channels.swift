internal import DriverABI

/// A call's channels. A channel is an index into the `channels` of the action in the descriptor.
extension Call {
  /// What became of bytes or a value for a channel.
  public enum Sent: Sendable, Hashable {
    /// Taken, all of it.
    case taken
    /// Not taken: the reader is slow. Only in a non-blocking driver; `onReady` tells when.
    case again
    /// Nobody reads the channel, or not any longer: carry on without it, or end.
    case unwanted
  }

  /// What came from an input channel.
  public enum Received: Sendable, Hashable {
    /// So many bytes, at least one.
    case bytes(Int)
    /// Nothing yet. Only in a non-blocking driver; `onReady` tells when.
    case again
    /// The end.
    case end
  }

  /// Whether anybody reads an output channel, or anything is connected to an input channel.
  public func isWanted(_ channel: Int) -> Bool {
    unsafe state.functions.pointee.wanted(state.call, UInt32(channel)) > 0
  }

  /// Sends bytes down an output channel: all of them or none.
  ///
  /// Waits for a slow reader in a blocking driver.
  ///
  /// - Throws: The stop's error when the call is to stop.
  /// - Returns: What became of them.
  public func write(_ bytes: Span<UInt8>, to channel: Int) throws(DriverError) -> Sent {
    try sent(
      "write",
      unsafe bytes.withUnsafeBytes {
        unsafe state.functions.pointee.write(
          state.call,
          UInt32(channel),
          $0.baseAddress,
          $0.count
        )
      }
    )
  }

  /// Sends bytes down an output channel: all of them or none.
  public func write(_ bytes: [UInt8], to channel: Int) throws(DriverError) -> Sent {
    try write(bytes.span, to: channel)
  }

  /// Sends one value down an output channel whose content is `values`.
  ///
  /// Waits for a slow reader in a blocking driver.
  ///
  /// - Throws: The stop's error when the call is to stop.
  /// - Returns: What became of it.
  public func send(_ value: OutputValue, to channel: Int) throws(DriverError) -> Sent {
    var builder = OutputBuilder()
    builder.add(value: value)
    return try send(&builder, to: channel)
  }

  /// Sends a tree down an output channel, and makes the builder ready for the next one.
  ///
  /// On `again` the tree stays as it is, to be sent by the same call once `onReady` says so.
  ///
  /// - Throws: The stop's error when the call is to stop.
  /// - Returns: What became of it.
  public func send(
    _ tree: inout OutputBuilder,
    to channel: Int
  ) throws(DriverError) -> Sent {
    let status = unsafe tree.withTree {
      unsafe state.functions.pointee.send(state.call, UInt32(channel), $0)
    }
    if status == DH_AGAIN { return .again }
    defer { tree.reset() }
    if status == DH_INVALID {
      throw tree.refusal(by: "send", of: "the value for channel \(channel)")
    }
    return try sent("send", status)
  }

  /// Takes bytes from an input channel.
  ///
  /// Waits for some in a blocking driver.
  ///
  /// - Parameters:
  ///   - channel: An index into the action's channels.
  ///   - buffer: Where they go; it has room for at least one.
  /// - Throws: The stop's error when the call is to stop, `.unsupported` where nothing is connected.
  /// - Returns: What came.
  public func read(
    from channel: Int,
    into buffer: inout MutableSpan<UInt8>
  ) throws(DriverError) -> Received {
    let count = unsafe buffer.withUnsafeMutableBytes { buffer -> Int64 in
      // The host refuses a buffer without room; a buffer with room has an address.
      guard let start = buffer.baseAddress else { return Int64(DH_INVALID) }
      return unsafe state.functions.pointee.read(
        state.call,
        UInt32(channel),
        start,
        buffer.count
      )
    }
    switch count {
    case 0: return .end
    case Int64(DH_AGAIN): return .again
    case Int64(DH_STOPPED), Int64(DH_GONE): throw (stop ?? .cancelled).error
    case let count where count > 0: return .bytes(Int(count))
    default: throw DriverError(status: Int32(clamping: count), of: "read")
    }
  }

  /// How many bytes an input channel has from its beginning to its end, however many were read; nil:
  /// nobody knows, as with a pipe.
  ///
  /// A promise of the host's: exactly so many come, or the call is stopped.
  ///
  /// - Throws: The stop's error when the call has ended, `.unsupported` where nothing is connected.
  public func length(of channel: Int) throws(DriverError) -> Int64? {
    let length = unsafe state.functions.pointee.length(state.call, UInt32(channel))
    if length >= 0 { return length }
    if length == Int64(DH_UNABLE) { return nil }
    throw DriverError(status: Int32(clamping: length), of: "length")
  }

  /// Has the next `read` of an input channel begin so many bytes after its beginning.
  ///
  /// - Throws: The stop's error when the call has ended, `.unsupported` where nothing is connected.
  /// - Returns: False where what is connected can be read once only, as a pipe can.
  public func seek(_ channel: Int, to offset: Int64) throws(DriverError) -> Bool {
    let status = unsafe state.functions.pointee.seek(state.call, UInt32(channel), offset)
    if status == DH_UNABLE { return false }
    try check("seek", status)
    return true
  }

  /// Runs `body` once on the loop when a channel has room, has bytes or has come to its end; nil
  /// takes it back.
  ///
  /// One a channel. It runs too when the call is asked to stop and when the reader has gone: what is
  /// tried then says so. Whichever thread ends the call, what `body` holds is let go of on the loop,
  /// where it may be running while another thread ends the call.
  ///
  /// - Parameters:
  ///   - channel: An index into the action's channels.
  ///   - loop: The loop that the driver was made with, which the caller is on.
  ///   - body: Runs at once if it is so already, but not inside this.
  /// - Throws: `.unsupported` where nothing is connected to the channel.
  public func onReady(
    _ channel: Int,
    on loop: Loop,
    _ body: (() -> Void)?
  ) throws(DriverError) {
    try check("on_ready", state.setReadyFunction(UInt32(channel), body, on: loop))
  }

  private func sent(_ function: StaticString, _ status: Int32) throws(DriverError) -> Sent {
    switch status {
    case DH_OK: return .taken
    case DH_AGAIN: return .again
    case DH_UNWANTED: return .unwanted
    case DH_STOPPED, DH_GONE: throw (stop ?? .cancelled).error
    default: throw DriverError(status: status, of: function)
    }
  }
}
