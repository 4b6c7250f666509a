internal import DriverKit
internal import FileKit
internal import TransferKit

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
