internal import DriverKit
internal import LoopKit

/// What a call asks for, read from its inputs before anything waits: they are views that do not outlive that.
protocol FTPAction {
  /// Does it.
  ///
  /// - Parameters:
  ///   - call: The call.
  ///   - session: Where.
  ///   - scope: How long.
  /// - Throws: Why it failed.
  func run(_ call: Call, _ session: FTPSession, _ scope: Scope) async throws(DriverError)
}

extension FTPDriver {
  /// What a call asks for.
  ///
  /// - Throws: What is wrong with its inputs.
  static func action(_ call: Call) throws(DriverError) -> any FTPAction {
    switch call.action {
    case "list": return try ListFiles(call)
    case "stats": return try LookAtFile(call)
    case "exists": return try LookForFile(call)
    case "get", "mget", "copy_file_to_engine": return try GetFiles(call)
    case "put", "mput", "copy_file_from_engine": return try PutFiles(call)
    case "append": return try AppendToFile(call)
    case "sync": return try SyncFiles(call)
    case "rename": return try RenameFile(call)
    case "delete": return try DeleteFile(call)
    case "mkdir": return try MakeDirectory(call)
    case "rmdir": return try RemoveDirectory(call)
    case "chmod": return try ChangeMode(call)
    case "set_mtime": return try SetTime(call)
    case "checksum": return try MakeChecksum(call)
    case "quote": return try Quote(call)
    case "test": return try TestAction(call)
    case "features": return try TellFeatures(call)
    default: throw DriverError(.unsupported, "the driver does not know the action \(call.action)")
    }
  }
}
