internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `rename`: gives a file another name, or another directory.
struct RenameFile: FTPAction {
  private let inputs: FileInputs
  private let new: RemotePath
  private let overwrites: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    new = try FileInputs.path(call.inputs, "new_path")
    overwrites = try call.inputs["overwrite"]?.bool() ?? false
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    do throws(DriverError) {
      try await rename(files)
    } catch {
      throw await files.reason(error, inputs.path, inputs.pointer)
    }
  }

  private func rename(_ files: FTPFiles) async throws(DriverError) {
    if overwrites { return try await files.replace(inputs.path, to: new, inputs.pointer) }
    // FTP has no rename that replaces nothing, and many servers replace without a word.
    guard try await files.entryIfThere(new, "/new_path") == nil else {
      throw DriverError(
        .alreadyExists,
        "\(new.text) is there already on \(files.host): set overwrite to replace it",
        pointer: "/new_path"
      )
    }
    try await files.rename(inputs.path, to: new, inputs.pointer)
  }
}

/// The action `delete`: removes a file.
struct DeleteFile: FTPAction {
  private let inputs: FileInputs
  private let mayMiss: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    mayMiss = try call.inputs["ignore_missing"]?.bool() ?? false
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    do throws(DriverError) {
      try await files.removeFile(inputs.path, inputs.pointer)
      try call.output("removed", .int(1))
    } catch {
      let error = await files.reason(error, inputs.path, inputs.pointer)
      guard mayMiss, error.fileCode == .notFound else { throw error }
      try call.output("removed", .int(0))
    }
  }
}

/// The action `mkdir`: makes a directory.
struct MakeDirectory: FTPAction {
  private let inputs: FileInputs
  private let withParents: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    withParents = try call.inputs["parents"]?.bool() ?? false
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let isNew = try await files.makeDirectory(
      inputs.path,
      withParents: withParents,
      inputs.pointer
    )
    try call.output("created", .bool(isNew))
  }
}

/// The action `chmod`: sets what everybody may do with a file.
struct ChangeMode: FTPAction {
  private let inputs: FileInputs
  private let mode: UInt32

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    guard let mode = try FileInputs.mode(call.inputs) else {
      throw DriverError(.invalidInput, "the mode is missing", pointer: "/mode")
    }
    self.mode = mode
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    try await files.setMode(inputs.path, mode, inputs.pointer)
  }
}

/// The action `set_mtime`: sets when a file was changed.
struct SetTime: FTPAction {
  private let inputs: FileInputs
  private let seconds: Int64

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    let text = try call.inputs.required("modified").string()
    guard let seconds = ISOTime.seconds(text) else {
      throw DriverError(
        .invalidInput,
        "\(text) is no time: give one as 2026-01-31T12:00:00Z, or with an offset such as +02:00",
        pointer: "/modified"
      )
    }
    self.seconds = seconds
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    try await files.setTime(inputs.path, seconds, inputs.pointer)
  }
}

/// The action `checksum`: a checksum of a file, as the server makes it.
struct MakeChecksum: FTPAction {
  private let inputs: FileInputs
  private let algorithm: FileChecksum.Algorithm?

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    let name = try call.inputs["algorithm"]?.string()
    algorithm = name.flatMap { FileChecksum.Algorithm(rawValue: $0) }
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let sum = try await FTPChecksum(files: files).value(inputs.path, algorithm, inputs.pointer)
    try call.output("checksum", .string(sum.hexadecimal))
    try call.output("algorithm", .string(sum.algorithm.rawValue))
  }
}
