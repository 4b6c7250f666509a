package import DriverKit
package import FileKit

/// Lists files of a server, by some protocol.
///
/// On the loop.
package protocol FileLister {
  associatedtype Files: FilePlace

  var files: Files { get }
  /// Lists the directories of a tree, with where links lead to.
  var directories: any DirectoryLister { get }

  /// What is known of something that is no directory; of a link it is what that leads to.
  ///
  /// - Parameters:
  ///   - path: What may be a directory.
  ///   - pointer: The input that named it.
  /// - Throws: Why nothing is known.
  /// - Returns: Nil: it is a directory, or its listing has to tell.
  func single(_ path: RemotePath, _ pointer: String) async throws(DriverError) -> FileEntry?

  /// Begins to list a directory.
  ///
  /// - Parameters:
  ///   - path: The directory.
  ///   - pointer: The input that named it.
  /// - Throws: Why it cannot be listed.
  /// - Returns: Its entries, as they come.
  func pieces(
    of path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> any DirectoryPieces
}

/// One directory, piece by piece, so that a large one is never in the memory as a whole.
///
/// On the loop.
package protocol DirectoryPieces: AnyObject {
  /// The next piece.
  ///
  /// - Throws: Why there is none.
  /// - Returns: What is in it, with where links lead to, and what is named there without being a name; nil: it was the
  ///   last one.
  func next() async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault])?
}
