/// Something to run on a host, and the command line for it.
///
/// The line works with any login shell, unless it is told that a plainer one does. It tells its process first, so that `KillCommand` can end it and all that it
/// began; a command then takes the place of our shell, so that its exit status and signal are those of the channel.
/// Over a script our shell stays, to remove the file: a signal that ends the script is the status 128 + n, as in every
/// shell.
struct RemoteCommand: Sendable {
  /// What is run.
  enum Work: Hashable, Sendable {
    /// A command for a shell; nil: the user's login shell.
    case command(String, shell: String? = nil)
    /// A script with arguments.
    case script(ScriptUpload, arguments: [String] = [])
  }

  /// What is run.
  var work: Work
  /// Where it runs; nil: in the home directory.
  var workingDirectory: String?
  /// What is added to the environment; it is not seen in the host's list of processes.
  var environment: [(name: String, value: String)] = []
  /// Another user that it runs as; nil: the one that is logged in.
  var sudo: SudoSettings?
  /// Whether the channel has a terminal.
  var hasTerminal = false
  /// Whether the host takes commands for the login shell as ``PlainCommand`` writes them.
  var isPlain = false

  /// Writes the command line, and what goes to stdin first.
  ///
  /// What is in the environment may be secret, and a command line is seen by all users of a host: it goes by stdin.
  /// The rest stands in the line, since nobody then waits for stdin to come, unless it is too long for a request.
  ///
  /// - Parameter token: The run's name.
  /// - Returns: What is to be sent.
  /// - Throws: What a shell cannot hold, or an argument cannot.
  func prepared(_ token: RunToken) throws(ShellFault) -> PreparedCommand {
    if let line = try plainLine(token) {
      return PreparedCommand(line: line, preamble: [], waitsForReady: false, waitsForRunning: false)
    }
    let body = try self.body(token)
    if environment.isEmpty {
      let command = try prepared(token, body, sendsBody: false)
      if command.line.utf8.count <= ShellQuoting.lineLimit { return command }
    }
    let command = try prepared(token, body, sendsBody: true)
    // What is left in the line then are names and folders, which are short unless there are hundreds.
    if command.line.utf8.count > ShellQuoting.lineLimit {
      throw ShellFault(kind: .tooLong, subject: longest)
    }
    return command
  }

  /// The input that makes a line long which holds no text of the user's.
  private var longest: String {
    if case .script(let script, _) = work {
      return script.variables.names.isEmpty ? "temp_path" : "output_vars"
    }
    return "sudo.user"
  }

  /// The command in its plain form; nil: it is not for that.
  private func plainLine(_ token: RunToken) throws(ShellFault) -> String? {
    guard isPlain, environment.isEmpty, sudo == nil, !hasTerminal,
      case .command(let command, shell: nil) = work
    else { return nil }
    return try PlainCommand(command: command, workingDirectory: workingDirectory).line(token)
  }

  /// The functions `drv_enter` and `drv_work`, which hold all that is the user's.
  private func body(_ token: RunToken) throws(ShellFault) -> String {
    var text = "drv_enter() {\n"
    if let workingDirectory {
      let path = try ShellQuoting.quotedPath(workingDirectory, as: "cwd")
      text += "CDPATH= cd -- \(path) >/dev/null || drv_fault cwd\n"
    }
    for (name, value) in environment + [(RunToken.variable, token.text)] {
      text += "export " + (try ShellQuoting.assignment(name, value, as: "env")) + "\n"
    }
    text += "}\ndrv_work() {\nexec "
    switch work {
    case .command(let command, let shell):
      let shell = try shell.map { shell throws(ShellFault) in
        try ShellQuoting.quotedPath(shell, as: "shell")
      }
      let quoted = try ShellQuoting.quoted(command, as: "command")
      text += "\(shell ?? "\"$drv_shell\"") -c \(quoted)"
    case .script(let script, let arguments): text += try script.command(arguments)
    }
    return text + "\n}\n"
  }

  private func prepared(
    _ token: RunToken,
    _ body: String,
    sendsBody: Bool
  ) throws(ShellFault) -> PreparedCommand {
    var preamble = sendsBody ? Array("\(body)\(token.text)\n".utf8) : []
    var inner = ""
    if case .script(let script, _) = work { preamble += script.text }
    let takesTerminal = hasTerminal && !preamble.isEmpty
    if takesTerminal { inner += RemoteProgram.terminalRaw }
    if !preamble.isEmpty { inner += "drv_mark ready\n" }
    inner += sendsBody ? RemoteProgram.reading(token) : body
    let restoring = takesTerminal ? RemoteProgram.terminalRestored : ""
    switch work {
    case .script(let script, _): inner += try script.commands(token, restoring: restoring)
    case .command: inner += restoring + "drv_enter\ndrv_mark running\ndrv_work\n"
    }
    let functions = RemoteProgram.functions(token)
    var program = functions + RemoteProgram.session + "drv_shell=${SHELL:-/bin/sh}\n"
    if let sudo {
      let quoted = try ShellQuoting.quoted(functions + "drv_shell=$1\n" + inner, as: "command")
      program += "exec \(try sudo.prefix(token)) /bin/sh -c \(quoted) sh \"$drv_shell\"\n"
    } else {
      program += inner
    }
    return PreparedCommand(
      line: ShellQuoting.loginLine(program),
      preamble: preamble,
      waitsForReady: sudo != nil || hasTerminal,
      waitsForRunning: hasTerminal
    )
  }
}
