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
    guard case .map(let members) = entry.output else { return }
    for (name, value) in members {
      switch name {
      case "name": try call.output("name", value)
      case "path": try call.output("path", value)
      case "path_bytes": try call.output("path_bytes", value)
      case "type": try call.output("type", value)
      case "size": try call.output("size", value)
      case "modified": try call.output("modified", value)
      case "permissions": try call.output("permissions", value)
      case "owner": try call.output("owner", value)
      case "group": try call.output("group", value)
      case "link_target": try call.output("link_target", value)
      default: preconditionFailure("the entry has \(name), which the descriptor does not declare")
      }
    }
    try call.output("real_path", .string(String(decoding: real.bytes, as: UTF8.self)))
  }
}
