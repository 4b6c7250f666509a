internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `list`: what is in a directory, or in a tree of them.
struct ListFiles: SSHAction {
  private let listing: FileListing

  init(_ call: Call) throws(DriverError) { listing = try FileListing(call) }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let seconds = listing.inputs.answerTimeout
    let files = try await RemoteFiles.open(session, call, seconds, scope)
    try await listing.run(RemoteFileLister(files: files), call)
  }
}
