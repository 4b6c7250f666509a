import Glibc

/// A file that appears whole or not at all: written beside its name, then renamed over it.
///
/// A new file's mode is 0600; one that replaces another has its mode. A symbolic link is followed, so that
/// it is its target that is replaced. What is no regular file, such as a terminal, a pipe or /dev/null, is
/// written to as it stands. One thread at a time.
package final class AtomicFile: @unchecked Sendable {
  // `@unchecked` because it is used by one thread at a time.

  /// The path as it was given, for messages.
  private let path: String
  /// The file that is replaced; nil where what is there is written to as it stands.
  private let replaced: (target: String, temporary: String)?
  /// What is written to; -1 after the end.
  private(set) var descriptor: Int32

  /// Opens the file for writing; what is there already stays until `commit`.
  ///
  /// - Parameters:
  ///   - path: Its path.
  ///   - mode: The permissions that it gets, also where it replaces a file that has others; nil: those of the
  ///     file that it replaces, else 0600.
  /// - Throws: At the stage `.input`, why there can be no file of that name.
  package init(path: String, mode: UInt32? = nil) throws(HostError) {
    self.path = path
    var present = stat()
    let isPresent = unsafe stat(path, &present) == 0
    let kind = present.st_mode & S_IFMT
    if isPresent, kind != S_IFREG {
      replaced = nil
      // Of a pipe that nobody reads there would be no end of waiting.
      descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
      guard descriptor >= 0 else { throw AtomicFile.refused(path, errno) }
      return
    }
    let target = isPresent ? AtomicFile.resolved(path) : path
    let folder = AtomicFile.folder(of: target)
    let temporary = "\(folder)/\(AtomicFile.temporaryName())"
    replaced = (target, temporary)
    descriptor = unsafe open(
      temporary,
      O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
      mode ?? (isPresent ? present.st_mode & 0o777 : 0o600)
    )
    guard descriptor >= 0 else { throw AtomicFile.refused(path, errno, in: folder) }
    // The umask took its share of the mode; a file that is replaced keeps its own.
    if isPresent { fchmod(descriptor, mode ?? present.st_mode & 0o777) }
  }

  /// Whether nothing of it is seen before `commit`.
  var isReplacing: Bool { replaced != nil }

  deinit { discard() }

  /// Writes all of the bytes.
  ///
  /// May wait, where the file is a pipe or a terminal.
  package func write(_ bytes: [UInt8]) throws(HostError) {
    let result = unsafe bytes.withUnsafeBytes { buffer in
      Result { () throws(HostError) in unsafe try write(unsafe buffer) }
    }
    try result.get()
  }

  private func write(_ bytes: UnsafeRawBufferPointer) throws(HostError) {
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
        throw failure("cannot be written", errno)
      }
    }
  }

  /// Lets the file appear under its name.
  package func commit() throws(HostError) {
    guard descriptor >= 0 else { return }
    guard let replaced else {
      discard()
      return
    }
    // The name must never point to a file whose bytes are still to come.
    guard fsync(descriptor) == 0 else {
      let number = errno
      discard()
      throw failure("cannot be written", number)
    }
    guard unsafe rename(replaced.temporary, replaced.target) == 0 else {
      let number = errno
      discard()
      throw failure("cannot be put in place", number)
    }
    close(descriptor)
    descriptor = -1
  }

  /// Leaves what was there before; nothing after `commit`.
  package func discard() {
    guard descriptor >= 0 else { return }
    close(descriptor)
    descriptor = -1
    if let replaced { unsafe unlink(replaced.temporary) }
  }

  /// A name that no other file has, beside the file that it will become.
  private static func temporaryName() -> String { ".\(UUID.makeV7()).part" }

  /// Whether a file's name is one that a file has before it gets its own, as `temporaryName` makes them.
  static func isTemporary(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    // A version 7 has that digit behind the second dash.
    return bytes.count == 42 && bytes[0] == UInt8(ascii: ".") && name.hasSuffix(".part")
      && bytes[15] == UInt8(ascii: "7")
      && [9, 14, 19, 24].allSatisfy { bytes[$0] == UInt8(ascii: "-") }
  }

  /// The path behind all links.
  private static func resolved(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    let folder = path[..<slash]
    return folder.isEmpty ? "/" : String(folder)
  }

  private static func refused(
    _ path: String,
    _ number: Int32,
    in folder: String? = nil
  ) -> HostError {
    HostError(
      number == ENOENT ? .notFound : .forbidden,
      stage: .input,
      "the file \(path) cannot be written\(folder.map { " in the folder \($0)" } ?? ""): \(number == ENXIO ? "it is a pipe that nobody reads" : systemMessage(number))"
    )
  }

  /// Why the file could not be written, for whoever wrote to its descriptor.
  func failure(_ what: String, _ number: Int32) -> HostError {
    HostError(
      .unavailable,
      stage: .call,
      "the file \(path) \(what): \(systemMessage(number))"
        + (replaced == nil ? "" : ". What was there before is unchanged")
    )
  }
}
