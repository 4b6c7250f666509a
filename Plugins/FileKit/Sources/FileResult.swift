/// What became of one file.
package struct FileResult: Sendable, Hashable {
  /// What was done with it; in a dry run, what would be.
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    case transferred
    /// The rest of it was transferred.
    case resumed
    case skipped
    /// A directory or a link was made.
    case created
    case deleted
    case failed
  }

  /// The file.
  package var path: RemotePath
  /// Where it went, or was to go.
  package var target: RemotePath?
  /// What was done.
  package var outcome: Outcome
  /// How many bytes were moved for it, also of one that failed; in a dry run, how many would be.
  package var bytes: Int64
  /// How long it took.
  package var seconds: Double
  /// What went wrong; nil: nothing.
  package var code: FileErrorCode?
  /// Why, for people; empty: there is nothing to be said.
  package var message: String

  /// A result.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - target: Where it went.
  ///   - outcome: What was done.
  ///   - bytes: How many bytes were moved.
  ///   - seconds: How long it took.
  ///   - message: Why.
  package init(
    path: RemotePath,
    target: RemotePath? = nil,
    outcome: Outcome,
    bytes: Int64 = 0,
    seconds: Double = 0,
    message: String = ""
  ) {
    self.path = path
    self.target = target
    self.outcome = outcome
    self.bytes = bytes
    self.seconds = seconds
    self.message = message
  }

  /// The result of a file that failed.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - target: Where it was to go.
  ///   - code: What went wrong.
  ///   - bytes: How many bytes were moved before.
  ///   - seconds: How long it took.
  ///   - message: Why, for people.
  package init(
    path: RemotePath,
    target: RemotePath? = nil,
    failed code: FileErrorCode,
    bytes: Int64 = 0,
    seconds: Double = 0,
    message: String
  ) {
    self.init(path: path, target: target, outcome: .failed, bytes: bytes, seconds: seconds)
    self.code = code
    self.message = message
  }
}
