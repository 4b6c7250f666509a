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
    try entry.put(call)
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
