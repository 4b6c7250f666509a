package import DriverKit
package import FileKit

extension FileMover {
  /// Transfers one file that a call has named, as its policy decides.
  ///
  /// - Parameters:
  ///   - source: The file.
  ///   - target: Where it goes.
  ///   - report: Is told of it.
  ///   - pointer: The input that named the target.
  /// - Throws: Why it is not transferred.
  /// - Returns: Where it is; nil: nothing was transferred.
  package func moveOne(
    _ source: FileEntry,
    _ target: RemotePath,
    _ report: FileReport,
    _ pointer: String
  ) async throws(DriverError) -> RemotePath? {
    let existing = try await self.target(target, followsLink: false)
    let decision = inputs.conflict.decide(source: source, target: existing)
    let reason = existing == nil ? "" : decision.reason
    switch decision.action {
    case .refuse(let code):
      let hint = existing?.kind == .directory ? "; end the path with / to put it in there" : ""
      let error = DriverError(
        code,
        "\(target.text) is not replaced: \(decision.reason)\(hint)",
        pointer: existing?.kind == .directory ? pointer : "/conflict"
      )
      let result = FileResult(path: source.path, target: target, failed: code, message: reason)
      try await report.add(result, error)
      return nil
    case .skip:
      try await report.add(
        FileResult(path: source.path, target: target, outcome: .skipped, message: reason)
      )
      return nil
    case .transfer, .resume, .transferRenamed: break
    }
    let settling = SourceSettling(self)
    if let why = settling.youth(source) {
      try await report.add(
        FileResult(path: source.path, target: target, outcome: .skipped, message: why)
      )
      return nil
    }
    try await settling.pause()
    let task = FileTask(
      source: source,
      target: target,
      existing: existing,
      action: decision.action
    )
    guard inputs.isDryRun else {
      // Why it failed is in the report.
      guard case .success(let path) = try await move(task, reason, report) else { return nil }
      return path
    }
    let isResumed = task.offset > 0
    let bytes = max((source.size ?? 0) - Int64(task.offset), 0)
    try await report.add(
      FileResult(
        path: source.path,
        target: target,
        outcome: isResumed ? .resumed : .transferred,
        bytes: bytes,
        message: reason
      )
    )
    return nil
  }
}
