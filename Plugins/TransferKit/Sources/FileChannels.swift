internal import DriverKit

/// The channels of an action that transfers files, by their indices in its descriptor.
package struct FileChannels {
  /// What is in one file; nil: the action has no such channel.
  package let content: Int?
  /// What becomes of each file.
  package let files: Int

  /// Channels.
  ///
  /// - Parameters:
  ///   - content: What is in one file; nil: there is none.
  ///   - files: What becomes of each file.
  package init(content: Int? = 0, files: Int = 1) {
    self.content = content
    self.files = files
  }

  /// Whether somebody is at the other end of the channel for what is in a file.
  func isContentWanted(_ call: Call) -> Bool { content.map { call.isWanted($0) } ?? false }
}
