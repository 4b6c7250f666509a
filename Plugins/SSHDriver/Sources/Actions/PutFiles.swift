internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `put`: files of this machine, or what comes down a channel, go to the server.
struct PutFiles: SSHAction {
  private let inputs: FileInputs
  private let `protocol`: FileProtocol
  private let transfer: TransferInputs
  private let source: Source

  private enum Source {
    case local(RemotePath)
    case text([UInt8])
    case channel
  }

  private enum Channel {
    static let content = 0
    static let files = 1
  }

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    `protocol` = try FileProtocol(call.inputs)
    transfer = try TransferInputs(call.inputs)
    var sources: [Source] = []
    if call.inputs["local_path"] != nil {
      sources.append(.local(try FileInputs.path(call.inputs, "local_path")))
    }
    if let text = try call.inputs["content"]?.bytes() { sources.append(.text(text)) }
    if call.isWanted(Channel.content) { sources.append(.channel) }
    guard let source = sources.first, sources.count == 1 else {
      throw DriverError(
        .invalidInput,
        sources.isEmpty
          ? "there is nothing to put: give local_path or content, or connect the channel content"
          : "there is more than one of local_path, content and the channel content: leave one of them only",
        pointer: "/local_path"
      )
    }
    self.source = source
    if case .local = source { return }
    guard !transfer.isTree, !transfer.isInPlace else {
      throw DriverError(
        .invalidInput,
        "\(transfer.isInPlace ? "conflict resume" : "recursive or pattern") needs local_path",
        pointer: transfer.isInPlace ? "/conflict" : "/local_path"
      )
    }
    guard inputs.path.bytes.last != UInt8(ascii: "/") else {
      throw DriverError(.invalidInput, "the path has no name of a file", pointer: inputs.pointer)
    }
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let pointer = inputs.pointer
    switch try await `protocol`.open(session, call, inputs.answerTimeout, scope) {
    case .sftp(let files):
      try await put(PutMover(files: files, inputs: transfer, pointer: pointer), call)
    case .scp(let files):
      try transfer.checkSCP()
      try await put(SCPPutMover(files: files, inputs: transfer, pointer: pointer), call)
    }
  }

  private func put(_ mover: some FilePutter, _ call: Call) async throws(DriverError) {
    let report = FileReport(call, Channel.files, mover.files)
    try await report.sum { () async throws(DriverError) in try await put(mover, report, call) }
  }

  private func put(
    _ mover: some FilePutter,
    _ report: FileReport,
    _ call: Call
  ) async throws(DriverError) {
    let path: RemotePath?
    switch source {
    case .local(let local): path = try await putLocal(local, mover, report)
    case .text(let bytes):
      report.expected = UInt64(bytes.count)
      path = try await putContent(
        CallInput(bytes, call, channel: nil, mover.files.loop),
        mover,
        report
      )
    case .channel:
      report.expected = try call.length(of: Channel.content).map { UInt64($0) }
      let input = CallInput([], call, channel: Channel.content, mover.files.loop)
      path = try await putContent(input, mover, report)
    }
    if let path { try call.output("path", .string(String(decoding: path.bytes, as: UTF8.self))) }
  }

  private func putLocal(
    _ local: RemotePath,
    _ mover: some FilePutter,
    _ report: FileReport
  ) async throws(DriverError) -> RemotePath? {
    let found = try await mover.files.onDisk { () throws(DriverError) in
      try LocalFiles.entry(local, followsLink: true)
    }
    guard let entry = found else {
      throw DriverError(
        .notFound,
        "\(local.text) is not there on this machine",
        pointer: "/local_path"
      )
    }
    let target = inputs.path.named(as: local)
    guard entry.kind == .directory else {
      guard transfer.pattern == nil, entry.kind == .file else {
        throw DriverError(
          .kindDiffers,
          "\(local.text) is no \(transfer.pattern == nil ? "file" : "directory, so that pattern finds nothing in it")",
          pointer: transfer.pattern == nil ? "/local_path" : "/pattern"
        )
      }
      report.expected = entry.size.map { UInt64($0) }
      try await makeParents(of: target, mover)
      return try await mover.moveOne(entry, target, report, inputs.pointer)
    }
    guard transfer.isTree else {
      throw DriverError(
        .isDirectory,
        "\(local.text) is a directory: set recursive to put all that is in it",
        pointer: "/recursive"
      )
    }
    try await TreeTransfer(mover, report, from: local, to: target).run(inputs.pointer)
    return target
  }

  private func putContent(
    _ input: CallInput,
    _ mover: some FilePutter,
    _ report: FileReport
  ) async throws(DriverError) -> RemotePath? {
    try await makeParents(of: inputs.path, mover)
    var entry = FileEntry(path: inputs.path, kind: .file)
    // What comes now is newer than all that is there, whatever the clocks of both machines say.
    entry.modified = FileTime(seconds: .max)
    return try await mover.putting(input, length: report.expected).moveOne(
      entry,
      inputs.path,
      report,
      inputs.pointer
    )
  }

  private func makeParents(
    of target: RemotePath,
    _ mover: some FilePutter
  ) async throws(DriverError) {
    guard transfer.withParents, !transfer.isDryRun, let parent = target.parent, !parent.isBase
    else {
      return
    }
    try await mover.makeDirectory(parent, mode: nil, withParents: true)
  }
}
