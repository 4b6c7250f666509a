internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The action `rmdir`: removes a directory, with all that is in it where that is wanted.
///
/// Links are removed and not followed.
struct RemoveDirectory: FTPAction {
  private let inputs: FileInputs
  private let isRecursive: Bool
  private let mayMiss: Bool

  init(_ call: Call) throws(DriverError) {
    inputs = try FileInputs(call.inputs)
    isRecursive = try call.inputs["recursive"]?.bool() ?? false
    mayMiss = try call.inputs["ignore_missing"]?.bool() ?? false
    guard !isRecursive || !inputs.path.normalized.isBase else {
      throw DriverError(
        .invalidInput,
        "\(inputs.path.text) would be all that the user has: name a directory in it",
        pointer: inputs.pointer
      )
    }
  }

  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError) {
    let files = try await FTPFiles.open(session, call, scope)
    let removal = Removal(files, inputs.pointer)
    do throws(DriverError) {
      if isRecursive {
        try await removal.all(in: inputs.path, depth: 0)
      }
      try await removal.directory(inputs.path)
    } catch {
      try call.output("removed", .int(removal.count))
      let error = await files.reason(error, inputs.path, inputs.pointer)
      guard mayMiss, error.fileCode == .notFound else { throw error }
      return
    }
    try call.output("removed", .int(removal.count))
  }
}

/// Removes what is in a tree, from the bottom up.
final class Removal {
  private let files: FTPFiles
  private let pointer: String
  private(set) var count: Int64 = 0

  /// How many directories may be in each other: a server may tell of them without end.
  private static let depthLimit = 256

  init(_ files: FTPFiles, _ pointer: String) {
    self.files = files
    self.pointer = pointer
  }

  /// Removes all that is in a directory.
  func all(in path: RemotePath, depth: Int) async throws(DriverError) {
    guard depth < Removal.depthLimit else {
      throw DriverError(
        .failure,
        "\(path.text): more than \(Removal.depthLimit) directories are in each other",
        pointer: pointer
      )
    }
    let lister = FTPLister(files: files, pointer: pointer, tellsLinks: true)
    let (entries, refused) = try await lister.list(path)
    if let fault = refused.first {
      throw DriverError(.nameRefused, "\(files.host) tells a name that is none: \(fault)")
    }
    for entry in entries {
      if entry.kind == .directory {
        try await all(in: entry.path, depth: depth + 1)
        try await directory(entry.path)
      } else {
        try await files.removeFile(entry.path, pointer)
        count += 1
      }
    }
  }

  func directory(_ path: RemotePath) async throws(DriverError) {
    try await files.removeDirectory(path, pointer)
    count += 1
  }
}
