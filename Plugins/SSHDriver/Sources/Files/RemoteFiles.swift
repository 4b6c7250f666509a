// The compiler takes `timespec` for a part of this module where it reads other files of ours first.
internal import CSSH2
internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// The files of a server as one call sees them: its requests, and how long the server may keep it waiting.
///
/// On the loop.
final class RemoteFiles {
  let client: SFTPClient
  let call: Call
  let loop: Loop
  /// What tasks of the call run on.
  let actor: LoopActor
  /// Ends with the call, or when the server is silent for too long.
  let scope: Scope
  /// The host and port, for messages.
  let host: String
  private let access: SFTPAccess
  private let silence: Silence

  private init(
    _ client: SFTPClient,
    _ connection: SSHConnection,
    _ call: Call,
    _ session: SSHSession,
    _ silence: Silence
  ) {
    self.client = client
    self.call = call
    loop = session.ownLoop
    actor = session.actor
    self.silence = silence
    scope = silence.scope
    host = connection.name
    access = connection.files
    silence.isUp = { [weak client] in client?.disappoint() }
    silence.heardByOthers = { [weak client] in client?.lastHeard ?? 0 }
    // It has waited too long for the client itself, which came all the same.
    if silence.hasEnded { client.disappoint() }
  }

  deinit { access.leave(client, wasDisappointed: silence.hasEnded) }

  /// Connects where that is needed, and begins SFTP.
  ///
  /// - Parameters:
  ///   - session: Where.
  ///   - call: Whose requests.
  ///   - seconds: How long the server may take to answer.
  ///   - scope: How long the call may take.
  /// - Throws: Why there are no files.
  /// - Returns: The files.
  static func open(
    _ session: SSHSession,
    _ call: Call,
    _ seconds: Double,
    _ scope: Scope
  ) async throws(DriverError) -> RemoteFiles {
    let connection = try await session.connected(scope)
    let silence = try Silence(session.ownLoop, scope, seconds, connection.name)
    silence.begin()
    defer { silence.end() }
    let client = try await connection.files.enter(connection, session.ownLoop, silence.scope)
    return RemoteFiles(client, connection, call, session, silence)
  }

  /// Asks for something; until the answer has come the call counts as one that uses the client.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - handler: Is told the answer, also after the call's end.
  func submit(_ request: SFTPRequest, _ handler: @escaping SFTPClient.Handler) {
    silence.begin()
    client.submit(request) { [self] result in
      silence.end()
      handler(result)
    }
  }

  /// Asks for something and waits for the answer.
  ///
  /// - Parameter request: What. Of an answer that comes after the call's end nothing is left, also no handle on the
  ///   server.
  /// - Throws: Why there is no answer.
  /// - Returns: The answer.
  func answer(_ request: SFTPRequest) async throws(DriverError) -> SFTPResponse {
    try scope.check()
    let waiting = Waiting<SFTPResponse>()
    submit(request) { [self] result in
      if let failure = scope.failure {
        if case .success(.handle(let handle)) = result { client.submit(.close(handle)) { _ in } }
        waiting.finish(.failure(failure))
      } else {
        waiting.finish(result)
      }
    }
    return try await waiting.value(scope)
  }

  /// Whether the server offers something.
  func has(_ name: SFTPExtension) -> Bool { client.version.extensions.contains(name) }
}

extension RemoteFiles: FilePlace {}
