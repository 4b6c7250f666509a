public import DriverKit
internal import LoopKit

/// Programs and files on other hosts, by way of SSH.
///
/// One instance lives on each loop, with many sessions, and each session has as many channels as its server allows.
public final class SSHDriver: NonblockingSessionDriver {
  private let loop: Loop
  private let actor: LoopActor
  private let context: DriverContext

  /// Makes an instance for a loop.
  public init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    SSHLibrary.prepare()
    try context.once("libssh2.so.1") { () throws(DriverError) in
      let status = SSHLibrary.begin()
      guard status == 0 else {
        throw DriverError(
          .unavailable,
          "libssh2 cannot be initialized",
          detail: "libssh2_init answered \(status)"
        )
      }
    }
    context.log(.debug, "uses libssh2/\(SSHLibrary.versionText)")
    self.loop = loop
    self.context = context
    actor = LoopActor(LoopExecutor(loop))
  }

  /// Makes a session, which connects when a call needs that.
  public func open(_ opening: Opening<SSHSession>) {
    // Inputs that are wrong fail the calls, and not the opening: the action `test` tells of them.
    let address = Result { () throws(DriverError) in try AddressInputs(opening.call.inputs) }
    opening.succeed(with: SSHSession(address, loop, actor, context))
  }

  /// Begins one call.
  public func start(_ call: Call, in session: SSHSession) {
    do throws(DriverError) {
      let action = try SSHDriver.action(call)
      actor.begin(call, on: loop) { (scope) throws(DriverError) in
        try await action.run(call, session, scope)
      }
    } catch {
      call.fail(error)
    }
  }

  /// Begins to find out whether a session still works.
  public func check(_ session: SSHSession, _ call: Call) {
    actor.begin(call, on: loop) { (scope) throws(DriverError) in try await session.check(scope) }
  }

  /// Ends a session.
  public func close(_ session: SSHSession, _ call: Call) {
    session.close()
    call.succeed()
  }
}
