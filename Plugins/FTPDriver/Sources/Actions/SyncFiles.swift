internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `sync`: one directory becomes like another, there or here.
struct SyncFiles: FTPAction {
  private let inputs: FileInputs
  private let local: RemotePath
  private let transfer: TransferInputs
  private let options: FTPTransferOptions
  private let isPush: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    local = try FileInputs.path(call.inputs, "local_path")
    var transfer = try TransferInputs(call.inputs)
    transfer.isRecursive = true
    transfer.deletesExtras = try call.inputs["delete"]?.bool() ?? false
    transfer.conflict =
      switch try call.inputs["update"]?.string() {
      case "always": .overwrite
      case "never": .skip
      default: .newer
      }
    self.transfer = transfer
    options = try FTPTransferOptions(call)
    isPush = try call.inputs.required("direction").string() == "push"
    if !isPush { try options.checkForPull() }
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let report = FileReport(call, 0, files, tellsDeleted: true)
    let (options, pointer) = (options.ready(files.loop), inputs.pointer)
    try await report.sum { () async throws(DriverError) in
      if isPush {
        let mover = FTPPutMover(files: files, inputs: transfer, options: options, pointer: pointer)
        let tree = TreeTransfer(mover, report, from: local, to: inputs.path)
        try await tree.run(pointer)
        let leftovers = Leftovers(files, options.leftoverAge)
        if !transfer.isDryRun { await leftovers.remove(beside: inputs.path, isTree: true) }
      } else {
        let mover = FTPGetMover(files: files, inputs: transfer, options: options, pointer: pointer)
        let tree = TreeTransfer(mover, report, from: inputs.path, to: local)
        try await tree.run("/local_path")
      }
    }
  }
}
