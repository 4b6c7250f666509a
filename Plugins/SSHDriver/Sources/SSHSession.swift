internal import DriverKit
internal import LoopKit

/// A server that the host keeps a connection to for calls with the same address; made when a call first needs it.
///
/// On the loop of its instance. Calls share it.
public final class SSHSession {
  private let address: Result<AddressInputs, DriverError>
  private let loop: Loop
  /// What tasks of its calls run on.
  let actor: LoopActor
  private let context: DriverContext
  private var connection: SSHConnection?
  private let making = Making()

  init(
    _ address: Result<AddressInputs, DriverError>,
    _ loop: Loop,
    _ actor: LoopActor,
    _ context: DriverContext
  ) {
    self.address = address
    self.actor = actor
    self.loop = loop
    self.context = context
  }

  /// The way to the server.
  ///
  /// - Throws: What is wrong with its inputs.
  func way() throws(DriverError) -> AddressInputs { try address.get() }

  /// The loop that it lives on.
  var ownLoop: Loop { loop }

  /// Makes connections, and has their warnings logged.
  var connector: SSHConnector {
    let way = try? address.get()
    let keepAlive = way?.keepAlive ?? 0
    return SSHConnector(loop: loop, keepAlive: keepAlive, proxy: way?.proxy) { [context] in
      context.log(.warning, $0)
    }
  }

  /// The connection, which is made where there is none; calls that need it at once wait for the same one.
  ///
  /// - Parameter scope: How long.
  /// - Throws: Why there is none.
  /// - Returns: The connection.
  func connected(_ scope: Scope) async throws(DriverError) -> SSHConnection {
    try await making.value(scope) {
      if let connection, !connection.isDead { connection } else { nil }
    } make: { () async throws(DriverError) in
      let made = try await connector.connect(try address.get(), scope)
      connection = made
      return made
    }
  }

  /// Looks whether the connection, if there is one, still works.
  func check(_ scope: Scope) async throws(DriverError) {
    guard let connection else { return }
    guard !connection.isDead else {
      throw DriverError(.unavailable, "the connection is lost", isRetryable: true)
    }
    try await connection.check(scope)
  }

  /// Ends the connection.
  func close() {
    connection?.close()
    connection = nil
  }
}
