internal import DriverKit

/// A program of a call on the server, which is killed there with all that it has begun when the call ends first.
///
/// On the loop.
struct RemoteRun {
  let connection: SSHConnection
  let loop: Loop
  let call: Call
  let inputs: RunInputs
  /// The folder for temporary files of a script; nil: there is none.
  var temporaryFolder: String?

  /// How long ending a program may take: less than the grace that the descriptor asks for.
  private static let killSeconds = 4.0
  /// How long processes have between TERM and KILL, in tenths of a second.
  private static let killGrace = 10

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
    let flow = RunFlow(prepared, token, inputs, call, loop) { [inputs] in
      if let seconds = inputs.idleTimeout { idle.renew(seconds) }
    }
    let channel = try await connection.opener.open(.session, idle)
    defer { channel.end() }
    let start = RemoteFiles.now()
    do throws(DriverError) {
      if inputs.hasTerminal { try await channel.requestTerminal("xterm", (80, 24), idle) }
      try await channel.start("exec", prepared.line, idle)
      var program = Program(channel, flow, flow)
      program.hasTerminal = inputs.hasTerminal
      let end = try await program.run(idle)
      try check(flow, end)
      if let shell = flow.process?.shell {
        connection.takesPlainCommands = PlainCommand.shells.contains(shell)
      }
      return try flow.result(end, duration: RemoteFiles.now() - start)
    } catch {
      guard idle.failure != nil else { throw error }
      throw await killed(token, flow.process, error)
    }
  }

  /// Looks whether the program was run at all.
  private func check(_ flow: RunFlow, _ end: Program.End) throws(DriverError) {
    if let fault = flow.fault { throw error(fault) }
    guard !flow.isRunning, inputs.sudo != nil else { return }
    throw DriverError(
      .forbidden,
      flow.isPasswordWrong
        ? "sudo does not take the password"
        : "sudo does not let the user run this\(inputs.sudoPassword == nil ? " without a password: give sudo.password, or a rule with NOPASSWD" : "")",
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
    _ process: RemoteProcess?,
    _ reason: DriverError
  ) async -> DriverError {
    var error = reason
    guard !connection.isDead else { return error }
    let scope = Scope(loop)
    let answer = RunToken()
    do throws(DriverError) {
      try scope.limit(
        RemoteRun.killSeconds,
        DriverError(.timedOut, "the server did not answer in time")
      )
      let report = try await kill(token, process, answer, scope)
      guard let report, !report.left.isEmpty else { return error }
      error.message +=
        "; still running on \(connection.name): the processes \(report.left.map { "\($0)" }.joined(separator: ", "))"
    } catch let second {
      error.message += "; it may still be running on \(connection.name): \(second.message)"
      error.isSessionBroken = true
    }
    return error
  }

  private func kill(
    _ token: RunToken,
    _ process: RemoteProcess?,
    _ answer: RunToken,
    _ scope: Scope
  ) async throws(DriverError) -> KillReport? {
    let prepared: PreparedCommand
    do throws(ShellFault) {
      prepared = try KillCommand(
        token: token,
        process: process,
        grace: RemoteRun.killGrace,
        temporaryFolder: temporaryFolder,
        sudo: inputs.sudo
      ).prepared(answer)
    } catch {
      throw DriverError(.internal, "\(error)")
    }
    let channel = try await connection.opener.open(.session, scope)
    defer { channel.end() }
    try await channel.start("exec", prepared.line, scope)
    let flow = KillFlow(answer, inputs.sudoPassword)
    _ = try await Program(channel, flow, flow).run(scope)
    return flow.report
  }
}

/// What a kill command is given and tells.
private final class KillFlow: Program.Input, Program.Output {
  /// What it did, as it said last.
  private(set) var report: KillReport?
  private let password: String?
  private var scanners: [MarkScanner]
  private var urgent: [UInt8] = []
  private var isOver = false
  private var more: (() -> Void)?

  init(_ answer: RunToken, _ password: String?) {
    self.password = password
    scanners = [MarkScanner(answer), MarkScanner(answer)]
    isOver = password == nil
  }

  func next() throws(DriverError) -> [UInt8]? {
    if urgent.isEmpty { return isOver ? nil : [] }
    defer { urgent = [] }
    return urgent
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) { more = body }

  func take(_ bytes: ArraySlice<UInt8>, _ stream: SSHChannel.Stream) throws(DriverError) -> Bool {
    var others: [UInt8] = []
    for mark in scanners[Int(stream.rawValue)].scan(bytes, into: &others) {
      if case .killed(let report) = mark { self.report = report }
      if mark == .passwordPrompt, let password {
        urgent = Array(password.utf8) + [0x0A]
        isOver = true
      }
    }
    let body = more
    more = nil
    body?()
    return true
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {}
}
