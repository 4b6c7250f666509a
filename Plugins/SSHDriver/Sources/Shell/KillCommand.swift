/// Ends a remote command and all that it began, from another channel.
///
/// Its processes are those of its session and its group, those that these began and their children, and those with the
/// run's name in their environment: a process that went to a session of its own has it too. A process whose number was
/// given to another one meanwhile is known by when it began. All get TERM (and CONT, since a stopped process does not
/// take it), what is left after the grace gets KILL until nothing is left, and the run's files go.
///
/// Where there is no /proc, `ps` tells about the processes, and those of an unknown session that nobody's child is
/// stay.
struct KillCommand: Hashable, Sendable {
  /// The run's name.
  let token: RunToken
  /// What the run told; nil: nothing yet, and its shell is looked for by the name in its command line.
  var process: RemoteProcess?
  /// How long processes have after TERM, in tenths of a second.
  var grace = 30
  /// The folder for temporary files that a script is in; nil: there is none.
  var temporaryFolder: String?
  /// The other user that the command runs as.
  var sudo: SudoSettings?

  /// Writes the command line.
  ///
  /// The answer is a mark `killed`; two if there is sudo, of which the last one counts.
  ///
  /// - Parameter answer: The name that the marks of this command have: another than the run's.
  /// - Returns: What is to be sent; the password is asked for by a mark, as that of the run is.
  /// - Throws: What a shell cannot hold.
  func prepared(_ answer: RunToken) throws(ShellFault) -> PreparedCommand {
    // The name must not stand in this command line as it does in that of the run.
    let (head, last) = (token.text.dropLast(), token.text.suffix(1))
    var program = RemoteProgram.functions(answer)
    program += "drv_head=\(head) drv_last=\(last) drv_grace=\(grace) drv_folder=\n"
    if let temporaryFolder {
      let folder = try ShellQuoting.quotedPath(temporaryFolder, as: "temp_path")
      program += "drv_folder=\(folder)/\(RunToken.folderPrefix)\(head)$drv_last\n"
    }
    program += KillCommand.setting("root", process?.identifier)
    program += KillCommand.setting("group", process?.group)
    program += KillCommand.setting("session", process?.session)
    program += "drv_start=\(process?.start ?? 0)\n"
    program += KillProgram.text
    guard let sudo else {
      return PreparedCommand(
        line: ShellQuoting.loginLine(program),
        preamble: [],
        waitsForReady: false,
        waitsForRunning: false
      )
    }
    // What is the user's own, such as the shell before sudo, the other one may have no right to.
    let both = """
      \(try sudo.prefix(answer)) /bin/sh -c \(try ShellQuoting.quoted(program, as: "temp_path"))
      \(program)
      """
    return PreparedCommand(
      line: ShellQuoting.loginLine(both),
      preamble: [],
      waitsForReady: true,
      waitsForRunning: false
    )
  }

  /// No process has the number 0 or 1 that we may end.
  private static func setting(_ name: String, _ number: Int32?) -> String {
    guard let number, number > 1 else { return "drv_\(name)=-\n" }
    return "drv_\(name)=\(number)\n"
  }
}
