internal import DriverABI

/// What the host holds of a driver: the address of one of these.
class Instance {
  /// The loop that it lives on; nil where it is blocking.
  let loop: Loop?

  init(_ loop: Loop?) { self.loop = loop }

  func start(_ call: Call) {
    preconditionFailure("each kind of driver has a subclass that starts its calls")
  }
}

/// What a request asks of a driver with sessions.
private enum Purpose {
  case open, reset, check, close, run

  init(_ call: Call) {
    self =
      switch call.action {
      case "open": .open
      case "reset": .reset
      case "check": .check
      case "close": .close
      default: .run
      }
  }
}

final class BlockingInstance<Driver: BlockingDriver>: Instance {
  private let driver: Driver

  init(_ driver: Driver) {
    self.driver = driver
    super.init(nil)
  }

  override func start(_ call: Call) {
    call.end { () throws(DriverError) in try driver.run(call) }
  }
}

final class BlockingSessionInstance<Driver: BlockingSessionDriver>: Instance {
  private let driver: Driver

  init(_ driver: Driver) {
    self.driver = driver
    super.init(nil)
  }

  override func start(_ call: Call) {
    call.end { () throws(DriverError) in
      let purpose = Purpose(call)
      if purpose == .open {
        try call.state.open(try driver.open(call), on: nil)
        return
      }
      guard let session = call.session(as: Driver.Session.self, isLast: purpose == .close) else {
        try driver.run(call)
        return
      }
      switch purpose {
      case .open, .run: try driver.run(call, in: session)
      case .reset: try driver.reset(session, call)
      case .check: try driver.check(session, call)
      case .close: try driver.close(session, call)
      }
    }
  }
}

final class NonblockingInstance<Driver: NonblockingDriver>: Instance {
  private let driver: Driver

  init(_ driver: Driver, _ loop: Loop) {
    self.driver = driver
    super.init(loop)
  }

  override func start(_ call: Call) { driver.start(call) }
}

final class NonblockingSessionInstance<Driver: NonblockingSessionDriver>: Instance {
  private let driver: Driver
  private let home: Loop

  init(_ driver: Driver, _ loop: Loop) {
    self.driver = driver
    home = loop
    super.init(loop)
  }

  override func start(_ call: Call) {
    let purpose = Purpose(call)
    if purpose == .open {
      driver.open(Opening(call: call, loop: home))
      return
    }
    guard let session = call.session(as: Driver.Session.self, isLast: purpose == .close) else {
      driver.start(call)
      return
    }
    switch purpose {
    case .open, .run: driver.start(call, in: session)
    case .reset: driver.reset(session, call)
    case .check: driver.check(session, call)
    case .close: driver.close(session, call)
    }
  }
}

extension Call {
  /// Runs a blocking driver's part of the call, and ends it unless it ends later.
  fileprivate func end(_ body: () throws(DriverError) -> Void) {
    do throws(DriverError) {
      try body()
      if state.mustEnd { succeed() }
    } catch {
      fail(error)
    }
  }

  /// The request's session; nil if there is none.
  ///
  /// The last use takes it from the host.
  fileprivate func session<Session: AnyObject>(as type: Session.Type, isLast: Bool) -> Session? {
    guard let address = unsafe state.session else { return nil }
    let session = unsafe Unmanaged<Session>.fromOpaque(address)
    return unsafe isLast ? session.takeRetainedValue() : session.takeUnretainedValue()
  }
}
