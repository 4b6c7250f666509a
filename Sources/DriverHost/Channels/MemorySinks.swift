/// Bytes or values in memory, up to a limit.
final class CollectingSink: ChannelSink {
  private let name: String
  private let limit: Int
  private let collected = Lock<(bytes: [UInt8], values: [Value])>(([], []))

  init(name: String, limit: Int) {
    self.name = name
    self.limit = limit
  }

  /// What has come so far.
  var contents: (bytes: [UInt8], values: [Value]) { collected.withLock { $0 } }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    let isFull = collected.withLock { collected in
      guard collected.bytes.count + bytes.count <= limit else { return true }
      unsafe collected.bytes.append(contentsOf: bytes)
      return false
    }
    if isFull { throw overLimit("\(limit) bytes") }
  }

  func emit(_ value: Value) throws(HostError) {
    let isFull = collected.withLock { collected in
      guard collected.values.count < limit else { return true }
      collected.values.append(value)
      return false
    }
    if isFull { throw overLimit("\(limit) values") }
  }

  func close(isComplete: Bool) {}

  private func overLimit(_ limit: String) -> HostError {
    HostError(
      .tooLarge,
      stage: .call,
      "`\(name)` is larger than the limit of \(limit): send it to a file, read it as a stream, or raise the limit"
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
    let copy = unsafe [UInt8](bytes)
    try run { try self.bytes?(copy) }
  }

  func emit(_ value: Value) throws(HostError) {
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
