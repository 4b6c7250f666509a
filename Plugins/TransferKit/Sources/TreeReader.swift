package import DriverKit
package import FileKit

/// Walks through a tree of files, here or on the server.
///
/// On the loop.
package final class TreeReader {
  private var walk: TreeWalk
  private let root: RemotePath
  private let lister: any DirectoryLister

  /// A walk.
  ///
  /// - Parameters:
  ///   - root: Where the tree begins.
  ///   - pattern: Which paths in it are meant; nil: all.
  ///   - lister: Lists its directories.
  package init(_ root: RemotePath, _ pattern: GlobPattern?, _ lister: any DirectoryLister) {
    walk = TreeWalk(pattern: pattern)
    self.root = root
    self.lister = lister
  }

  /// The next item; nil: there are no more.
  ///
  /// - Throws: Why nothing can be listed any more; of one directory that cannot be the item says so.
  package func next() async throws(DriverError) -> TreeItem? {
    while true {
      switch walk.next() {
      case .item(let item): return item
      case .end: return nil
      case .list(let path):
        do throws(DriverError) {
          let listing = try await lister.list(root.appending(path))
          walk.give(listing.entries, refused: listing.refused)
        } catch {
          if error.fileCode.endsAll { throw error }
          walk.giveFailure(error.fileCode, message: error.message)
        }
      }
    }
  }

  /// Leaves out what is in the directory that was the last item.
  package func prune() { walk.prune() }
}
