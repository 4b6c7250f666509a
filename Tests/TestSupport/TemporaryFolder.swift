import Foundation

/// A folder of one test, in the system's temporary folder, that goes with its owner.
///
/// Folders that are alive when the process exits are removed then, and those of a process that
/// crashed are removed by the next one.
package final class TemporaryFolder: Sendable {
  /// The absolute path, with no slash at its end.
  ///
  /// Only the user can enter it (mode 0700).
  package let path: String

  private static let prefix = "driver-host-tests-"
  private static let alive = Locked<Set<String>>([])

  /// Runs once for each process: cleans up after crashed ones, and registers the clean-up at exit.
  private static let registered: Void = {
    let parent = NSTemporaryDirectory()
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    where name.hasPrefix(prefix) {
      let owner = pid_t(name.dropFirst(prefix.count).prefix { $0 != "-" })
      guard let owner, kill(owner, 0) != 0, errno == ESRCH else { continue }
      // Somebody else's folder may not be ours to remove, and another process may be at it too.
      try? FileManager.default.removeItem(atPath: parent + "/" + name)
    }
    atexit {
      for path in TemporaryFolder.alive.with({ $0 }) {
        try? FileManager.default.removeItem(atPath: path)
      }
    }
  }()

  /// Makes an empty folder.
  package init() throws {
    Self.registered
    let root = NSTemporaryDirectory()
    let template =
      (root.hasSuffix("/") ? root : root + "/") + Self.prefix + "\(getpid())-XXXXXX"
    var bytes = Array(template.utf8CString)
    guard mkdtemp(&bytes) != nil else { throw TestSupportError.system("mkdtemp", errno) }
    path = String(decoding: bytes.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    Self.alive.with { [path] in _ = $0.insert(path) }
  }

  deinit {
    remove()
  }

  /// Removes the folder now.
  ///
  /// Files that are gone already are no fault.
  package func remove() {
    try? FileManager.default.removeItem(atPath: path)
    Self.alive.with { [path] in _ = $0.remove(path) }
  }

  /// The path of `name` inside the folder, whether it exists or not.
  package func file(_ name: String) -> String {
    path + "/" + name
  }

  /// Makes a folder inside, with those on the way, and returns its path.
  @discardableResult
  package func folder(_ name: String, mode: Int = 0o700) throws -> String {
    try FileManager.default.createDirectory(
      atPath: file(name),
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: mode]
    )
    return file(name)
  }

  /// Writes a file, with the folders on the way, and returns its path.
  @discardableResult
  package func write(_ bytes: [UInt8], to name: String, mode: Int = 0o600) throws -> String {
    let path = file(name)
    try FileManager.default.createDirectory(
      atPath: URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false),
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: URL(filePath: path))
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    return path
  }

  /// Writes a text file, with the folders on the way, and returns its path.
  @discardableResult
  package func write(_ text: String, to name: String, mode: Int = 0o600) throws -> String {
    try write(Array(text.utf8), to: name, mode: mode)
  }

  /// The names of what is in it, in order.
  package func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: path).sorted()
  }

  /// The bytes of a file inside.
  package func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: file(name))))
  }

  /// The text of a file inside.
  package func text(_ name: String) throws -> String {
    String(decoding: try read(name), as: UTF8.self)
  }
}
