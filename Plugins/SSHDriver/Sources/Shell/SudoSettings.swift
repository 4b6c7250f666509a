/// Another user that a remote command runs as.
struct SudoSettings: Hashable, Sendable {
  /// The user; nil: the one that sudo takes, root.
  var user: String?
  /// Whether a password is sent when sudo asks for one; without one it must not ask.
  var hasPassword = false

  /// What stands before the command.
  ///
  /// sudo reads the password byte by byte, so that what comes behind it on stdin is the command's.
  ///
  /// - Parameter token: The run's name, for the prompt.
  /// - Returns: Words for a POSIX shell.
  /// - Throws: What a shell cannot hold.
  func prefix(_ token: RunToken) throws(ShellFault) -> String {
    var words = ["sudo", "-H"]
    if hasPassword {
      let prompt = String(decoding: MarkScanner.opening(token), as: UTF8.self) + "sudo\n"
      words += ["-S", "-p", prompt]
    } else {
      words.append("-n")
    }
    if let user {
      if user.isEmpty { throw ShellFault(kind: .empty, subject: "sudo.user") }
      words += ["-u", user]
    }
    return try ShellQuoting.quoted(words + ["--"], as: "sudo.user")
  }
}
