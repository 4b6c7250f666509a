internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `stats`: what is known of a file.
struct LookAtFile: FTPAction {
  private let inputs: FileInputs

  init(_ call: Call) throws(DriverError) { inputs = try FileInputs(call.inputs) }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let entry = try await files.entry(inputs.path, inputs.pointer, isWhole: true)
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
  }
}

/// The action `exists`: whether there is a file, and of which kind.
struct LookForFile: FTPAction {
  private let inputs: FileInputs

  init(_ call: Call) throws(DriverError) { inputs = try FileInputs(call.inputs) }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let entry = try await files.entryIfThere(inputs.path, inputs.pointer)
    try call.output("exists", .bool(entry != nil))
    if let entry { try call.output("type", .string(entry.kind.rawValue)) }
  }
}
