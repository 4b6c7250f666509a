internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The files of a server that has no SFTP, as one call sees them: by scp, and by commands of a POSIX shell.
///
/// On the loop. Each file and each command has a channel of its own.
final class SCPFiles: FilePlace {
  let call: Call
  let loop: Loop
  let actor: LoopActor
  let scope: Scope
  let host: String
  private let connection: SSHConnection
  private let silence: Silence

  /// How long cleaning up may take: less than the grace that the descriptor asks for.
  private static let cleaningSeconds = 4.0

  /// The files of a server.
  ///
  /// - Parameters:
  ///   - connection: The connection to it.
  ///   - session: Whose it is.
  ///   - call: Whose files.
  ///   - seconds: How long the server may be silent.
  ///   - scope: How long the call may take.
  /// - Throws: That the loop takes no timers any more.
  init(
    _ connection: SSHConnection,
    _ session: SSHSession,
    _ call: Call,
    _ seconds: Double,
    _ scope: Scope
  ) throws(DriverError) {
    self.connection = connection
    self.call = call
    loop = session.ownLoop
    actor = session.actor
    host = connection.name
    silence = try Silence(session.ownLoop, scope, seconds, connection.name)
    self.scope = silence.scope
  }

  /// What of a program somebody has to know.
  struct Answer {
    let end: Program.End
    let output: [UInt8]
    /// The last line of what it said as errors, without control characters.
    let said: String
  }

  /// Runs a program for /bin/sh.
  ///
  /// - Parameters:
  ///   - program: The program.
  ///   - exchange: What it is given, and what takes its output; nil: nothing, and the answer has it.
  ///   - pointer: The input that made it.
  /// - Throws: Why it cannot be run, or does not end.
  /// - Returns: What came of it.
  func run(
    _ program: SCPCommand,
    _ exchange: (any SCPExchange)? = nil,
    _ pointer: String
  ) async throws(DriverError) -> Answer {
    silence.begin()
    defer { silence.end() }
    return try await run(program, exchange, pointer, scope)
  }

  private func run(
    _ program: SCPCommand,
    _ exchange: (any SCPExchange)?,
    _ pointer: String,
    _ scope: Scope
  ) async throws(DriverError) -> Answer {
    let line = ShellQuoting.loginLine(program.bytes)
    guard line.utf8.count <= ShellQuoting.lineLimit else {
      throw DriverError(
        .nameRefused,
        "the path is too long for a command, and without SFTP there is no other way",
        pointer: pointer
      )
    }
    let channel = try await connection.opener.open(exchange == nil ? .session : .files, scope)
    defer { channel.end() }
    try await channel.start("exec", line, scope)
    let flow = SCPFlow(exchange, silence)
    defer { flow.finish() }
    let end = try await Program(channel, flow, flow).run(scope)
    return Answer(end: end, output: flow.output, said: flow.said)
  }

  /// Removes a file that is not whole, also after the call's end.
  ///
  /// The command that wrote it does the same when its input ends; here somebody waits for it.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - reason: Why it is not whole.
  /// - Returns: The error, which says where that file is if it may be there still.
  func discarded(_ path: RemotePath, _ reason: DriverError) async -> DriverError {
    var error = reason
    let scope = Scope(loop)
    do throws(DriverError) {
      try scope.limit(
        SCPFiles.cleaningSeconds,
        DriverError(.timedOut, "\(host) did not answer in time")
      )
      let answer = try await run(.remove(path), nil, "", scope)
      guard answer.end.status == 0 else { throw self.error(answer, "remove", path, "") }
    } catch let second {
      error.message += "; \(path.text) may be left on \(host): \(second.message)"
    }
    return error
  }
}
