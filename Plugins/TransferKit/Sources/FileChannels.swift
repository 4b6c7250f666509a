internal import DriverKit

/// What an action that transfers files has in its descriptor: its channels, by their indices.
package struct FileChannels {
  /// What is in one file; nil: the action has no such channel.
  package let content: Int?
  /// What becomes of each file.
  package let files: Int
  /// Whether it has the output `deleted`, also for a call that removes nothing.
  package let tellsDeleted: Bool

  /// Channels.
  ///
  /// - Parameters:
  ///   - content: What is in one file; nil: there is none.
  ///   - files: What becomes of each file.
  ///   - tellsDeleted: Whether it has the output `deleted`.
  package init(content: Int? = 0, files: Int = 1, tellsDeleted: Bool = false) {
    self.tellsDeleted = tellsDeleted
    self.content = content
    self.files = files
  }

  /// Whether somebody is at the other end of the channel for what is in a file.
  func isContentWanted(_ call: Call) -> Bool { content.map { call.isWanted($0) } ?? false }
}
