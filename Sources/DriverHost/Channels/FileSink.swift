import Glibc

/// A file that appears whole or not at all: written beside its name, then renamed over it.
///
/// The file's mode is 0600 unless one is there already, whose mode is kept.
final class FileSink: ChannelSink, @unchecked Sendable {
  // `@unchecked` because a sink is called by one thread at a time.
  private let path: String
  private let temporary: String
  private var descriptor: Int32

  /// Opens the temporary file.
  init(path: String) throws(HostError) {
    self.path = path
    let (folder, name) = FileSink.split(path)
    temporary = "\(folder)/.\(name).\(UUID.makeV7())"
    var present = stat()
    let mode = unsafe stat(path, &present) == 0 ? present.st_mode & 0o777 : 0o600
    descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else {
      throw FileSink.failure("cannot be written in the folder \(folder)", path, errno)
    }
  }

  deinit {
    guard descriptor >= 0 else { return }
    Glibc.close(descriptor)
    unsafe unlink(temporary)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
    do {
      unsafe try DescriptorSink.writeAll(unsafe bytes, to: descriptor)
    } catch {
      throw FileSink.failure("cannot be written", path, error.number)
    }
  }

  func close(isComplete: Bool) throws(HostError) {
    guard descriptor >= 0 else { return }
    let opened = descriptor
    descriptor = -1
    guard isComplete else {
      Glibc.close(opened)
      unsafe unlink(temporary)
      return
    }
    // The name must never point to a file whose bytes are still to come.
    let isWritten = fsync(opened) == 0
    let reason = errno
    Glibc.close(opened)
    guard isWritten, unsafe rename(temporary, path) == 0 else {
      let number = isWritten ? errno : reason
      unsafe unlink(temporary)
      throw FileSink.failure("cannot be put in place", path, number)
    }
  }

  private static func split(_ path: String) -> (folder: String, name: String) {
    guard let slash = path.lastIndex(of: "/") else { return (".", path) }
    let folder = path[..<slash]
    return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
  }

  private static func failure(_ what: String, _ path: String, _ number: Int32) -> HostError {
    HostError(
      .unavailable,
      stage: .call,
      "the file \(path) \(what): \(systemMessage(number)). What was there before is unchanged"
    )
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

/// Files that appear whole or not at all.
package enum AtomicFile {
  /// Writes a file beside its name and renames it over that.
  package static func write(_ bytes: [UInt8], to path: String) throws(HostError) {
    let sink = try FileSink(path: path)
    let result = unsafe bytes.withUnsafeBytes { buffer in
      Result { () throws(HostError) in unsafe try sink.write(unsafe buffer) }
    }
    try result.get()
    try sink.close(isComplete: true)
  }
}
