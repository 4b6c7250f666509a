internal import CurlKit
internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// A server that the host keeps control connections to for calls with the same address.
///
/// On the loop of its instance. Calls share the connections: each takes one for one request, and gives it back.
public final class FTPSession {
  private let address: Result<AddressInputs, DriverError>
  let loop: Loop
  /// What tasks of its calls run on.
  let actor: LoopActor
  private let context: DriverContext
  /// Those that nobody uses, the one that was used last at the end.
  private var idle: [FTPConnection] = []
  /// How many there are, those included that are being made.
  private var count = 0
  /// How many the server allows, as far as it has told.
  private var limit = 0
  private var waiting: [Waiting<Bool>] = []
  private var isClosed = false
  /// How many a thread is still ending.
  private var ending = 0
  private var allEnded: Waiting<Bool>?
  /// What is known of the server since somebody was let in.
  private(set) var server: ServerFacts?
  /// When each directory was looked through for files that were left, in seconds of `Loop.now()`.
  var swept: [RemotePath: Double] = [:]

  /// Commands that the server does not know, so that it is not asked for them again.
  var unknown: Set<String> = []

  /// How long a connection may be idle before it is asked whether it is still there, in seconds: routers forget
  /// connections without a word.
  private static let trust = 15.0

  init(
    _ address: Result<AddressInputs, DriverError>,
    _ loop: Loop,
    _ actor: LoopActor,
    _ context: DriverContext
  ) {
    self.address = address
    self.loop = loop
    self.actor = actor
    self.context = context
    if case .success(let address) = address { limit = address.connections }
  }

  /// Where it leads to.
  ///
  /// - Throws: What is wrong with its inputs.
  func inputs() throws(DriverError) -> AddressInputs { try address.get() }

  /// A session of its own with the same server.
  func sibling(_ address: AddressInputs) -> FTPSession {
    FTPSession(.success(address), loop, actor, context)
  }

  /// Logs a warning.
  func warn(_ text: String) { context.log(.warning, text) }

  // MARK: - Connections

  /// A connection that nobody else uses, until it is given back.
  ///
  /// - Parameter scope: How long one is waited for.
  /// - Throws: Why there is none.
  /// - Returns: The connection, and whether it has been used before.
  func take(_ scope: Scope) async throws(DriverError) -> (FTPConnection, isKept: Bool) {
    while true {
      try scope.check()
      if let connection = idle.popLast() {
        if await isUsable(connection, scope) { return (connection, true) }
        drop(connection)
        continue
      }
      if count < limit {
        do throws(DriverError) {
          return (try await made(scope), false)
        } catch {
          // Others have the places that the server gives us: the next one that is given back will do.
          guard error.isAboutTooMany, count > 0 else { throw error }
          limit = count
          // It may have been given back meanwhile, when nobody waited.
          continue
        }
      }
      let turn = Waiting<Bool>()
      waiting.append(turn)
      do throws(DriverError) {
        _ = try await turn.value(scope)
      } catch {
        // Whoever told this one has told nobody else.
        if turn.isOver { tellNext() } else { waiting.removeAll { $0 === turn } }
        throw error
      }
    }
  }

  /// Gives a connection back.
  ///
  /// - Parameters:
  ///   - connection: The connection.
  ///   - isSpoiled: Whether it must not be used again.
  func give(_ connection: FTPConnection, isSpoiled: Bool = false) {
    if isSpoiled || isClosed || connection.isDead {
      drop(connection)
    } else {
      idle.append(connection)
      tellNext()
    }
  }

  private func drop(_ connection: FTPConnection) {
    ending += 1
    connection.close { [self] in
      ending -= 1
      if ending == 0 {
        allEnded?.finish(.success(true))
        allEnded = nil
      }
    }
    count -= 1
    tellNext()
  }

  private func tellNext() {
    if !waiting.isEmpty { waiting.removeFirst().finish(.success(true)) }
  }

  private func isUsable(_ connection: FTPConnection, _ scope: Scope) async -> Bool {
    if connection.isDead { return false }
    guard Loop.now() - connection.lastUse > FTPSession.trust else { return true }
    return await answers(connection, scope)
  }

  /// Whether the server still answers.
  private func answers(_ connection: FTPConnection, _ scope: Scope) async -> Bool {
    do throws(DriverError) {
      let limited = Scope(loop, in: scope)
      try limited.limit(10, DriverError(.timedOut, "no answer"))
      let noop = FTPRequest(.commands([Array("NOOP".utf8)]), .look, RemotePath("/"), "")
      _ = try await connection.perform(noop, limited)
      return !connection.isDead && connection.connectCount == 0
    } catch {
      return false
    }
  }

  /// Makes a connection, and asks the first time what the server is.
  private func made(_ scope: Scope) async throws(DriverError) -> FTPConnection {
    count += 1
    do throws(DriverError) {
      let connector = FTPConnector(address: try address.get(), loop: loop)
      let (connection, facts) = try await connector.connect(server, scope)
      server = facts
      return connection
    } catch {
      count -= 1
      tellNext()
      throw error
    }
  }

  /// Looks whether connections that nobody uses still work, and lets go of those that do not.
  func check(_ scope: Scope) async throws(DriverError) {
    let looked = idle
    idle = []
    for connection in looked {
      if !connection.isDead, await answers(connection, scope) {
        give(connection)
      } else {
        drop(connection)
      }
    }
  }

  /// Ends all connections, and waits until nothing is done with any.
  ///
  /// - Parameter scope: How long.
  /// - Throws: Why the scope has ended.
  func close(_ scope: Scope) async throws(DriverError) {
    isClosed = true
    let left = idle
    idle = []
    for connection in left { drop(connection) }
    guard ending > 0 else { return }
    let waiting = Waiting<Bool>()
    allEnded = waiting
    _ = try await waiting.value(scope)
  }
}

extension DriverError {
  /// Whether a server has said that there are too many connections already (421, or 530 where that is all it has).
  var isAboutTooMany: Bool { code == .rateLimited }
}
