internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `get`: files of the server come to this machine, or down a channel.
struct GetFiles: SSHAction {
  private let get: FileGet
  private let `protocol`: FileProtocol

  init(_ call: Call) throws(DriverError) {
    get = try FileGet(call)
    `protocol` = try FileProtocol(call.inputs)
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    switch try await `protocol`.open(session, call, get.inputs.answerTimeout, scope) {
    case .sftp(let files): try await get.run(GetMover(files: files, inputs: get.transfer), call)
    case .scp(let files):
      try get.transfer.checkSCP()
      try await get.run(SCPGetMover(files: files, inputs: get.transfer), call)
    }
  }
}
