import CLinux
import Glibc

/// Lets threads wait for descriptors until somebody says that they need not any more.
///
/// The corresponding C functions are `poll` and `eventfd`.
package final class Interrupt: Sendable {
  private let descriptor: Int32

  /// - Throws: `.unavailable` where the system has no descriptor left.
  package init() throws(HostError) {
    descriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard descriptor >= 0 else {
      throw HostError(
        .unavailable,
        stage: .call,
        "the system has no descriptor left for a channel (\(systemMessage(errno))): raise `ulimit -n`"
      )
    }
  }

  deinit { close(descriptor) }

  /// Ends all waits, also those to come.
  package func trigger() {
    var one: UInt64 = 1
    unsafe write(descriptor, &one, 8)
  }

  /// Waits until a descriptor is ready for some of `events` (`POLLIN` and so on), or has failed; false if
  /// the wait was ended by `trigger`.
  package func wait(for descriptor: Int32, _ events: Int32) -> Bool {
    var waits = [
      pollfd(fd: descriptor, events: Int16(events), revents: 0),
      pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0),
    ]
    while unsafe poll(&waits, nfds_t(waits.count), -1) < 0, errno == EINTR {}
    return waits[1].revents == 0
  }
}

/// What a descriptor leads to, as far as waiting goes.
package enum DescriptorKind: Sendable {
  /// A file or a block device: neither reading nor writing waits for anybody.
  case file
  case socket
  /// A pipe, a terminal or another device.
  case stream

  /// The kind of an open descriptor.
  package init(of descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      self = .stream
      return
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG, S_IFBLK: self = .file
    case S_IFSOCK: self = .socket
    default: self = .stream
    }
  }
}

/// Writes to a descriptor of any kind, and stops waiting for its reader when it is told to.
final class DescriptorWriter: Sendable {
  /// What a pipe that is ready for writing takes without making the writer wait: `pipe(7)`, PIPE_BUF.
  private static let pipeSize = 4096

  private let descriptor: Int32
  private let kind: DescriptorKind
  /// Nil where nothing waits.
  private let interrupt: Interrupt?

  /// - Throws: `.unavailable` where the system has no descriptor left.
  init(_ descriptor: Int32) throws(HostError) {
    self.descriptor = descriptor
    kind = DescriptorKind(of: descriptor)
    interrupt = kind == .file ? nil : try Interrupt()
  }

  /// Why not all of the bytes were written.
  enum Failure: Error {
    case system(Int32)
    case interrupted
  }

  /// Writes all of the bytes.
  func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
    var done = 0
    while done < bytes.count {
      if let interrupt, !interrupt.wait(for: descriptor, POLLOUT) { throw .interrupted }
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = unsafe write(some: unsafe rest)
      if count > 0 {
        done += count
      } else if count < 0, errno != EINTR, errno != EAGAIN {
        throw .system(errno)
      }
    }
  }

  private func write(some bytes: UnsafeRawBufferPointer) -> Int {
    switch kind {
    case .file: unsafe Glibc.write(descriptor, bytes.baseAddress, bytes.count)
    case .socket:
      unsafe send(
        descriptor,
        bytes.baseAddress,
        bytes.count,
        Int32(MSG_DONTWAIT | Int(MSG_NOSIGNAL))
      )
    case .stream:
      unsafe Glibc.write(
        descriptor,
        bytes.baseAddress,
        min(bytes.count, DescriptorWriter.pipeSize)
      )
    }
  }

  /// Ends a write that waits, and all later ones.
  func stop() { interrupt?.trigger() }
}
