import Glibc

/// Where an input channel begins: a file, a descriptor, memory.
///
/// Called by one thread at a time, save `stop`.
protocol ChannelSource: Sendable {
  /// Up to the buffer's size; 0 at the end, or after `stop`. May wait.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int

  /// Nothing is read any more: whoever waits in here comes out. Any thread.
  func stop()
}

/// A file, or a descriptor of the caller's.
final class DescriptorSource: ChannelSource {
  private let name: String
  private let descriptor: Int32
  private let isOwned: Bool
  /// Nil for files, for whose bytes nobody waits.
  private let interrupt: Interrupt?

  /// Opens a file.
  init(path: String) throws(HostError) {
    name = path
    isOwned = true
    // Of a pipe the reading waits for the writer, where a stop is heard.
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard descriptor >= 0 else {
      let number = errno
      throw HostError(
        number == ENOENT ? .notFound : .forbidden,
        stage: .input,
        "the file \(path) cannot be read: \(systemMessage(number))"
      )
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw HostError(.invalidInput, stage: .input, "\(path) cannot be read: it is a folder")
    }
    do {
      interrupt = DescriptorKind(of: descriptor) == .file ? nil : try Interrupt()
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// Reads a descriptor of the caller's, which stays open.
  init(descriptor: Int32) throws(HostError) {
    name = "descriptor \(descriptor)"
    isOwned = false
    self.descriptor = descriptor
    interrupt = DescriptorKind(of: descriptor) == .file ? nil : try Interrupt()
  }

  // With the last reference: a thread may still be inside `read`.
  deinit {
    if isOwned { close(descriptor) }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int {
    while true {
      // Not a byte is taken of a pipe that somebody else may want to read from when the call is over.
      if let interrupt, !interrupt.wait(for: descriptor, POLLIN) { return 0 }
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR, errno != EAGAIN {
        throw HostError(
          .unavailable,
          stage: .call,
          "\(name) cannot be read: \(systemMessage(errno))"
        )
      }
    }
  }

  func stop() { interrupt?.trigger() }
}

/// Bytes in memory.
final class MemorySource: ChannelSource {
  private let rest: Lock<ArraySlice<UInt8>>

  init(_ bytes: [UInt8]) {
    rest = Lock(bytes[...])
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    rest.withLock { rest in
      let count = min(buffer.count, rest.count)
      unsafe buffer.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
  }

  func stop() {}
}
