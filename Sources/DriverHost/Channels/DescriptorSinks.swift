import Glibc

/// A file that appears when the call has succeeded, and otherwise not at all.
final class FileSink: ChannelSink {
  private let file: AtomicFile

  /// Opens the file beside its name.
  init(path: String) throws(HostError) {
    file = try AtomicFile(path: path)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    unsafe try file.write(unsafe bytes)
  }

  func close(isComplete: Bool) throws(HostError) {
    if isComplete { try file.commit() } else { file.discard() }
  }
}

/// A descriptor of the caller's, such as a pipe or standard output; it stays open.
final class DescriptorSink: ChannelSink {
  private let descriptor: Int32

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    do {
      unsafe try DescriptorSink.writeAll(unsafe bytes, to: descriptor)
    } catch {
      throw HostError(
        .unavailable,
        stage: .call,
        "the output cannot be written: \(systemMessage(error.number))"
      )
    }
  }

  func close(isComplete: Bool) {}

  /// All of the bytes, whatever `write(2)` takes at a time; a full pipe is waited for.
  static func writeAll(
    _ bytes: UnsafeRawBufferPointer,
    to descriptor: Int32
  ) throws(SystemFailure) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count > 0 {
        done += count
      } else if count < 0, errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&wait, 1, -1)
      } else if count < 0, errno != EINTR {
        throw SystemFailure(number: errno)
      }
    }
  }
}
