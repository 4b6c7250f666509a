package import DriverKit
package import FileKit

/// Lists directories, here or on a server.
///
/// A protocol in place of a closure: one that is made in a function that waits would not run on the loop (Swift 6.3.1).
package protocol DirectoryLister {
  /// What is in a directory.
  ///
  /// - Parameter path: The directory.
  /// - Throws: Why it cannot be listed.
  /// - Returns: What is in it, and what is named there without being a name.
  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault])
}

/// Directories of this machine.
package struct LocalLister: DirectoryLister {
  private let files: any FilePlace

  /// Directories.
  ///
  /// - Parameter files: Whose call lists them.
  package init(files: any FilePlace) { self.files = files }

  package func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    (try await files.onDisk { () throws(DriverError) in try LocalFiles.list(path) }, [])
  }
}
