import Glibc

/// Where an input channel begins: a file, a descriptor, memory.
///
/// Called by one thread at a time, save `stop`.
protocol ChannelSource: Sendable {
  /// How many bytes there are from the beginning to the end, as it was when this was made; nil: not known.
  var length: Int64? { get }

  /// Whether `seek` is possible.
  var canSeek: Bool { get }

  /// Whether another source made of the same brings the same bytes, whatever was read of this one.
  var isRepeatable: Bool { get }

  /// Up to the buffer's size; 0 at the end, or after `stop`. May wait.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int

  /// The same, as bytes of their own; empty at the end, or after `stop`.
  func read(_ count: Int) throws(HostError) -> [UInt8]

  /// Has the next `read` begin so many bytes after the beginning.
  func seek(to offset: Int64) throws(HostError)

  /// Nothing is read any more: whoever waits in here comes out. Any thread.
  func stop()
}

extension ChannelSource {
  var isRepeatable: Bool { false }

  func read(_ count: Int) throws(HostError) -> [UInt8] {
    var failure: HostError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(HostError) {
        filled = try unsafe read(into: UnsafeMutableRawBufferPointer(buffer))
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    // Small pieces, as of a pipe, wait in a queue: not each in memory for a large one.
    return unsafe bytes.count * 2 < count ? bytes.withUnsafeBytes { unsafe [UInt8]($0) } : bytes
  }
}

/// A file, or a descriptor of the caller's.
final class DescriptorSource: ChannelSource {
  let length: Int64?
  private let name: String
  private let descriptor: Int32
  private let isOwned: Bool
  /// Where a descriptor of the caller's stood.
  private let beginning: off_t
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
    beginning = 0
    do {
      interrupt = DescriptorKind(of: descriptor) == .file ? nil : try Interrupt()
    } catch {
      close(descriptor)
      throw error
    }
    length = DescriptorSource.length(of: descriptor, from: 0)
  }

  /// Reads a descriptor of the caller's, which stays open.
  init(descriptor: Int32) throws(HostError) {
    name = "descriptor \(descriptor)"
    isOwned = false
    self.descriptor = descriptor
    interrupt = DescriptorKind(of: descriptor) == .file ? nil : try Interrupt()
    beginning = interrupt == nil ? max(0, lseek(descriptor, 0, SEEK_CUR)) : 0
    length = DescriptorSource.length(of: descriptor, from: beginning)
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

  var canSeek: Bool { interrupt == nil }

  var isRepeatable: Bool { isOwned && interrupt == nil }

  func seek(to offset: Int64) throws(HostError) {
    let (place, isTooFar) = beginning.addingReportingOverflow(off_t(offset))
    if !isTooFar, lseek(descriptor, place, SEEK_SET) >= 0 { return }
    throw HostError(
      .unavailable,
      stage: .call,
      "\(name) cannot be read from byte \(offset) on: \(systemMessage(isTooFar ? EOVERFLOW : errno))"
    )
  }

  func stop() { interrupt?.trigger() }

  /// What is left of a regular file; nil for all others, and for files that do not say their size, such as
  /// those of proc(5).
  private static func length(of descriptor: Int32, from beginning: off_t) -> Int64? {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    var byte: UInt8 = 0
    if status.st_size == 0, unsafe pread(descriptor, &byte, 1, 0) != 0 { return nil }
    return max(0, Int64(status.st_size) - Int64(beginning))
  }
}

/// Bytes in memory.
final class MemorySource: ChannelSource {
  private let bytes: [UInt8]
  private let rest: Lock<ArraySlice<UInt8>>

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    rest = Lock(bytes[...])
  }

  var length: Int64? { Int64(bytes.count) }

  var canSeek: Bool { true }

  var isRepeatable: Bool { true }

  func seek(to offset: Int64) {
    rest.withLock { $0 = bytes.dropFirst(Int(clamping: offset)) }
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
