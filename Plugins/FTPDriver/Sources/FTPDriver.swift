internal import CurlKit
public import DriverKit
internal import LoopKit

/// Files on other hosts, by way of FTP and of FTP over TLS.
///
/// One instance lives on each loop, with many sessions, and each session has a few control connections.
public final class FTPDriver: NonblockingSessionDriver {
  private let loop: Loop
  private let actor: LoopActor
  private let context: DriverContext

  /// Makes an instance for a loop.
  public init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    try CurlLibrary.begin(for: context)
    self.loop = loop
    self.context = context
    actor = LoopActor(LoopExecutor(loop))
  }

  /// Makes a session, which connects when a call needs that.
  public func open(_ opening: Opening<FTPSession>) {
    // Inputs that are wrong fail the calls, and not the opening: the action `test` tells of them.
    let address = Result { () throws(DriverError) in try AddressInputs(opening.call.inputs) }
    opening.succeed(with: FTPSession(address, loop, actor, context))
  }

  /// Begins one call.
  public func start(_ call: Call, in session: FTPSession) {
    do throws(DriverError) {
      let action = try FTPDriver.action(call)
      actor.begin(call, on: loop) { (scope) throws(DriverError) in
        try await action.run(call, session, scope)
      }
    } catch {
      call.fail(error)
    }
  }

  /// Begins to find out whether a session still works: connections that do not are let go of.
  public func check(_ session: FTPSession, _ call: Call) {
    actor.begin(call, on: loop) { (scope) throws(DriverError) in try await session.check(scope) }
  }

  /// Ends a session.
  public func close(_ session: FTPSession, _ call: Call) {
    actor.begin(call, on: loop) { (scope) throws(DriverError) in
      let limited = Scope(session.loop, in: scope)
      try limited.limit(3, DriverError(.timedOut, "the connections did not end in time"))
      // What has not ended by then is cut off, and nobody is better off for knowing.
      try? await session.close(limited)
    }
  }
}
