internal import DriverKit
internal import FileKit
internal import LoopKit

/// Removes what the target of a tree has and its source has not, several files at once.
///
/// On the loop. What is removed was listed as what it is: links are removed, and never followed.
final class TreeRemoval {
  private let mover: any FileMover
  private let report: FileReport
  private let target: RemotePath
  private let pool: FilePool
  /// Why nothing more is removed: what went wrong with one file would go wrong with all.
  private(set) var fatal: DriverError?
  /// The directory that was to be removed last, and is still there.
  private var kept: RemotePath?

  /// A removal.
  ///
  /// - Parameters:
  ///   - mover: Whose target it is.
  ///   - report: Is told of each file.
  ///   - target: The directory in which things are removed.
  init(_ mover: any FileMover, _ report: FileReport, in target: RemotePath) {
    self.mover = mover
    self.report = report
    self.target = target
    pool = FilePool(mover.files.loop, mover.files.actor, mover.inputs.parallel)
  }

  /// Carries out a step that removes something; a file goes while others do.
  ///
  /// - Throws: Why nothing can be gone on with; what cannot be removed is told.
  func take(_ step: TransferStep) async throws(DriverError) {
    // Of what no pattern names nothing is known, and so it is nothing that the source has lost.
    guard mover.inputs.pattern?.matches(step.path) ?? true else { return }
    guard !mover.inputs.isDryRun else { return try await tell(step.result, step) }
    guard step.action == .deleteDirectory else {
      return try await pool.add(Removing(removal: self, step: step), mover.files.scope)
    }
    // It is empty once all that was in it is gone.
    await settle()
    await remove(step)
    if let fatal { throw fatal }
  }

  /// Waits until all that is being removed is gone: what comes may belong in its place.
  func settle() async { await pool.drain() }

  /// Whether a directory stands in the place of something because it could not be removed.
  func hasKept(_ path: RemotePath) -> Bool { kept == path }

  /// Something that is being removed.
  private struct Removing: PoolTask {
    let removal: TreeRemoval
    let step: TransferStep

    func run() async { await removal.remove(step) }
  }

  private func remove(_ step: TransferStep) async {
    do throws(DriverError) {
      let outcome = try await outcome(step)
      try await tell(outcome.result, step, outcome.error)
      if let error = outcome.error, error.fileCode.endsAll { throw error }
    } catch {
      fatal = fatal ?? error
    }
  }

  /// Removes something.
  ///
  /// - Throws: Why the call has ended.
  /// - Returns: What is told of it, and why it is still there.
  private func outcome(
    _ step: TransferStep
  ) async throws(DriverError) -> (result: FileResult, error: DriverError?) {
    try mover.files.scope.check()
    let start = Loop.now()
    var result = step.result
    do throws(DriverError) {
      if step.action == .deleteDirectory {
        try await mover.removeDirectory(step.path, in: target)
      } else {
        try await mover.removeFile(step.path, in: target)
      }
      result.seconds = Loop.now() - start
      return (result, nil)
    } catch {
      if error.fileCode == .notFound {
        result.outcome = .skipped
        result.message = "it has gone meanwhile"
        return (result, nil)
      }
      if step.action == .deleteDirectory { kept = step.path }
      let message = error.message
      result = FileResult(path: step.path, failed: error.fileCode, message: message)
      result.seconds = Loop.now() - start
      return (result, error)
    }
  }

  private func tell(
    _ result: FileResult,
    _ step: TransferStep,
    _ error: DriverError? = nil
  ) async throws(DriverError) {
    var result = result
    // The source has none that could be named.
    result.path = target.appending(step.path)
    try await report.add(result, error)
  }
}
