internal import DriverKit
internal import FileKit
internal import TransferKit

/// What the action `list` lists: files of the server.
///
/// On the loop.
struct RemoteFileLister: FileLister {
  let files: RemoteFiles

  var directories: any DirectoryLister { RemoteLister(files: files, readsLinks: true) }

  func single(_ path: RemotePath, _ pointer: String) async throws(DriverError) -> FileEntry? {
    let attributes = try await files.attributes(path, pointer)
    // Of what no kind was told the listing shows whether it is one.
    guard let kind = attributes.kind, kind != .directory else { return nil }
    return attributes.entry(at: path)
  }

  func pieces(
    of path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> any DirectoryPieces {
    let listing = try await RemoteListing.open(files, path, pointer)
    return RemotePieces(files: files, path: path, listing: listing)
  }
}

/// A directory of the server, piece by piece.
private final class RemotePieces: DirectoryPieces {
  private let files: RemoteFiles
  private let path: RemotePath
  private let listing: RemoteListing

  init(files: RemoteFiles, path: RemotePath, listing: RemoteListing) {
    self.files = files
    self.path = path
    self.listing = listing
  }

  func next() async throws(DriverError) -> (entries: [FileEntry], refused: [PathFault])? {
    guard let names = try await listing.next() else { return nil }
    var entries: [FileEntry] = []
    var refused: [PathFault] = []
    for name in names {
      do throws(PathFault) {
        entries.append(try name.entry(in: path))
      } catch {
        refused.append(error)
      }
    }
    try await files.readLinks(&entries)
    return (entries, refused)
  }
}
