package import DriverKit
internal import FileKit
internal import LoopKit

/// What an action `put` does: files of this machine, or what comes down a channel, go to a server.
///
/// It is made from a call before anything waits, since inputs are views that do not outlive that.
package struct FilePut {
  /// Where to.
  package let inputs: FileInputs
  /// How it is transferred; an action may set what it has no input for.
  package var transfer: TransferInputs
  private let source: Source
  private let channels: FileChannels

  private enum Source {
    case local(RemotePath)
    case text([UInt8])
    /// Its index.
    case channel(Int)
  }

  /// Reads what is asked for.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - channels: The channels of its action.
  /// - Throws: What is wrong with its inputs.
  package init(_ call: Call, _ channels: FileChannels = FileChannels()) throws(DriverError) {
    self.channels = channels
    inputs = try FileInputs(call.inputs)
    transfer = try TransferInputs(call.inputs)
    var sources: [Source] = []
    if call.inputs["local_path"] != nil {
      sources.append(.local(try FileInputs.path(call.inputs, "local_path")))
    }
    if let text = try call.inputs["content"]?.bytes() { sources.append(.text(text)) }
    if let channel = channels.content, call.isWanted(channel) { sources.append(.channel(channel)) }
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

  /// Puts them.
  ///
  /// - Parameters:
  ///   - mover: How they go, which has ``transfer`` as its inputs.
  ///   - call: The call.
  /// - Throws: Why they do not go; what became of each is in the outputs all the same.
  package func run(_ mover: some FilePutter, _ call: Call) async throws(DriverError) {
    let report = FileReport(
      call,
      channels.files,
      mover.files,
      tellsDeleted: channels.tellsDeleted || transfer.deletesExtras
    )
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
    case .channel(let channel):
      report.expected = try call.length(of: channel).map { UInt64($0) }
      let input = CallInput([], call, channel: channel, mover.files.loop)
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
    let content = ContentMover(mover: mover, input: input, length: report.expected)
    return try await content.moveOne(entry, inputs.path, report, inputs.pointer)
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
