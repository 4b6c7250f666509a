package import DriverKit
package import FileKit
internal import Glibc

extension LocalFiles {
  /// Removes something in a tree, in which no link is followed.
  ///
  /// A directory may be exchanged for a link while the tree is walked through; what that leads to is not removed.
  ///
  /// - Parameters:
  ///   - path: What is removed, from the root.
  ///   - root: The root of the tree, which may be a link.
  ///   - isDirectory: Whether it is an empty directory; else it is anything but a directory.
  /// - Throws: Why it cannot be removed.
  package static func remove(
    _ path: RemotePath,
    in root: RemotePath,
    isDirectory: Bool
  ) throws(DriverError) {
    let shown = root.appending(path)
    var parts = path.parts.map { RemotePath($0).cString }
    guard let name = parts.popLast() else {
      throw DriverError(.nameRefused, "the root \(root.text) of a tree is not removed")
    }
    let start = root.bytes.isEmpty ? RemotePath(".") : root
    var folder = unsafe open(start.cString, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    for part in parts where folder >= 0 {
      let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
      let next = unsafe openat(folder, part, flags)
      let number = errno
      close(folder)
      errno = number
      folder = next
    }
    guard folder >= 0 else { throw SystemError(errno).error("remove", shown) }
    defer { close(folder) }
    guard unsafe unlinkat(folder, name, isDirectory ? AT_REMOVEDIR : 0) == 0 else {
      throw SystemError(errno).error("remove", shown)
    }
  }
}
