package import DriverKit
package import FileKit
internal import LoopKit

/// Transfers a directory with all that is in it, several files at once.
///
/// On the loop.
package final class TreeTransfer {
  private let mover: any FileMover
  private let report: FileReport
  private let source: RemotePath
  private let target: RemotePath
  private let pool: FilePool
  private let removal: TreeRemoval
  private let settling: SourceSettling
  /// Files that have to stay as they are for a while, all of which are waited for at once.
  private var held: [Copying] = []
  /// Why nothing more is begun: what went wrong with one file would go wrong with all.
  private var fatal: DriverError?

  /// How many files are waited for at once.
  private static let mostHeld = 1000

  /// A transfer.
  ///
  /// - Parameters:
  ///   - mover: In which direction.
  ///   - report: Is told of each file.
  ///   - source: The directory.
  ///   - target: The directory that it becomes.
  package init(
    _ mover: any FileMover,
    _ report: FileReport,
    from source: RemotePath,
    to target: RemotePath
  ) {
    self.mover = mover
    self.report = report
    self.source = source
    self.target = target
    settling = SourceSettling(mover)
    removal = TreeRemoval(mover, report, in: target)
    pool = FilePool(mover.files.loop, mover.files.actor, mover.inputs.parallel)
  }

  /// Carries it out.
  ///
  /// - Parameter pointer: The input that named the target.
  /// - Throws: Why it could not be gone on with; files that failed are in the report.
  package func run(_ pointer: String) async throws(DriverError) {
    let there = try await mover.target(target, followsLink: true)
    if let there, there.kind != .directory {
      throw DriverError(.kindDiffers, "\(target.text) is no directory", pointer: pointer)
    }
    if there == nil, !mover.inputs.isDryRun {
      try await mover.makeDirectory(target, mode: nil, withParents: mover.inputs.withParents)
    }
    do throws(DriverError) {
      try await carryOut(hasTarget: there != nil)
    } catch {
      await drain()
      throw fatal ?? removal.fatal ?? error
    }
    await drain()
    if let fatal = fatal ?? removal.fatal { throw fatal }
  }

  private func drain() async {
    await pool.drain()
    await removal.settle()
  }

  private func carryOut(hasTarget: Bool) async throws(DriverError) {
    let inputs = mover.inputs
    let sources = TreeReader(source, inputs.pattern, mover.sources)
    let targets = TreeReader(target, nil, mover.targets)
    var plan = TransferPlan(
      TransferOptions(
        conflicts: inputs.conflict,
        deletesExtras: inputs.deletesExtras,
        links: inputs.links,
        isFiltered: inputs.pattern != nil
      )
    )
    while fatal == nil, removal.fatal == nil {
      switch plan.next() {
      case .needsSource: plan.giveSource(try await sources.next())
      case .needsTarget: plan.giveTarget(hasTarget ? try await targets.next() : nil)
      case .pruneSource: sources.prune()
      case .pruneTarget: targets.prune()
      case .step(let step): if !(try await take(step)) { plan.leaveOut(step.path) }
      case .end: return try await release()
      }
    }
  }

  /// Takes a step.
  ///
  /// - Throws: Why nothing can be gone on with.
  /// - Returns: Whether what is in the directory, if it is one, can come too.
  private func take(_ step: TransferStep) async throws(DriverError) -> Bool {
    switch step.action {
    case .deleteFile, .deleteDirectory:
      try await removal.take(step)
      return true
    default: break
    }
    if let why = youth(step) {
      try await tell(FileResult(path: step.path, outcome: .skipped, message: why), step)
      return true
    }
    guard !mover.inputs.isDryRun else {
      try await tell(step.result, step)
      return true
    }
    await removal.settle()
    let place = target.appending(step.path)
    switch step.action {
    case .deleteFile, .deleteDirectory: break
    case .skip, .fail: try await tell(step.result, step)
    case _ where removal.hasKept(step.path): try await tell(kept(step), step)
    case .createDirectory: return try await make(step, place)
    case .createLink: _ = try await make(step, place)
    case .transferRenamed where step.source?.kind == .symlink: _ = try await make(step, place)
    case .transfer, .resume, .transferRenamed: try await copy(step, place)
    }
    return true
  }

  /// What becomes of something that a directory keeps from its place.
  private func kept(_ step: TransferStep) -> FileResult {
    let message = "the directory in its place could not be removed"
    return FileResult(path: step.path, failed: .isDirectory, message: message)
  }

  /// Why a file that is to be transferred is too young for that; nil: it is not, or the step is another one.
  private func youth(_ step: TransferStep) -> String? {
    switch step.action {
    case .transfer, .resume, .transferRenamed:
      guard let source = step.source, source.kind == .file else { return nil }
      return settling.youth(source)
    default: return nil
    }
  }

  private func copy(_ step: TransferStep, _ place: RemotePath) async throws(DriverError) {
    guard let entry = step.source else { return }
    let action: ConflictDecision.Action =
      switch step.action {
      case .resume(let offset): .resume(offset: offset)
      case .transferRenamed: .transferRenamed
      default: .transfer
      }
    let task = FileTask(source: entry, target: place, existing: step.target, action: action)
    let reason = step.target == nil ? "" : step.reason
    let copying = Copying(tree: self, task: task, reason: reason)
    guard settling.wait > 0 else { return try await pool.add(copying, mover.files.scope) }
    held.append(copying)
    if held.count >= TreeTransfer.mostHeld { try await release() }
  }

  /// Transfers the files that are held back, once the last one of them has had its time too.
  private func release() async throws(DriverError) {
    guard !held.isEmpty else { return }
    defer { held = [] }
    try await settling.pause()
    for copying in held { try await pool.add(copying, mover.files.scope) }
  }

  /// A file on its way.
  private struct Copying: PoolTask {
    let tree: TreeTransfer
    let task: FileTask
    let reason: String

    func run() async { await tree.move(task, reason) }
  }

  private func move(_ task: FileTask, _ reason: String) async {
    // It may have waited for the one that has put an end to all.
    guard fatal == nil else { return }
    do throws(DriverError) {
      // Each file for itself: the report has the first error only, which may be a harmless one.
      if case .failure(let failure) = try await mover.move(task, reason, report),
        failure.fileCode.endsAll
      {
        fatal = fatal ?? failure
      }
    } catch {
      fatal = fatal ?? error
    }
  }

  // MARK: - Directories and links

  /// Makes a directory or a link, and tells of it.
  ///
  /// - Throws: Why nothing can be gone on with.
  /// - Returns: Whether it is there now.
  private func make(_ step: TransferStep, _ place: RemotePath) async throws(DriverError) -> Bool {
    do throws(DriverError) {
      if step.action == .createDirectory {
        // Files are to be made in it.
        let mode = step.source?.permissions.map { UInt32($0 & 0o777) | 0o700 }
        let wanted = mover.inputs.preserves ? mode : nil
        try await mover.makeDirectory(place, mode: wanted, withParents: false)
      } else {
        try await link(step, place)
      }
    } catch {
      if error.fileCode.endsAll { throw error }
      let result = FileResult(path: step.path, failed: error.fileCode, message: error.message)
      try await tell(result, step, error)
      return false
    }
    try await tell(step.result, step)
    return true
  }

  private func link(_ step: TransferStep, _ place: RemotePath) async throws(DriverError) {
    guard let leads = step.source?.linkTarget else {
      throw DriverError(.failure, "it is not known where the link \(step.path.text) leads to")
    }
    guard step.action == .transferRenamed else {
      return try await mover.makeLink(place, to: leads, overwrites: step.target != nil)
    }
    var number = 0
    while true {
      let path = try await mover.freeName(beside: place, &number)
      do throws(DriverError) {
        return try await mover.makeLink(path, to: leads, overwrites: false)
      } catch {
        // Another one may have taken it meanwhile.
        guard error.fileCode == .alreadyExists else { throw error }
      }
    }
  }

  private func tell(
    _ result: FileResult,
    _ step: TransferStep,
    _ error: DriverError? = nil
  ) async throws(DriverError) {
    var result = result
    result.path = source.appending(step.path)
    result.target = target.appending(step.path)
    try await report.add(result, error)
  }
}
