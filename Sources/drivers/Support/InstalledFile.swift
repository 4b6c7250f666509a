import DriverHost
import Glibc

/// The file of a driver in a folder where it is found.
enum InstalledFile {
  /// Copies a driver into a folder, where it appears whole in the place of one of its name.
  ///
  /// - Throws: What could not be written, and why; nothing has changed then.
  /// - Returns: The path of the copy.
  static func copy(_ driver: CatalogDriver, to folder: String) throws(HostError) -> String {
    let path = driver.path
    var name = path.split(separator: "/").last.map(String.init) ?? path
    // A folder is searched for names of this form only.
    if !name.hasPrefix("lib") || !name.hasSuffix("Driver.so") {
      name = "lib\(driver.descriptor.name)Driver.so"
    }
    let target = folder + "/" + name
    // Not over the old file, which programs have mapped; and a link is replaced, not what it leads to.
    let temporary = "\(folder)/.\(name).\(getpid()).part"
    let source = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { throw failure(path, "read", errno) }
    defer { close(source) }
    unsafe unlink(temporary)
    let copy = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard copy >= 0 else { throw failure(target, "written", errno) }
    var number = transfer(source, copy)
    if number == 0, fchmod(copy, 0o644) != 0 || fsync(copy) != 0 { number = errno }
    close(copy)
    if number == 0, unsafe rename(temporary, target) != 0 { number = errno }
    guard number == 0 else {
      unsafe unlink(temporary)
      throw failure(target, "written", number)
    }
    return target
  }

  /// Removes one.
  static func remove(_ path: String) throws(HostError) {
    guard unsafe unlink(path) != 0 else { return }
    throw failure(path, "removed", errno)
  }

  /// 0, or the errno of what failed.
  private static func transfer(_ source: Int32, _ copy: Int32) -> Int32 {
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = unsafe read(source, &buffer, buffer.count)
      if count == 0 { return 0 }
      if count < 0 {
        if errno == EINTR { continue }
        return errno
      }
      var done = 0
      while done < count {
        let written = unsafe buffer.withUnsafeBytes { bytes in
          unsafe write(copy, bytes.baseAddress?.advanced(by: done), count - done)
        }
        if written < 0, errno != EINTR { return errno }
        done += max(0, written)
      }
    }
  }

  private static func failure(_ path: String, _ what: String, _ number: Int32) -> HostError {
    HostError(
      number == ENOENT ? .notFound : .forbidden,
      stage: .input,
      "\(path) cannot be \(what): \(systemMessage(number))"
        + (number == EACCES || number == EPERM ? " (are the rights of root needed?)" : "")
    )
  }
}
