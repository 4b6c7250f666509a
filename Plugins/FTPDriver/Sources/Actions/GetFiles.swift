internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The actions `get`, `mget` and `copy_file_to_engine`: files of the server come to this machine, or down a channel.
struct GetFiles: FTPAction {
  private var get: FileGet
  private let options: FTPTransferOptions

  init(_ call: Call) throws(DriverError) {
    let hasContent = call.action != "mget"
    get = try FileGet(call, hasContent ? FileChannels() : FileChannels(content: nil, files: 0))
    options = try FTPTransferOptions(call)
    if call.action == "mget", get.transfer.pattern == nil {
      get.transfer.pattern = try? GlobPattern("*".utf8)
    }
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let mover = FTPGetMover(
      files: files,
      inputs: get.transfer,
      options: options.ready(files.loop),
      pointer: get.inputs.pointer
    )
    try await get.run(mover, call)
  }
}
