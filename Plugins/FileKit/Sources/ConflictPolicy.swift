/// What becomes of a file when there already is one where it is to go.
package enum ConflictPolicy: String, Sendable, Hashable, CaseIterable {
  /// It is replaced.
  case overwrite
  /// It stays, and nothing is transferred.
  case skip
  /// It stays, and the new one gets a name of its own.
  case rename
  /// It stays, and that is an error.
  case error
  /// It is replaced when the new one is newer.
  case newer
  /// It is taken for the beginning of the new one, and the rest is added.
  case resume
}

/// What is done with a file, and why.
package struct ConflictDecision: Sendable, Hashable {
  /// What is done.
  package enum Action: Sendable, Hashable {
    /// It is transferred from its beginning.
    case transfer
    /// It is transferred from an offset on.
    case resume(offset: Int64)
    /// It is transferred to another name; see ``NumberedName``.
    case transferRenamed
    /// Nothing is done, and all is well.
    case skip
    /// Nothing is done, and that is an error.
    case refuse(FileErrorCode)
  }

  /// What is done.
  package let action: Action
  /// Why, for people.
  package let reason: String
}

extension ConflictPolicy {
  /// Decides about a file.
  ///
  /// - Parameters:
  ///   - source: What is to be transferred.
  ///   - target: What is there; nil: nothing. Of a symbolic link it is what the link leads to, where that is known.
  /// - Returns: What is done.
  package func decide(source: FileEntry, target: FileEntry?) -> ConflictDecision {
    typealias Decision = ConflictDecision
    guard let target else { return Decision(action: .transfer, reason: "nothing is there") }
    switch self {
    case .skip: return Decision(action: .skip, reason: "there already is one")
    case .rename: return Decision(action: .transferRenamed, reason: "there already is one")
    case .error:
      return Decision(action: .refuse(.alreadyExists), reason: "there already is one")
    case .overwrite, .newer, .resume: break
    }
    switch target.kind {
    case .directory:
      return Decision(action: .refuse(.isDirectory), reason: "a directory is in its place")
    case .other:
      // A device would be written to, or be gone after the rename of an atomic put.
      return Decision(action: .refuse(.kindDiffers), reason: "what is in its place is no file")
    case .symlink where self != .overwrite:
      return Decision(action: .refuse(.kindDiffers), reason: "a link is in its place")
    case .file, .symlink: break
    }
    return switch self {
    case .newer: ConflictPolicy.whetherNewer(source, target)
    case .resume: ConflictPolicy.howFar(source, target)
    default: Decision(action: .transfer, reason: "it replaces what is there")
    }
  }

  private static func whetherNewer(_ source: FileEntry, _ target: FileEntry) -> ConflictDecision {
    typealias Decision = ConflictDecision
    guard let new = source.modified, let old = target.modified else {
      // Either guess would lose something.
      return Decision(action: .refuse(.failure), reason: "it is not known which one is newer")
    }
    switch new.order(to: old) {
    case .later: return Decision(action: .transfer, reason: "it is newer")
    case .earlier: return Decision(action: .skip, reason: "what is there is newer")
    case .same:
      if let size = source.size, let other = target.size, size != other {
        return Decision(action: .transfer, reason: "it is of the same time and another size")
      }
      return Decision(action: .skip, reason: "what is there is of the same time")
    }
  }

  private static func howFar(_ source: FileEntry, _ target: FileEntry) -> ConflictDecision {
    typealias Decision = ConflictDecision
    guard let size = source.size, let there = target.size else {
      return Decision(action: .transfer, reason: "it is not known how much is there")
    }
    if let new = source.modified, let old = target.modified, new.order(to: old) == .later {
      return Decision(action: .transfer, reason: "it was changed after the part that is there")
    }
    if there == 0 { return Decision(action: .transfer, reason: "nothing of it is there") }
    if there == size { return Decision(action: .skip, reason: "all of it is there") }
    if there > size {
      // That is no part of it; to cut it would lose what somebody else wrote.
      return Decision(action: .refuse(.alreadyExists), reason: "what is there is longer")
    }
    return Decision(action: .resume(offset: there), reason: "a part of it is there")
  }
}
