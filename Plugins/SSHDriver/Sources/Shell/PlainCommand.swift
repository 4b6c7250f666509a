/// A command line for the login shell of the user itself, with no shell of ours in front of it.
///
/// It begins no process that the command would not: against the general form it saves a process and three programs,
/// which is more than a small command takes. It is for hosts that begin each command in a session of its own, and for
/// users whose shell reads commands as POSIX has them: the first command on a connection, in the general form, tells.
struct PlainCommand {
  /// The shells that take it as it is; others, such as fish and csh, read another language.
  static let shells: Set<String> = ["ash", "bash", "dash", "ksh", "ksh93", "mksh", "sh", "zsh"]

  /// What the user wants.
  let command: String
  /// Where it runs; nil: in the home directory.
  var workingDirectory: String?

  /// Writes the command line.
  ///
  /// The user's part begins on a line of its own: what is wrong in it keeps nothing of ours from being read.
  ///
  /// - Parameter token: The run's name.
  /// - Returns: The line; nil: a request cannot take it.
  /// - Throws: What a shell cannot hold.
  func line(_ token: RunToken) throws(ShellFault) -> String? {
    if command.utf8.contains(0) { throw ShellFault(kind: .zeroByte, subject: "command") }
    // One variable serves twice, so that no other is left behind.
    let name = RunToken.variable
    var text = """
      { read -r \(name) </proc/$$/stat; } 2>/dev/null
      printf '\\036drivers:\(token.text):stat:%s\\n' "$\(name)" >&2
      export \(name)=\(token.text)

      """
    if let workingDirectory {
      let path = try ShellQuoting.quotedPath(workingDirectory, as: "cwd")
      let fault = "printf '\\036drivers:\(token.text):fault:cwd\\n' >&2; exit 125"
      text += "CDPATH= cd -- \(path) >/dev/null || { \(fault); }\n"
    }
    text += command
    return text.utf8.count <= ShellQuoting.lineLimit ? text : nil
  }
}
