internal import DriverKit
internal import LoopKit

/// The command that ends a run, by a channel of its own.
///
/// On the loop. Where the server allows no further channel, it goes by a connection of its own: those who keep the
/// channels of this one may be what is to be ended.
struct KillRun {
  let session: SSHSession
  let connection: SSHConnection
  let inputs: RunInputs

  /// How long processes have between TERM and KILL, in tenths of a second.
  private static let grace = 10
  /// How often a run that has not told its process is looked for.
  private static let mostTries = 5

  /// Ends a run.
  ///
  /// - Parameters:
  ///   - token: The run's name.
  ///   - process: Its process; nil: it has not told.
  ///   - temporaryFolder: The folder for temporary files of a script; nil: there is none.
  ///   - scope: How long.
  /// - Throws: Why nothing is known of what became of it.
  /// - Returns: The processes that are left.
  func run(
    _ token: RunToken,
    _ process: RemoteProcess?,
    _ temporaryFolder: String?,
    _ scope: Scope
  ) async throws(DriverError) -> [Int32] {
    for attempt in 1...KillRun.mostTries {
      let report = try await report(token, process, temporaryFolder, scope)
      // A program of which nothing was heard may only be about to begin.
      guard process == nil, report.found == 0, attempt < KillRun.mostTries else {
        return report.left
      }
      try await session.ownLoop.sleep(0.2, scope)
    }
    return []
  }

  private func report(
    _ token: RunToken,
    _ process: RemoteProcess?,
    _ temporaryFolder: String?,
    _ scope: Scope
  ) async throws(DriverError) -> KillReport {
    let answer = RunToken()
    let prepared: PreparedCommand
    do throws(ShellFault) {
      prepared = try KillCommand(
        token: token,
        process: process,
        grace: KillRun.grace,
        temporaryFolder: temporaryFolder,
        sudo: inputs.sudo
      ).prepared(answer)
    } catch {
      throw DriverError(.internal, "\(error)")
    }
    let flow = KillFlow(answer, inputs.sudoPassword)
    if let channel = try await connection.opener.openNow(scope) {
      try await run(prepared, flow, channel, scope)
    } else {
      let other = try await session.connector.connect(try session.way(), scope)
      defer { other.close() }
      try await run(prepared, flow, try await other.opener.open(.session, scope), scope)
    }
    guard let report = flow.report else {
      throw DriverError(
        .remoteFailure,
        "the command that ends it has not told what it did\(flow.text.isEmpty ? "" : ": \(flow.text)")"
      )
    }
    return report
  }

  private func run(
    _ prepared: PreparedCommand,
    _ flow: KillFlow,
    _ channel: SSHChannel,
    _ scope: Scope
  ) async throws(DriverError) {
    defer { channel.end() }
    try await channel.start("exec", prepared.line, scope)
    _ = try await Program(channel, flow, flow).run(scope)
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
  /// What else it said, on one line.
  private(set) var text = ""

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
    if text.utf8.count < 300 {
      text += String(decoding: others.prefix(300), as: UTF8.self).split(whereSeparator: \.isNewline)
        .joined(separator: " ")
    }
    let body = more
    more = nil
    body?()
    return true
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {}
}
