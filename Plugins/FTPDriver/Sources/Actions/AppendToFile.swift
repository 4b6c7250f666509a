internal import DriverKit
internal import FileKit
internal import Glibc
internal import LoopKit
internal import TransferKit

/// The action `append`: what comes is added to a file of the server, which is made where it is not there.
///
/// It cannot be done beside the file, so that what was added before a failure stays.
struct AppendToFile: FTPAction {
  private let inputs: FileInputs
  private let source: Source
  private let options: FTPTransferOptions

  private enum Source {
    case local(RemotePath)
    case text([UInt8])
    case channel
  }

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    options = try FTPTransferOptions(call)
    var sources: [Source] = []
    if call.inputs["local_path"] != nil {
      sources.append(.local(try FileInputs.path(call.inputs, "local_path")))
    }
    if let text = try call.inputs["content"]?.bytes() { sources.append(.text(text)) }
    if call.isWanted(0) { sources.append(.channel) }
    guard let source = sources.first, sources.count == 1 else {
      throw DriverError(
        .invalidInput,
        sources.isEmpty
          ? "there is nothing to append: give local_path or content, or connect the channel content"
          : "there is more than one of local_path, content and the channel content: leave one of them only",
        pointer: "/local_path"
      )
    }
    self.source = source
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let (path, pointer) = (inputs.path, inputs.pointer)
    let there = try await files.entryIfThere(path, pointer)
    if there?.kind == .directory {
      throw DriverError(.isDirectory, "\(path.text) is a directory", pointer: pointer)
    }
    let before = there == nil ? 0 : try await files.size(path, pointer)
    let counter = ByteCount()
    let bytes = options.ready(files.loop).limited(try await opened(files, call), files.loop)
    var request = FTPRequest(
      .write(path: try files.wire(path, pointer), appends: true, source: bytes),
      .write,
      path,
      pointer
    )
    request.moved = { count in
      counter.value += UInt64(count)
      call.progress(counter.value, of: nil, "bytes")
    }
    do throws(DriverError) {
      _ = try await files.run(request)
    } catch {
      try call.output("bytes", .int(Int64(counter.value)))
      throw error
    }
    try call.output("bytes", .int(Int64(counter.value)))
    guard let before, let now = try await files.size(path, pointer) else { return }
    try call.output("size", .int(now))
    guard now == before + Int64(counter.value) else {
      throw DriverError(
        .verification,
        "\(path.text) had \(before) bytes, \(counter.value) were added, and \(now) are there: somebody else may write it too",
        pointer: pointer
      )
    }
  }

  private func opened(_ files: FTPFiles, _ call: Call) async throws(DriverError) -> any ByteSource {
    switch source {
    case .text(let text): return CallSource(CallInput(text, call, channel: nil, files.loop))
    case .channel: return CallSource(CallInput([], call, channel: 0, files.loop))
    case .local(let path):
      let (file, size) = try await files.onDisk { () throws(DriverError) in
        let file = try LocalFile(path, O_RDONLY)
        let entry = try file.entry()
        guard entry.kind == .file else {
          throw DriverError(.kindDiffers, "\(path.text) is no file", pointer: "/local_path")
        }
        return (file, entry.size)
      }
      let piece = FTPConnection.bufferSize
      return FileSource(file, from: 0, size: size, piece: piece, files.loop)
    }
  }
}
