internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `stat`: what is known of a file.
struct StatFile: SSHAction {
  private let inputs: FileInputs
  private let followsLinks: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    followsLinks = try call.inputs["follow_links"]?.bool() ?? true
  }

  func run(_ call: Call, _ session: SSHSession, _ scope: Scope) async throws(DriverError) {
    let files = try await RemoteFiles.open(session, call, inputs.answerTimeout, scope)
    let (path, pointer) = (inputs.path, inputs.pointer)
    var attributes = try await files.attributes(path, followsLink: false, pointer)
    var target: RemotePath?
    if attributes.kind == .symlink {
      target = try await files.path(.readlink(path.bytes), .readLink, path, pointer)
      if followsLinks { attributes = try await files.attributes(path, pointer) }
    }
    var entry = attributes.entry(at: path)
    entry.linkTarget = target
    let real = try await files.path(.realpath(path.bytes), .resolve, path, pointer)
    // `.` and `..` are no names.
    if path.name.isEmpty || path.parent == nil {
      entry.name = String(decoding: real.name, as: UTF8.self)
    }
    try entry.put(call)
    try call.output("real_path", .string(String(decoding: real.bytes, as: UTF8.self)))
  }
}
