internal import Glibc

/// A file that is open for reading, and closes itself.
struct LibraryFile: ~Copyable {
  private let descriptor: Int32
  /// Its size in bytes, as it was when it was opened.
  let size: Int

  /// Opens a regular file; links are followed, as the loader does.
  ///
  /// The corresponding C functions are `open`, with `O_NONBLOCK` so that a pipe does not hold the caller up, and
  /// `fstat`.
  ///
  /// - Parameter path: Where it is.
  /// - Throws: Why it cannot be read.
  init(_ path: String) throws(LibraryFault) {
    let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard opened >= 0 else {
      throw errno == ENOENT || errno == ENOTDIR ? .missing : .unreadable(LibraryFile.errnoInWords())
    }
    var status = stat()
    guard unsafe fstat(opened, &status) == 0 else {
      let reason = LibraryFile.errnoInWords()
      close(opened)
      throw .unreadable(reason)
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      close(opened)
      throw .unreadable("it is no file")
    }
    descriptor = opened
    size = Int(status.st_size)
  }

  deinit {
    close(descriptor)
  }

  /// Reads bytes at a place.
  ///
  /// The corresponding C function is `pread`.
  ///
  /// - Parameters:
  ///   - offset: Where they begin.
  ///   - count: How many are wanted.
  /// - Returns: The bytes; fewer only at the end of the file.
  /// - Throws: What the system says.
  func bytes(at offset: Int, count: Int) throws(LibraryFault) -> [UInt8] {
    let wanted = max(0, min(count, size - offset))
    guard offset >= 0, wanted > 0 else { return [] }
    var failure: String?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, filled in
      while filled < wanted, let start = buffer.baseAddress {
        let got = unsafe pread(descriptor, start + filled, wanted - filled, offset + filled)
        if got > 0 {
          filled += got
        } else if got == 0 {
          return
        } else if errno != EINTR {
          failure = LibraryFile.errnoInWords()
          return
        }
      }
    }
    if let failure { throw .unreadable(failure) }
    return bytes
  }

  /// Whether a file can be read.
  ///
  /// The corresponding C function is `access`.
  ///
  /// - Parameter path: Where it is.
  /// - Returns: Whether it is there and this process may read it.
  static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

  /// The folder of a path without links; nil: there is nothing there.
  ///
  /// The corresponding C function is `realpath`.
  ///
  /// - Parameter path: A file's path.
  /// - Returns: The path of its folder.
  static func folder(of path: String) -> String? {
    guard let resolved = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(resolved) }
    let text = unsafe String(cString: resolved)
    guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return nil }
    return slash == text.startIndex ? "/" : String(text[..<slash])
  }

  /// A variable of the environment; nil: it is not set.
  ///
  /// The loader takes its own away in a program that has more rights than its caller. The corresponding C function
  /// is `getenv`.
  ///
  /// - Parameter name: The variable's name.
  /// - Returns: Its value.
  static func variable(_ name: String) -> String? {
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// The system's words for what the last call on this thread failed with.
  private static func errnoInWords() -> String {
    var text = [CChar](repeating: 0, count: 200)
    guard unsafe strerror_r(errno, &text, text.count) == 0 else { return "error \(errno)" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
