package import DriverKit
internal import FileKit
internal import LoopKit

/// What an action `get` does: files of a server come to this machine, or down a channel.
///
/// It is made from a call before anything waits, since inputs are views that do not outlive that.
package struct FileGet {
  /// Which file.
  package let inputs: FileInputs
  /// How it is transferred; an action may set what it has no input for.
  package var transfer: TransferInputs
  /// Where they go; nil: what is in a file goes to the channel or to the output.
  private let local: RemotePath?
  private let limit: Int
  private let channels: FileChannels

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
    local = call.inputs["local_path"] == nil ? nil : try FileInputs.path(call.inputs, "local_path")
    limit = try call.inputs["max_content"]?.int(in: 0...104_857_600) ?? 16 << 20
    guard local == nil || !channels.isContentWanted(call) else {
      throw DriverError(
        .invalidInput,
        "there are both local_path and a reader of the channel content: leave one of both out",
        pointer: "/local_path"
      )
    }
  }

  /// Gets them.
  ///
  /// - Parameters:
  ///   - mover: How they come, which has ``transfer`` as its inputs.
  ///   - call: The call.
  /// - Throws: Why they do not come; what became of each is in the outputs all the same.
  package func run(_ mover: some FileGetter, _ call: Call) async throws(DriverError) {
    let report = FileReport(
      call,
      channels.files,
      mover.files,
      tellsDeleted: channels.tellsDeleted || transfer.deletesExtras
    )
    try await report.sum { () async throws(DriverError) in
      let source = try await mover.source(inputs.path, inputs.pointer)
      try await get(source, mover, report, call)
    }
  }

  private func get(
    _ source: FileEntry,
    _ mover: some FileGetter,
    _ report: FileReport,
    _ call: Call
  ) async throws(DriverError) {
    try check(source)
    report.expected = source.kind == .directory ? nil : source.size.map { UInt64($0) }
    guard let local else { return try await content(source, mover, report, call) }
    let target = local.named(as: source.path)
    if source.kind == .directory {
      let tree = TreeTransfer(mover, report, from: source.path, to: target)
      return try await tree.run("/local_path")
    }
    if transfer.withParents, !transfer.isDryRun, let parent = target.parent, !parent.isBase {
      try await mover.makeDirectory(parent, mode: nil, withParents: true)
    }
    if let path = try await mover.moveOne(source, target, report, "/local_path") {
      try call.output("path", .string(String(decoding: path.bytes, as: UTF8.self)))
    }
  }

  private func check(_ source: FileEntry) throws(DriverError) {
    switch source.kind {
    case .directory where !transfer.isTree:
      throw DriverError(
        .isDirectory,
        "\(source.path.text) is a directory: set recursive to get all that is in it",
        pointer: "/recursive"
      )
    case .directory where local == nil:
      throw DriverError(
        .invalidInput,
        "\(source.path.text) is a directory: give local_path, where it is to go",
        pointer: "/local_path"
      )
    case .directory: return
    default: break
    }
    guard transfer.pattern == nil else {
      throw DriverError(
        .kindDiffers,
        "\(source.path.text) is no directory, so that pattern finds nothing in it",
        pointer: "/pattern"
      )
    }
  }

  /// Hands over what is in a file, in place of a file here.
  private func content(
    _ source: FileEntry,
    _ mover: some FileGetter,
    _ report: FileReport,
    _ call: Call
  ) async throws(DriverError) {
    guard !transfer.isDryRun else {
      let bytes = source.size ?? 0
      return try await report.add(
        FileResult(path: source.path, outcome: .transferred, bytes: bytes)
      )
    }
    let channel = channels.isContentWanted(call) ? channels.content : nil
    if channel == nil, let size = source.size, size > limit { throw tooLong }
    let memory = MemorySink(limit, tooLong)
    let sink: any ByteSink = channel.map { ChannelSink(call, $0, mover.files.loop) } ?? memory
    let start = Loop.now()
    var moved: Int64 = 0
    let end: UInt64
    do throws(DriverError) {
      end = try await mover.hand(source, to: sink, inputs.pointer) {
        moved += Int64($0)
        report.moved($0)
      }
    } catch {
      let result = FileResult(
        path: source.path,
        failed: error.fileCode,
        bytes: moved,
        seconds: Loop.now() - start,
        message: error.message
      )
      try await report.add(result, error)
      throw error
    }
    try await report.add(
      FileResult(
        path: source.path,
        outcome: .transferred,
        bytes: Int64(end),
        seconds: Loop.now() - start
      )
    )
    guard channel == nil else { return }
    try call.output("content", OutputValue(textOrBytes: memory.bytes))
  }

  private var tooLong: DriverError {
    DriverError(
      .tooLarge,
      "the file has more than \(limit) bytes: give local_path, read the channel content, or raise max_content",
      pointer: "/max_content"
    )
  }
}
