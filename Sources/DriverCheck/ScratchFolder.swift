internal import DriverHost
internal import Glibc

/// An empty folder, which goes with all that is in it when this is let go of.
final class ScratchFolder: Sendable {
  let path: String

  /// Makes one in `TMPDIR`, else in /tmp.
  ///
  /// - Throws: `HostError` where none can be made.
  init() throws(HostError) {
    let parent = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var name = Array("\(parent)/drivers-check-XXXXXX".utf8CString)
    guard let made = unsafe mkdtemp(&name) else {
      throw HostError(
        .unavailable,
        stage: .input,
        "no folder can be made in \(parent): \(systemMessage(errno))"
      )
    }
    path = unsafe String(cString: made)
  }

  deinit { ScratchFolder.remove(path) }

  /// What cannot be removed stays: nobody is there who could do something about it.
  private static func remove(_ path: String) {
    guard unsafe unlink(path) != 0, errno == EISDIR else { return }
    for name in (try? Folder.names(in: path) { $0 != "." && $0 != ".." }) ?? [] {
      remove("\(path)/\(name)")
    }
    unsafe _ = rmdir(path)
  }
}
