internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The actions `put`, `mput` and `copy_file_from_engine`: files of this machine, or what comes down a channel, go to
/// the server.
struct PutFiles: FTPAction {
  private var put: FilePut
  private let options: FTPTransferOptions

  init(_ call: Call) throws(DriverError) {
    let hasContent = call.action != "mput"
    put = try FilePut(call, hasContent ? FileChannels() : FileChannels(content: nil, files: 0))
    options = try FTPTransferOptions(call)
    if call.action == "mput", put.transfer.pattern == nil {
      put.transfer.pattern = try? GlobPattern("*".utf8)
    }
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let mover = FTPPutMover(
      files: files,
      inputs: put.transfer,
      options: options.ready(files.loop),
      pointer: put.inputs.pointer
    )
    try await put.run(mover, call)
    if put.transfer.isDryRun { return }
    await Leftovers(files, options.leftoverAge).remove(
      beside: put.inputs.path,
      isTree: put.transfer.isTree
    )
  }
}
