import Foundation
package import Testing

/// The logs of the servers that run, for the reader of a failed test.
package enum ServerLogs {
  private static let running = Locked<[ObjectIdentifier: @Sendable () -> String]>([:])

  static func add(_ server: AnyObject, _ log: @escaping @Sendable () -> String) {
    running.with { $0[ObjectIdentifier(server)] = log }
  }

  static func remove(_ server: AnyObject) {
    running.with { _ = $0.removeValue(forKey: ObjectIdentifier(server)) }
  }

  /// The last lines of each log.
  static func tails() -> [String] {
    running.with { Array($0.values) }.map { $0() }.filter { !$0.isEmpty }
  }
}

extension Trait where Self == IssueHandlingTrait {
  /// Puts the last lines of the running servers' logs beside each issue of the test or suite.
  package static var showingServerLogs: Self {
    .compactMapIssues { issue in
      var issue = issue
      issue.comments += ServerLogs.tails().map { Comment(rawValue: $0) }
      return issue
    }
  }
}
