internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `put`: files of this machine, or what comes down a channel, go to the server.
struct PutFiles: SSHAction {
  private let put: FilePut
  private let `protocol`: FileProtocol

  init(_ call: Call) throws(DriverError) {
    put = try FilePut(call)
    `protocol` = try FileProtocol(call.inputs)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let (transfer, pointer) = (put.transfer, put.inputs.pointer)
    switch try await `protocol`.open(session, call, put.inputs.answerTimeout, scope) {
    case .sftp(let files):
      try await put.run(PutMover(files: files, inputs: transfer, pointer: pointer), call)
    case .scp(let files):
      try transfer.checkSCP()
      try await put.run(SCPPutMover(files: files, inputs: transfer, pointer: pointer), call)
    }
  }
}
