/// A step of a walk through a tree of files.
package struct TreeItem: Sendable, Hashable {
  /// What is there.
  package enum Content: Sendable, Hashable {
    /// A file; a directory comes before all that is in it.
    case entry(FileEntry)
    /// A directory that could not be looked into.
    case unreadable(FileErrorCode, message: String)
    /// A name that would lead elsewhere, in the directory whose path the item has.
    case refused(PathFault)
  }

  /// Where it is, from the root of the tree; empty: the root.
  package let path: RemotePath
  /// What is there.
  package let content: Content

  /// An item.
  ///
  /// - Parameters:
  ///   - path: Where it is, from the root of the tree.
  ///   - content: What is there.
  package init(path: RemotePath, content: Content) {
    self.path = path
    self.content = content
  }
}
