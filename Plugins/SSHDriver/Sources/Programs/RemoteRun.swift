internal import DriverKit
internal import LoopKit
internal import TransferKit

/// A program of a call on the server, which is killed there with all that it has begun when the call ends first.
///
/// On the loop.
struct RemoteRun {
  let connection: SSHConnection
  let session: SSHSession
  let call: Call
  let inputs: RunInputs
  /// The folder for temporary files of a script; nil: there is none.
  var temporaryFolder: String?

  /// How long ending a program may take: less than the grace that the descriptor asks for.
  private static let killSeconds = 4.0
  /// Runs it.
  ///
  /// - Parameters:
  ///   - work: What is run.
  ///   - scope: How long.
  /// - Throws: Why it could not be run, or was ended.
  /// - Returns: What came of it, however it ended.
  func run(_ work: RemoteCommand.Work, _ scope: Scope) async throws(DriverError) -> RunResult {
    let token = RunToken()
    let prepared: PreparedCommand
    do throws(ShellFault) {
      prepared = try RemoteCommand(
        work: work,
        workingDirectory: inputs.workingDirectory,
        environment: inputs.environment,
        sudo: inputs.sudo,
        hasTerminal: inputs.hasTerminal,
        isPlain: connection.takesPlainCommands
      ).prepared(token)
    } catch {
      throw DriverError(.invalidInput, "\(error)", pointer: "/\(error.subject)")
    }
    let channel = try await channel(scope)
    defer { channel.end() }
    let idle = try limits(in: scope)
    let flow = RunFlow(prepared, token, inputs, call, loop) { [inputs] isHeld in
      guard let seconds = inputs.idleTimeout else { return }
      if isHeld { idle.pause() } else { idle.renew(seconds) }
    }
    let start = Loop.now()
    var hasStarted = false
    do throws(DriverError) {
      if inputs.hasTerminal { try await channel.requestTerminal("xterm", (80, 24), idle) }
      // From here on it may run, whatever we hear of it.
      hasStarted = true
      try await channel.start("exec", prepared.line, idle)
      var program = Program(channel, flow, flow)
      program.hasTerminal = inputs.hasTerminal
      let end = try await program.run(idle)
      if let shell = flow.process?.shell {
        connection.takesPlainCommands = PlainCommand.shells.contains(shell)
      }
      let refusal = refusal(flow, end)
      return try flow.result(end, duration: Loop.now() - start, stop: refusal)
    } catch {
      guard hasStarted else { throw error }
      // What it has put out is there all the same, and tells most of why it took so long.
      let reason = await killed(token, flow, error)
      return try flow.result(Program.End(), duration: Loop.now() - start, stop: reason)
    }
  }

  private var loop: Loop { session.ownLoop }

  /// A channel for the program, which may have to wait for others to end.
  private func channel(_ scope: Scope) async throws(DriverError) -> SSHChannel {
    let waiting = Scope(loop, in: scope)
    try waiting.limit(
      inputs.timeout,
      DriverError(
        .timedOut,
        "\(connection.name) had no channel free for the program for \(inputs.timeout) s, which is script_timeout; nothing was run",
        pointer: "/script_timeout",
        isRetryable: true
      )
    )
    do throws(DriverError) {
      return try await connection.opener.open(.session, waiting)
    } catch {
      var error = error
      // A server that does not even refuse is of no use to others either.
      if waiting.failure != nil, scope.failure == nil, connection.opener.isUnanswered {
        error.message =
          "\(connection.name) has not answered for \(inputs.timeout) s, which is script_timeout; nothing was run"
        error.isSessionBroken = true
      }
      throw error
    }
  }

  /// How long the program may run, and be silent.
  private func limits(in scope: Scope) throws(DriverError) -> Scope {
    let limited = Scope(loop, in: scope)
    try limited.limit(
      inputs.timeout,
      DriverError(
        .timedOut,
        "the program took longer than script_timeout, which is \(inputs.timeout) s, and was killed",
        pointer: "/script_timeout"
      )
    )
    let idle = Scope(loop, in: limited)
    if let seconds = inputs.idleTimeout {
      try idle.limit(
        seconds,
        DriverError(
          .timedOut,
          "the program put nothing out for \(seconds) s, which is idle_timeout, and was killed",
          pointer: "/idle_timeout"
        )
      )
    }
    return idle
  }

  /// Why what was asked for was not run at all; nil: it was.
  private func refusal(_ flow: RunFlow, _ end: Program.End) -> DriverError? {
    if let fault = flow.fault { return error(fault) }
    guard !flow.isRunning, inputs.sudo != nil else { return nil }
    let said = flow.lastLine
    if end.status == 127 {
      return DriverError(
        .unsupported,
        "there is no sudo on \(connection.name): \(said)",
        pointer: "/sudo"
      )
    }
    if flow.isPasswordWrong {
      return DriverError(.forbidden, "sudo does not take the password", pointer: "/sudo/password")
    }
    let hint =
      inputs.sudoPassword == nil ? ". Give sudo.password, or the user a rule with NOPASSWD" : ""
    return DriverError(
      .forbidden,
      "sudo on \(connection.name) does not run this: \(said.isEmpty ? "it does not say why" : said)\(hint)",
      pointer: "/sudo"
    )
  }

  private func error(_ fault: RemoteFault) -> DriverError {
    switch fault {
    case .workingDirectory:
      DriverError(
        .notFound,
        "the folder \(inputs.workingDirectory ?? "") cannot be gone to on \(connection.name)",
        pointer: "/cwd"
      )
    case .folder:
      DriverError(
        .remoteFailure,
        "no folder can be made in \(temporaryFolder ?? "") on \(connection.name) for the script",
        pointer: "/temp_path"
      )
    case .write:
      DriverError(
        .remoteFailure,
        "the script cannot be written to \(temporaryFolder ?? "") on \(connection.name): its disk may be full",
        pointer: "/temp_path"
      )
    case .cut:
      DriverError(.protocolViolation, "the script has not come to \(connection.name) whole")
    }
  }

  /// Ends what runs, and says in the error what could not be ended.
  private func killed(
    _ token: RunToken,
    _ flow: RunFlow,
    _ reason: DriverError
  ) async -> DriverError {
    var error = reason
    guard !connection.isDead else { return error }
    let scope = Scope(loop)
    do throws(DriverError) {
      try scope.limit(
        RemoteRun.killSeconds,
        DriverError(.timedOut, "the server did not answer in time")
      )
      let left = try await KillRun(session: session, connection: connection, inputs: inputs)
        .run(token, flow.process, temporaryFolder, scope)
      guard !left.isEmpty else { return error }
      error.message +=
        "; still running on \(connection.name): the processes \(left.map { "\($0)" }.joined(separator: ", "))"
    } catch let second {
      error.message += "; it may still be running on \(connection.name): \(second.message)"
      if connection.opener.isUnanswered { error.isSessionBroken = true }
    }
    return error
  }
}
