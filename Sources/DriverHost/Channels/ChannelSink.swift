/// What a channel carries.
public enum ChannelContent: String, Sendable, Hashable, CaseIterable {
  case bytes
  case values
}

/// Where a channel ends: a file, a descriptor, a callback, memory.
///
/// Called by one thread at a time, save `stop`; `close` last and once.
protocol ChannelSink: Sendable {
  /// Takes all of the bytes; may wait.
  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError)

  /// The same, for bytes that may be kept.
  func write(_ bytes: [UInt8]) throws(HostError)

  /// Takes a value of about `size` bytes; may wait.
  func send(_ value: Value, size: Int) throws(HostError)

  /// The call is to stop: whoever waits in here comes out, if that can be. Any thread.
  func stop()

  /// Whether what has come is nowhere to be seen when the call fails.
  var isTransactional: Bool { get }

  /// The end: everything has come, or the call failed before it had.
  func close(isComplete: Bool) throws(HostError)
}

extension ChannelSink {
  func write(_ bytes: [UInt8]) throws(HostError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      Result { () throws(HostError) in unsafe try write(unsafe buffer) }
    }
    try result.get()
  }

  /// For sinks of bytes: a value as one line of JSON.
  func send(_ value: Value, size: Int) throws(HostError) {
    try write(Array((JSON.text(value) + "\n").utf8))
  }

  var isTransactional: Bool { false }

  /// For sinks that never wait, or that nobody can hurry.
  func stop() {}
}
