/// Bytes or values in memory, up to a limit in bytes.
final class CollectingSink: ChannelSink {
  private let name: String
  private let limit: Int
  private let collected = Lock<(bytes: [UInt8], values: [Value], size: Int)>(([], [], 0))

  init(name: String, limit: Int) {
    self.name = name
    self.limit = limit
  }

  /// What has come so far.
  var contents: (bytes: [UInt8], values: [Value]) {
    collected.withLock { ($0.bytes, $0.values) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    let isFull = collected.withLock { collected in
      guard collected.size + bytes.count <= limit else { return true }
      collected.size += bytes.count
      unsafe collected.bytes.append(contentsOf: bytes)
      return false
    }
    if isFull { throw overLimit }
  }

  func send(_ value: Value, size: Int) throws(HostError) {
    let isFull = collected.withLock { collected in
      guard collected.size + size <= limit else { return true }
      collected.size += size
      collected.values.append(value)
      return false
    }
    if isFull { throw overLimit }
  }

  var isTransactional: Bool { true }

  func close(isComplete: Bool) {}

  private var overLimit: HostError {
    HostError(
      .tooLarge,
      stage: .call,
      "`\(name)` is larger than the limit of \(limit) bytes: send it to a file, read it as a stream, or raise the limit"
    )
  }
}

/// A function of the caller's.
final class HandlerSink: ChannelSink {
  private let bytes: (@Sendable ([UInt8]) throws -> Void)?
  private let values: (@Sendable (Value) throws -> Void)?

  init(bytes: @escaping @Sendable ([UInt8]) throws -> Void) {
    self.bytes = bytes
    values = nil
  }

  init(values: @escaping @Sendable (Value) throws -> Void) {
    bytes = nil
    self.values = values
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    try write(unsafe [UInt8](bytes))
  }

  func write(_ bytes: [UInt8]) throws(HostError) {
    try run { try self.bytes?(bytes) }
  }

  func send(_ value: Value, size: Int) throws(HostError) {
    try run { try values?(value) }
  }

  func close(isComplete: Bool) {}

  private func run(_ body: () throws -> Void) throws(HostError) {
    do {
      try body()
    } catch let error as HostError {
      throw error
    } catch {
      throw HostError(.cancelled, stage: .call, "the receiver of the output refused it: \(error)")
    }
  }
}
