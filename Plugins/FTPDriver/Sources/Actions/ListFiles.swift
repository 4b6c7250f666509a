internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `list`: what is in a directory, or in a tree of them.
struct ListFiles: FTPAction {
  private let listing: FileListing

  init(_ call: Call) throws(DriverError) { listing = try FileListing(call) }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    try await listing.run(FTPFileLister(files: files, pointer: listing.inputs.pointer), call)
  }
}

/// Lists files of a server for the action.
struct FTPFileLister: FileLister {
  let files: FTPFiles
  let pointer: String

  var directories: any DirectoryLister { FTPLister(files: files, pointer: pointer) }

  func single(_ path: RemotePath, _ pointer: String) async throws(DriverError) -> FileEntry? {
    // The listing itself tells, at once, of nearly all that is asked for.
    if path.isBase || path.bytes.last == UInt8(ascii: "/") { return nil }
    let entry = try await files.entry(path, pointer)
    return entry.kind == .file || entry.kind == .other ? entry : nil
  }

  func pieces(
    of path: RemotePath,
    _ pointer: String
  ) async throws(DriverError) -> any DirectoryPieces {
    let listing = FTPListing(files, path, pointer)
    listing.begin()
    return listing
  }
}
