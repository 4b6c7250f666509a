package import DriverKit
package import FileKit

/// How `get` and `put` are done.
package struct TransferInputs {
  package var isRecursive: Bool
  package var pattern: GlobPattern?
  package var conflict: ConflictPolicy
  package let links: TransferOptions.Links
  package let preserves: Bool
  /// What everybody may do with each file; nil: what `preserves` says.
  package let mode: UInt32?
  package let withParents: Bool
  /// How it is made sure that a file arrived whole; a driver whose server has no checksums takes the size.
  package var verification: Verification
  package let syncs: Bool
  package var parallel: Int
  package var isDryRun: Bool
  /// Whether what only the target of a tree has is removed; an action sets it.
  package var deletesExtras = false
  /// How many seconds ago a source has to have been changed, by its own time; 0: that does not matter.
  package var minimumAge = 0.0
  /// For how many seconds a source has to stay as it is before it is taken; 0: nobody waits for that.
  package var stableFor = 0.0

  package init(_ inputs: borrowing InputMap) throws(DriverError) {
    isRecursive = try inputs["recursive"]?.bool() ?? false
    pattern = try FileInputs.pattern(inputs)
    conflict = ConflictPolicy(rawValue: try inputs["conflict"]?.string() ?? "") ?? .overwrite
    links = TransferOptions.Links(rawValue: try inputs["links"]?.string() ?? "") ?? .skip
    preserves = try inputs["preserve"]?.bool() ?? true
    mode = try FileInputs.mode(inputs)
    withParents = try inputs["parents"]?.bool() ?? false
    verification = Verification(rawValue: try inputs["verify"]?.string() ?? "") ?? .size
    syncs = try inputs["sync"]?.bool() ?? true
    parallel = try inputs["parallel"]?.int(in: 1...64) ?? 8
    isDryRun = try inputs["dry_run"]?.bool() ?? false
    minimumAge = max(try inputs["minimum_age"]?.double() ?? 0, 0)
    stableFor = max(try inputs["stable_for"]?.double() ?? 0, 0)
  }

  /// How a single file is transferred that replaces what is there.
  package init() {
    (isRecursive, pattern, conflict, links, preserves) = (false, nil, .overwrite, .skip, true)
    (mode, withParents, verification, syncs) = (nil, false, .size, true)
    (parallel, isDryRun) = (1, false)
  }

  /// Whether it is made sure at all that a file arrived whole.
  package var verifies: Bool { verification != .none }

  /// Whether a directory is transferred.
  package var isTree: Bool { isRecursive || pattern != nil }

  /// Whether a file that is there is replaced by one that is whole.
  package var overwrites: Bool { conflict == .overwrite || conflict == .newer }

  /// Whether a file is written where it belongs, so that what has come of it stays there for the next time.
  package var isInPlace: Bool { conflict == .resume }

  /// How many bytes of one file are on their way here at once.
  package var readMemory: Int { memory(6 << 20) }

  /// How many bytes of one file are on their way to a server at once: not many more than a common one has a window for.
  package var writeMemory: Int { memory(4 << 20) }

  private func memory(_ all: Int) -> Int { max(all / (isTree ? parallel : 1), 512 << 10) }

  /// The mode of a file that is made.
  ///
  /// - Parameters:
  ///   - source: What it is made from; nil: no file.
  ///   - target: What it replaces.
  /// - Returns: Nil: what the system or the server gives to new files.
  package func mode(source: FileEntry?, target: FileEntry?) -> UInt32? {
    if let mode { return mode }
    // Bits that give others the rights of the owner are for each machine to set.
    if preserves, let mode = source?.permissions { return UInt32(mode & 0o777) }
    // That of a link is no mode of a file: anybody may do anything with it.
    guard let target, target.kind == .file else { return nil }
    return target.permissions.map { UInt32($0 & 0o777) }
  }
}

/// One file that is to be transferred.
package struct FileTask {
  package let source: FileEntry
  /// Where it goes; another name beside it where that is taken.
  package let target: RemotePath
  /// What is there.
  package let existing: FileEntry?
  package let action: ConflictDecision.Action

  /// A file.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - target: Where it goes.
  ///   - existing: What is there; nil: nothing.
  ///   - action: What is decided about it.
  package init(
    source: FileEntry,
    target: RemotePath,
    existing: FileEntry?,
    action: ConflictDecision.Action
  ) {
    self.source = source
    self.target = target
    self.existing = existing
    self.action = action
  }

  /// Where it is gone on from.
  package var offset: UInt64 { if case .resume(let offset) = action { UInt64(offset) } else { 0 } }

  /// Whether it gets a name that is free.
  package var isRenamed: Bool { action == .transferRenamed }
}

/// What became of a file that was transferred.
package struct FileCopy {
  /// Where it is.
  package let target: RemotePath
  /// What a person should know, such as that its mode could not be set; empty: nothing.
  package let note: String

  /// A file that was transferred.
  ///
  /// - Parameters:
  ///   - target: Where it is.
  ///   - note: What a person should know; empty: nothing.
  package init(target: RemotePath, note: String = "") {
    self.target = target
    self.note = note
  }
}
