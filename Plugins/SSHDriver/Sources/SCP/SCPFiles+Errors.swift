internal import DriverKit
internal import FileKit
internal import TransferKit

extension SCPFiles {
  /// The error of a server on which scp has not begun.
  func missing(_ answer: Answer) -> DriverError {
    let why = answer.said.isEmpty ? "exit code \(answer.end.status ?? -1)" : answer.said
    return DriverError(
      .unsupported,
      "\(host) has no scp that the user may run (\(why)): have OpenSSH's client programs installed there, or `Subsystem sftp internal-sftp` put into its sshd_config"
    )
  }

  /// The error of a command that could not do what it was to.
  ///
  /// - Parameters:
  ///   - answer: What came of it.
  ///   - what: What could not be done.
  ///   - path: With which file.
  ///   - pointer: The input that named it.
  /// - Returns: The error, whose `vendorState` has the code of the file.
  func error(
    _ answer: Answer,
    _ what: String,
    _ path: RemotePath,
    _ pointer: String
  ) -> DriverError {
    let end =
      answer.end.signal.map { "the command was ended by the signal \($0)" }
      ?? "the command ended with the exit code \(answer.end.status ?? -1)"
    return error(answer.said.isEmpty ? end : answer.said, what, path, pointer)
  }

  /// The error of what a command or scp has said.
  ///
  /// - Parameters:
  ///   - text: What it said.
  ///   - what: What could not be done.
  ///   - path: With which file.
  ///   - pointer: The input that named it.
  /// - Returns: The error, whose `vendorState` has the code of the file.
  func error(
    _ text: String,
    _ what: String,
    _ path: RemotePath,
    _ pointer: String
  ) -> DriverError {
    // Behind the last colon stands the reason; in front of it a program, and a name that may be a temporary one.
    let reason = text.split(separator: ": ").last.map(String.init) ?? text
    var error = DriverError(
      SCPFiles.code(reason),
      "cannot \(what) \(path.text) on \(host): \(reason)",
      pointer: pointer
    )
    error.detail = text
    return error
  }

  /// The code of an error that is only told in words: those of strerror(3) in the locale C, and of scp.
  private static func code(_ reason: String) -> FileErrorCode {
    switch reason {
    case "No such file or directory": .notFound
    case "Permission denied", "Operation not permitted", "Read-only file system": .permissionDenied
    case "File exists": .alreadyExists
    case "Is a directory", "not a regular file": .isDirectory
    case "Not a directory", "Too many levels of symbolic links": .kindDiffers
    case "File name too long": .nameRefused
    case "No space left on device": .diskFull
    case "Disk quota exceeded": .quotaExceeded
    default: .failure
    }
  }
}
