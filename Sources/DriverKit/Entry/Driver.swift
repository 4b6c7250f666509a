/// A driver whose calls may wait: the host runs each on a thread of its own.
///
/// One instance serves all calls at once. The descriptor says `"execution": "blocking"`.
public protocol BlockingDriver: AnyObject, Sendable {
  /// Makes an instance. Does no network I/O.
  ///
  /// - Throws: Why it cannot be, such as a library that is missing.
  init(_ context: DriverContext) throws(DriverError)

  /// Runs one call to its end: returning is success.
  ///
  /// - Throws: How the call failed.
  func run(_ call: Call) throws(DriverError)
}

/// A blocking driver with sessions: connections that the host keeps and gives to one call after another.
///
/// The host opens a session by the x-session inputs, and gives it to one call at a time unless the
/// descriptor says `session-concurrent`.
public protocol BlockingSessionDriver: AnyObject, Sendable {
  /// A session. It may be used on another thread by each call.
  associatedtype Session: AnyObject

  /// Makes an instance. Does no network I/O.
  init(_ context: DriverContext) throws(DriverError)

  /// Opens a session. The inputs are the x-session ones.
  func open(_ call: Call) throws(DriverError) -> Session

  /// Runs one call to its end.
  func run(_ call: Call, in session: Session) throws(DriverError)

  /// Runs a call of an action that needs no session.
  func run(_ call: Call) throws(DriverError)

  /// Makes a session that a stopped call has used fit for the next one.
  func reset(_ session: Session, _ call: Call) throws(DriverError)

  /// Finds out whether a session still works.
  func check(_ session: Session, _ call: Call) throws(DriverError)

  /// Ends a session, which is let go of afterwards whatever the outcome.
  func close(_ session: Session, _ call: Call) throws(DriverError)
}

extension BlockingSessionDriver {
  /// Refuses: every action needs a session.
  public func run(_ call: Call) throws(DriverError) { throw DriverError(missing: call) }
  /// Refuses: the descriptor must not promise it.
  public func reset(_ session: Session, _ call: Call) throws(DriverError) {
    throw DriverError(missing: call)
  }
  /// Refuses: the descriptor must not promise it.
  public func check(_ session: Session, _ call: Call) throws(DriverError) {
    throw DriverError(missing: call)
  }
  /// Lets go of the session.
  public func close(_ session: Session, _ call: Call) throws(DriverError) {}
}

/// A driver that never waits: one instance for each loop, entered only on that loop's thread.
///
/// It puts descriptors and timers on the loop, so that thousands of calls share one thread. Each
/// function and closure returns at once. The descriptor says `"execution": "nonblocking"`.
public protocol NonblockingDriver: AnyObject {
  /// Makes an instance for a loop.
  ///
  /// - Throws: Why it cannot be, such as a library that is missing.
  init(_ context: DriverContext, loop: Loop) throws(DriverError)

  /// Begins one call, which ends by `succeed` or `fail`, in here or later.
  func start(_ call: Call)
}

/// A non-blocking driver with sessions.
///
/// Each of these calls ends by `succeed` or `fail`.
public protocol NonblockingSessionDriver: AnyObject {
  /// A session, on the loop of the instance that opened it.
  associatedtype Session: AnyObject

  /// Makes an instance for a loop.
  init(_ context: DriverContext, loop: Loop) throws(DriverError)

  /// Begins to open a session. The inputs are the x-session ones.
  func open(_ opening: Opening<Session>)

  /// Begins one call.
  func start(_ call: Call, in session: Session)

  /// Begins a call of an action that needs no session.
  func start(_ call: Call)

  /// Begins to make a session that a stopped call has used fit for the next one.
  func reset(_ session: Session, _ call: Call)

  /// Begins to find out whether a session still works.
  func check(_ session: Session, _ call: Call)

  /// Begins to end a session, which the host lets go of at once.
  func close(_ session: Session, _ call: Call)
}

extension NonblockingSessionDriver {
  /// Refuses: every action needs a session.
  public func start(_ call: Call) { call.fail(DriverError(missing: call)) }
  /// Refuses: the descriptor must not promise it.
  public func reset(_ session: Session, _ call: Call) { call.fail(DriverError(missing: call)) }
  /// Refuses: the descriptor must not promise it.
  public func check(_ session: Session, _ call: Call) { call.fail(DriverError(missing: call)) }
  /// Lets go of the session.
  public func close(_ session: Session, _ call: Call) { call.succeed() }
}

/// The call that opens a session of a non-blocking driver.
public struct Opening<Session: AnyObject> {
  /// The call; its inputs are the x-session ones.
  public let call: Call
  /// Where the session lives.
  let loop: Loop

  /// Ends the call successfully, with a session that the host gives to later calls.
  ///
  /// Where the host does not take it, since the call was given up, the session is let go of.
  public func succeed(with session: Session) {
    do throws(DriverError) {
      try call.state.open(session, on: loop)
      call.succeed()
    } catch {
      call.fail(error)
    }
  }

  /// Ends the call with an error.
  public func fail(_ error: DriverError) { call.fail(error) }
}

extension DriverError {
  fileprivate init(missing call: Call) {
    self.init(
      .internal,
      "the driver does not serve the action \(call.action) in this way; its descriptor and its code disagree, so report this to the driver's vendor"
    )
  }
}
