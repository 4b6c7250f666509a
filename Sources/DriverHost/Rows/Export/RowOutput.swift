/// Takes the bytes that rows become.
public protocol ByteReceiver: Sendable {
  /// Takes bytes, in order, from one thread at a time; may wait, which holds the driver back.
  ///
  /// - Parameter bytes: The bytes, valid until the function returns.
  /// - Throws: Why it takes no more; the call then ends.
  func receive(_ bytes: RawSpan) throws
}

/// Bytes on their way to a receiver, small pieces put together.
struct RowOutput {
  private static let size = 64 << 10

  private let receiver: any ByteReceiver
  private var pending: [UInt8] = []
  /// How many bytes have been written.
  private(set) var count: Int64 = 0

  init(_ receiver: any ByteReceiver) {
    self.receiver = receiver
  }

  mutating func write(_ bytes: [UInt8]) throws(HostError) {
    count += Int64(bytes.count)
    pending += bytes
    if pending.count >= RowOutput.size { try flush() }
  }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    guard bytes.count >= RowOutput.size / 4 else {
      try write(unsafe [UInt8](bytes))
      return
    }
    try flush()
    count += Int64(bytes.count)
    unsafe try pass(on: bytes.bytes)
  }

  /// Passes on what is pending.
  mutating func flush() throws(HostError) {
    guard !pending.isEmpty else { return }
    unsafe try pass(on: pending.span.bytes)
    pending.removeAll(keepingCapacity: true)
  }

  private func pass(on bytes: RawSpan) throws(HostError) {
    do {
      try receiver.receive(bytes)
    } catch let error as HostError {
      throw error
    } catch {
      throw HostError(.cancelled, stage: .call, "the receiver of the rows refused them: \(error)")
    }
  }
}
