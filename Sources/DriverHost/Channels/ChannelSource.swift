import Glibc

/// Where an input channel begins: a file, a descriptor, memory.
///
/// Called by one thread at a time.
protocol ChannelSource: Sendable {
  /// Up to the buffer's size; 0 at the end. May wait.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int

  /// Nothing is read any more.
  func close()
}

/// A file, or a descriptor of the caller's.
final class DescriptorSource: ChannelSource, @unchecked Sendable {
  // `@unchecked` because a source is called by one thread at a time, and `close` comes last.
  private let name: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// Opens a file.
  init(path: String) throws(HostError) {
    name = path
    isOwned = true
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      let number = errno
      throw HostError(
        number == ENOENT ? .notFound : .forbidden,
        stage: .input,
        "the file \(path) cannot be read: \(systemMessage(number))"
      )
    }
  }

  /// Reads a descriptor of the caller's, which stays open.
  init(descriptor: Int32) {
    name = "descriptor \(descriptor)"
    isOwned = false
    self.descriptor = descriptor
  }

  deinit {
    if isOwned { Glibc.close(descriptor) }
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int {
    while true {
      let count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 { return count }
      if errno != EINTR {
        throw HostError(
          .unavailable,
          stage: .call,
          "\(name) cannot be read: \(systemMessage(errno))"
        )
      }
    }
  }

  // The descriptor closes with the last reference: a thread may still be inside `read`.
  func close() {}
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

  func close() {}
}
