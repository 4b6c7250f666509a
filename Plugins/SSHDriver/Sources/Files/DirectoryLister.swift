internal import DriverKit
internal import FileKit

/// Lists directories, here or on the server.
///
/// A protocol in place of a closure: one that is made in a function that waits would not run on the loop (Swift 6.3.1).
protocol DirectoryLister {
  /// What is in a directory.
  ///
  /// - Parameter path: The directory.
  /// - Throws: Why it cannot be listed.
  /// - Returns: What is in it, and what is named there without being a name.
  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault])
}

/// Directories of the server.
struct RemoteLister: DirectoryLister {
  let files: RemoteFiles
  let readsLinks: Bool

  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    try await files.entries(path, readsLinks: readsLinks)
  }
}

/// Directories of this machine.
struct LocalLister: DirectoryLister {
  let files: any FilePlace

  func list(
    _ path: RemotePath
  ) async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault]) {
    (try await files.onDisk { () throws(DriverError) in try LocalFiles.list(path) }, [])
  }
}
