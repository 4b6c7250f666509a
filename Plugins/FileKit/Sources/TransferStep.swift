/// One thing that is to be done, of many.
package struct TransferStep: Sendable, Hashable {
  /// What is done.
  package enum Action: Sendable, Hashable {
    case createDirectory
    /// A file is transferred from its beginning, in place of what is there.
    case transfer
    /// A file is transferred from an offset on.
    case resume(offset: Int64)
    /// A file or a link goes to a name that is free; see ``NumberedName``.
    case transferRenamed
    /// A symbolic link is made, in place of the file or link that is there.
    case createLink
    /// A file or a link is removed.
    case deleteFile
    /// A directory is removed, after all that was in it.
    case deleteDirectory
    case skip
    case fail(FileErrorCode)
  }

  /// What is done.
  package let action: Action
  /// Where, from the roots of both trees.
  package let path: RemotePath
  /// What it is made from; nil: it is removed, or could not be looked at.
  package let source: FileEntry?
  /// What is there; nil: nothing.
  package let target: FileEntry?
  /// Why, for people.
  package let reason: String

  /// What is told of it when nothing is done, or when there is nothing to be done.
  package var result: FileResult {
    func result(_ outcome: FileResult.Outcome, bytes: Int64 = 0) -> FileResult {
      FileResult(path: path, outcome: outcome, bytes: bytes, message: reason)
    }
    let size = source?.size ?? 0
    return switch action {
    case .createDirectory, .createLink: result(.created)
    case .transfer, .transferRenamed: result(.transferred, bytes: size)
    case .resume(let offset): result(.resumed, bytes: max(size - offset, 0))
    case .deleteFile, .deleteDirectory: result(.deleted)
    case .skip: result(.skipped)
    case .fail(let code): FileResult(path: path, failed: code, message: reason)
    }
  }
}
