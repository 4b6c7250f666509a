import DriverKit
import FileKit
import TransferKit

/// A tree of files in memory.
final class MemoryTree: DirectoryLister {
  private(set) var entries: [RemotePath: FileEntry] = [:]
  /// Directories that cannot be listed.
  var unreadable: Set<RemotePath> = []
  /// What happens to it before a file is looked at again.
  var changes: (MemoryTree) -> Void = { _ in }
  /// How often a file was looked at again.
  var looks = 0
  /// What cannot be removed.
  var fixed: Set<RemotePath> = []

  /// A tree.
  ///
  /// - Parameter paths: Files, with a `/` at the end directories, or `link -> target`; the directories that they are in
  ///   are added.
  init(_ paths: [String]) {
    entries[RemotePath("")] = FileEntry(path: RemotePath(""), kind: .directory)
    for text in paths {
      let parts = text.split(separator: " -> ").map { RemotePath(String($0)) }
      let kind: FileEntry.Kind =
        parts.count > 1 ? .symlink : text.hasSuffix("/") ? .directory : .file
      put(parts[0].tidied, kind)
      var above = parts[0].tidied.parent
      while let directory = above, !directory.isBase {
        put(directory, .directory)
        above = directory.parent
      }
    }
  }

  func put(_ path: RemotePath, _ kind: FileEntry.Kind, size: Int64 = 1, modified: Int64? = nil) {
    let time = modified.map { FileTime(seconds: $0) }
    let size = kind == .file ? size : nil
    entries[path] = FileEntry(path: path, kind: kind, size: size, modified: time)
  }

  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    if unreadable.contains(path) { throw DriverError(.permissionDenied, "\(path.text): no") }
    return (entries.values.filter { !$0.path.isBase && $0.path.parent == path }, [])
  }

  func time(_ name: String) -> Int64? { entries[RemotePath(name)]?.modified?.seconds }

  func lose(_ path: RemotePath) { entries[path] = nil }

  func remove(_ path: RemotePath, isDirectory: Bool) throws(DriverError) {
    guard let entry = entries[path] else { throw DriverError(.notFound, "\(path.text): gone") }
    guard (entry.kind == .directory) == isDirectory else {
      throw DriverError(.kindDiffers, "\(path.text): another kind")
    }
    guard !fixed.contains(path) else { throw DriverError(.permissionDenied, "\(path.text): no") }
    guard !entries.keys.contains(where: { $0 != path && $0.isAtOrBelow(path) }) else {
      throw DriverError(.notEmpty, "\(path.text): not empty")
    }
    entries[path] = nil
  }

  /// All that is in it.
  var texts: [String] {
    entries.values.filter { !$0.path.isBase }.sorted { $0.path < $1.path }.map {
      $0.path.text + ($0.kind == .directory ? "/" : $0.kind == .symlink ? "@" : "")
    }
  }
}

/// Files that go from one tree in memory to another.
struct MemoryMover: FileMover {
  let files: KitPlace
  var inputs: TransferInputs
  let from: MemoryTree
  let to: MemoryTree

  var sources: any DirectoryLister { from }
  var targets: any DirectoryLister { to }

  func source(again path: RemotePath) async throws(DriverError) -> FileEntry? {
    if from.looks == 0 { from.changes(from) }
    from.looks += 1
    return from.entries[path]
  }

  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry? {
    to.entries[path]
  }

  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError) {
    guard to.entries[path] == nil else { throw DriverError(.alreadyExists, "\(path.text): taken") }
    to.put(path, .directory)
  }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) { to.put(path, .symlink) }

  func removeFile(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try to.remove(root.appending(path), isDirectory: false)
  }

  func removeDirectory(_ path: RemotePath, in root: RemotePath) async throws(DriverError) {
    try to.remove(root.appending(path), isDirectory: true)
  }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    guard to.entries[task.target]?.kind != .directory else {
      throw DriverError(.isDirectory, "\(task.target.text): a directory")
    }
    moved(Int(task.source.size ?? 0))
    to.put(task.target, .file, size: task.source.size ?? 0)
    return FileCopy(target: task.target)
  }
}

/// Files that come from a tree in memory to this machine.
struct MemoryGetter: FileGetter {
  let files: KitPlace
  var inputs: TransferInputs
  let from: MemoryTree

  var sources: any DirectoryLister { from }

  func source(_ path: RemotePath, _ pointer: String) async throws(DriverError) -> FileEntry {
    guard let entry = from.entries[path] else { throw DriverError(.notFound, path.text) }
    return entry
  }

  func hand(
    _ source: FileEntry,
    to sink: any ByteSink,
    _ pointer: String,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> UInt64 { 0 }

  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError) { throw DriverError(.unsupported, "no links") }

  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy {
    try await LocalWrite(task, self).run(Filling(source: task.source))
  }

  private struct Filling: LocalFilling {
    let source: FileEntry
    var bringsMode: Bool { false }

    func fill(_ local: LocalFile) async throws(DriverError) -> FileEntry {
      try local.write([1], at: 0)
      return source
    }
  }
}
