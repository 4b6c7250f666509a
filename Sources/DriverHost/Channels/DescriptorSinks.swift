/// A file that appears when the call has succeeded, and otherwise not at all.
final class FileSink: ChannelSink {
  private let file: AtomicFile
  private let writer: DescriptorWriter

  /// Opens the file beside its name.
  init(path: String) throws(HostError) {
    file = try AtomicFile(path: path)
    writer = try DescriptorWriter(file.descriptor)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    do {
      unsafe try writer.write(unsafe bytes)
    } catch {
      switch error {
      case .system(let number): throw file.failure("cannot be written", number)
      case .interrupted: throw DescriptorSink.interrupted
      }
    }
  }

  func stop() { writer.stop() }

  var isTransactional: Bool { file.isReplacing }

  func close(isComplete: Bool) throws(HostError) {
    if isComplete { try file.commit() } else { file.discard() }
  }
}

/// A descriptor of the caller's, such as a pipe or standard output; it stays open.
final class DescriptorSink: ChannelSink {
  private let writer: DescriptorWriter

  init(_ descriptor: Int32) throws(HostError) {
    writer = try DescriptorWriter(descriptor)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    do {
      unsafe try writer.write(unsafe bytes)
    } catch {
      switch error {
      case .system(let number):
        var failure = HostError(
          .unavailable,
          stage: .call,
          "the output cannot be written: \(systemMessage(number))"
        )
        failure.vendorCode = Int64(number)
        throw failure
      case .interrupted: throw DescriptorSink.interrupted
      }
    }
  }

  func stop() { writer.stop() }

  func close(isComplete: Bool) {}

  /// What a stop makes of a write that waits for its reader.
  static var interrupted: HostError {
    HostError(
      .cancelled,
      stage: .call,
      "the call was stopped while the reader of its output held it up"
    )
  }
}
