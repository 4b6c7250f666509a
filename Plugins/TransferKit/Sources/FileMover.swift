package import DriverKit
package import FileKit
internal import LoopKit

/// One direction in which files are transferred: what the two sides are.
///
/// On the loop.
package protocol FileMover {
  associatedtype Files: FilePlace

  var files: Files { get }
  var inputs: TransferInputs { get }

  /// Lists the directories of the source.
  var sources: any DirectoryLister { get }
  /// Lists the directories of the target.
  var targets: any DirectoryLister { get }

  /// Looks again at a file of the source, where somebody may still write it; nil: it has gone.
  ///
  /// Those that are a `FileGetter` or a `FilePutter` have it.
  func source(again path: RemotePath) async throws(DriverError) -> FileEntry?

  /// What is at a path of the target; nil: nothing.
  func target(_ path: RemotePath, followsLink: Bool) async throws(DriverError) -> FileEntry?

  /// Makes a directory of the target.
  func makeDirectory(
    _ path: RemotePath,
    mode: UInt32?,
    withParents: Bool
  ) async throws(DriverError)

  /// Makes a symbolic link of the target.
  func makeLink(
    _ path: RemotePath,
    to target: RemotePath,
    overwrites: Bool
  ) async throws(DriverError)

  /// Removes something of the target that is no directory; a link is removed, and never followed.
  ///
  /// - Parameters:
  ///   - path: What is removed, from the root of the tree.
  ///   - root: The root.
  /// - Throws: Why it cannot be removed.
  func removeFile(_ path: RemotePath, in root: RemotePath) async throws(DriverError)

  /// Removes a directory of the target that is empty; the parameters are those of ``removeFile(_:in:)``.
  func removeDirectory(_ path: RemotePath, in root: RemotePath) async throws(DriverError)

  /// Transfers a file.
  func copy(
    _ task: FileTask,
    moved: @escaping (Int) -> Void
  ) async throws(DriverError) -> FileCopy
}

extension FileMover {
  /// Transfers one file, and tells what became of it.
  ///
  /// One that had to stay as it is for a while has had the time to change, and is looked at again.
  ///
  /// - Parameters:
  ///   - task: The file.
  ///   - reason: Why it is done, for people.
  ///   - report: Is told.
  /// - Throws: Why it cannot be told; a file that fails is told.
  /// - Returns: Where it is, or why it failed; nil: it was left, since somebody may still write it.
  package func move(
    _ task: FileTask,
    _ reason: String,
    _ report: FileReport
  ) async throws(DriverError) -> Result<RemotePath?, DriverError> {
    let (start, count) = (Loop.now(), MoveCount())
    let settling = SourceSettling(self)
    let copy: FileCopy
    do throws(DriverError) {
      if settling.wait > 0, let why = try await settling.change(task.source) {
        try await report.add(
          FileResult(path: task.source.path, target: task.target, outcome: .skipped, message: why)
        )
        return .success(nil)
      }
      copy = try await self.copy(task) {
        count.bytes += Int64($0)
        report.moved($0)
      }
    } catch {
      let result = FileResult(
        path: task.source.path,
        target: task.target,
        failed: error.fileCode,
        bytes: count.bytes,
        seconds: Loop.now() - start,
        message: error.message
      )
      try await report.add(result, error)
      return .failure(error)
    }
    let isResumed = if case .resume = task.action { true } else { false }
    try await report.add(
      FileResult(
        path: task.source.path,
        target: copy.target,
        outcome: isResumed ? .resumed : .transferred,
        bytes: count.bytes,
        seconds: Loop.now() - start,
        message: [reason, copy.note].filter { !$0.isEmpty }.joined(separator: "; ")
      )
    )
    return .success(copy.target)
  }

  /// A name that is free, for a file whose own is taken.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - number: The number of the name that was tried last, which becomes that of this one.
  /// - Throws: That there is none.
  /// - Returns: The name.
  package func freeName(beside path: RemotePath, _ number: inout Int) async throws(DriverError)
    -> RemotePath
  {
    while number < 10_000 {
      number += 1
      let name = path.sibling(NumberedName.name(path.name, number: number))
      if try await target(name, followsLink: false) == nil { return name }
    }
    throw DriverError(
      .alreadyExists,
      "10,000 names beside \(path.text) are taken",
      pointer: "/conflict"
    )
  }
}

/// How many bytes of a file were moved.
private final class MoveCount {
  var bytes: Int64 = 0
}
