internal import DriverKit
internal import FileKit
internal import TransferKit

extension SCPFiles {
  /// What is known of a file: kind, size and mode, and no times.
  ///
  /// The form of the line is that of POSIX, Shell & Utilities, `ls`, STDOUT, with the option `-n`.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - followsLink: Whether it is of what a link leads to.
  ///   - pointer: The input that named it.
  /// - Throws: Why nothing is known.
  /// - Returns: The entry.
  func entry(
    _ path: RemotePath,
    followsLink: Bool,
    _ pointer: String
  ) async throws(DriverError) -> FileEntry {
    let answer = try await run(.look(path, followsLink: followsLink), nil, pointer)
    guard answer.end.status == 0 else { throw error(answer, "look at", path, pointer) }
    let words = answer.output.prefix { $0 != 0x0A }.split(separator: 0x20, maxSplits: 5)
    guard words.count == 6, let mode = UnixMode(words[0]) else {
      let text = NameText(Array(answer.output.prefix(80))).description
      throw DriverError(
        .malformed,
        "cannot look at \(path.text) on \(host): ls says \(text). If the user's shell puts something out at its start, have it do so for terminals only"
      )
    }
    let size = Int64(String(decoding: words[4], as: UTF8.self))
    var entry = FileEntry(path: path, kind: mode.kind, size: mode.kind == .file ? size : nil)
    entry.permissions = mode.permissions
    return entry
  }
}
