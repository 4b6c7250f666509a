import DriverABI
import Glibc
import Synchronization
import Testing

@testable import DriverHost

private let opened = Atomic<Int>(0)
private let closed = Atomic<Int>(0)
private let inside = Atomic<Int>(0)
private let mostInside = Atomic<Int>(0)
private let mayLeave = Atomic<Int>(0)
private let closedWhileInside = Atomic<Int>(0)

@Suite("The session pool", .serialized)
struct SessionPoolTests {
  /// Sessions are numbers; `run` sleeps for `ms` of its inputs, unless it is told to stop.
  private static func driver() throws -> DriverRuntime {
    opened.store(0, ordering: .relaxed)
    closed.store(0, ordering: .relaxed)
    mostInside.store(0, ordering: .relaxed)
    return try InProcessDriver.make(isBlocking: true, grace: .seconds(10)) { _, request in
      let call = request.pointee.call
      switch String(cString: request.pointee.action.ptr!) {
      case "open":
        let number = opened.add(1, ordering: .relaxed).newValue
        _ = call.fn.pointee.opened(call, UnsafeMutableRawPointer(bitPattern: number)!)
      case "close": closed.add(1, ordering: .relaxed)
      case "reset", "check": break
      default:
        let now = inside.add(1, ordering: .relaxed).newValue
        mostInside.max(now, ordering: .relaxed)
        for _ in 0..<dh_int_of(request.pointee.inputs, "ms", 0)
        where call.fn.pointee.stopped(call) == 0 { usleep(1000) }
        inside.subtract(1, ordering: .relaxed)
        if dh_bool_of(request.pointee.inputs, "break", 0) == 1 {
          var error = dh_error(DH_ERROR_PROTOCOL, "broken")
          error.flags = DH_SESSION_BROKEN
          _ = call.fn.pointee.done(call, &error)
          return
        }
        if call.fn.pointee.stopped(call) != 0 {
          var error = dh_error(DH_ERROR_CANCELLED, "stopped")
          _ = call.fn.pointee.done(call, &error)
          return
        }
      }
      _ = dh_succeed(call)
    }
  }

  private static func use(
    _ pool: SessionPool,
    _ driver: DriverRuntime,
    _ key: Value = 1,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil
  ) async throws -> CallOutcome {
    var opening = InProcessDriver.request(timeout: timeout)
    opening.action = "open"
    let entry = try await pool.acquire(SessionKey(["key": key]), deadline: opening.deadline) {
      opening
    }
    var request = InProcessDriver.request(inputs, timeout: timeout)
    request.session = entry.handle
    request.onLateEnd = { pool.abandonedCallEnded(entry) }
    let outcome = try await driver.run(request)
    pool.release(entry, after: outcome)
    return outcome
  }

  private static func pool(
    _ driver: DriverRuntime,
    canReset: Bool = true,
    isConcurrent: Bool = false,
    _ change: (inout SessionLimits) -> Void = { _ in }
  ) -> SessionPool {
    var limits = SessionLimits()
    change(&limits)
    return SessionPool(
      driver,
      .init(canReset: canReset, canCheck: false, isConcurrent: isConcurrent),
      limits
    )
  }

  @Test("opens nothing for a second call with equal inputs, and anew for others")
  func warm() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver)
    for _ in 0..<5 { _ = try await SessionPoolTests.use(pool, driver) }
    #expect(opened.load(ordering: .relaxed) == 1)
    _ = try await SessionPoolTests.use(pool, driver, 2)
    #expect(opened.load(ordering: .relaxed) == 2)
    await pool.close()
    #expect(closed.load(ordering: .relaxed) == 2)
  }

  @Test("opens anew after `session broken`, and closes the broken one")
  func broken() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver)
    _ = try await SessionPoolTests.use(pool, driver, 1, ["break": true])
    _ = try await SessionPoolTests.use(pool, driver)
    #expect(opened.load(ordering: .relaxed) == 2)
    try await eventually { closed.load(ordering: .relaxed) == 1 }
  }

  @Test("never has more sessions than its maximum, nor two calls in one")
  func bounded() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver) { $0.maximum = 3 }
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for index in 0..<60 {
        group.addTask {
          try await SessionPoolTests.use(pool, driver, .int(Int64(index % 2)), ["ms": 2])
        }
      }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
    #expect(mostInside.load(ordering: .relaxed) <= 3)
    #expect(pool.counts.warm + pool.counts.busy <= 3)
    #expect(pool.counts.waitingCalls == 0)
    await pool.close()
    try await eventually {
      closed.load(ordering: .relaxed) == opened.load(ordering: .relaxed)
    }
  }

  @Test("shares one session between calls where the driver allows it")
  func concurrent() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver, isConcurrent: true)
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<20 {
        group.addTask { try await SessionPoolTests.use(pool, driver, 1, ["ms": 5]) }
      }
      for try await _ in group {}
    }
    #expect(opened.load(ordering: .relaxed) == 1)
    #expect(mostInside.load(ordering: .relaxed) > 1)
  }

  @Test("shares a session between so many calls as are allowed, and no more")
  func sharers() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver, isConcurrent: true) {
      $0.callsPerSession = 2
      $0.maximum = 2
    }
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<20 {
        group.addTask { try await SessionPoolTests.use(pool, driver, 1, ["ms": 5]) }
      }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
    #expect(opened.load(ordering: .relaxed) <= 2)
    #expect(mostInside.load(ordering: .relaxed) <= 4)
  }

  @Test("waits for a session no longer than the call's deadline")
  func waitsUntilDeadline() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver) { $0.maximum = 1 }
    async let first = SessionPoolTests.use(pool, driver, 1, ["ms": 300])
    try await eventually { inside.load(ordering: .relaxed) == 1 }
    await #expect {
      try await SessionPoolTests.use(pool, driver, 1, timeout: .milliseconds(20))
    } throws: { ($0 as? HostError)?.code == .timedOut }
    #expect(try await first.error == nil)
  }

  @Test("uses a session again after a stop that was obeyed only where it can be reset")
  func afterStop() async throws {
    for canReset in [true, false] {
      let driver = try SessionPoolTests.driver()
      let pool = SessionPoolTests.pool(driver, canReset: canReset)
      let outcome = try await SessionPoolTests.use(
        pool,
        driver,
        1,
        ["ms": 10_000],
        timeout: .milliseconds(20)
      )
      #expect(outcome.error?.code == .timedOut)
      try await eventually { pool.counts.busy == 0 }
      _ = try await SessionPoolTests.use(pool, driver)
      #expect(opened.load(ordering: .relaxed) == (canReset ? 1 : 2))
    }
  }

  @Test("closes what was unused for its idle time")
  func idle() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver) { $0.idleTime = .milliseconds(30) }
    _ = try await SessionPoolTests.use(pool, driver)
    // The driver's own count alone may be of a pool before this one, which closes what it has when it goes.
    try await eventually { pool.counts.warm == 0 && closed.load(ordering: .relaxed) > 0 }
  }

  @Test("passes a session on when those that waited first are cancelled or out of time")
  func cancelledWaiters() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver) { $0.maximum = 1 }
    for round in 0..<10 {
      async let first = SessionPoolTests.use(pool, driver, 1, ["ms": 60])
      try await eventually { inside.load(ordering: .relaxed) == 1 }
      // Around the moment at which the first one gives the session back.
      let given = Task {
        try await SessionPoolTests.use(pool, driver, 1, timeout: .milliseconds(45 + round))
      }
      let cancelled = Task { try await SessionPoolTests.use(pool, driver, 1) }
      let last = Task { try await SessionPoolTests.use(pool, driver, 1) }
      cancelled.cancel()
      // It has no deadline: if the wake-up got lost it would wait for ever.
      #expect(try await last.value.error == nil)
      _ = try await first
      _ = try? await given.value
      _ = try? await cancelled.value
    }
    #expect(pool.counts.waitingCalls == 0)
  }

  @Test("has calls wait for a session that is being opened without keeping their thread")
  func waitsOnOneLoop() async throws {
    let driver = try SessionPoolTests.driver()
    let loop = try EventLoop(name: "waiting")
    let pool = SessionPoolTests.pool(driver, isConcurrent: true)
    // An unused session of another key: nobody may take it for his own.
    _ = try await SessionPoolTests.use(pool, driver, 0)
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<20 {
        group.addTask(executorPreference: loop) {
          try await SessionPoolTests.use(pool, driver, 1, ["ms": 2])
        }
      }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
    #expect(opened.load(ordering: .relaxed) == 2)
    loop.close()
  }

  @Test("tries again for those that wait when opening fails")
  func failedOpening() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      usleep(2000)
      _ = dh_fail(request.pointee.call, DH_ERROR_UNAVAILABLE, "nobody there")
    }
    let pool = SessionPoolTests.pool(driver, isConcurrent: true)
    await withTaskGroup(of: HostError?.self) { group in
      for _ in 0..<10 {
        group.addTask {
          do {
            _ = try await SessionPoolTests.use(pool, driver)
            return nil
          } catch { return error as? HostError }
        }
      }
      for await error in group { #expect(error?.message == "nobody there") }
    }
    #expect(pool.counts.waitingCalls == 0 && pool.counts.busy == 0)
  }

  @Test("closes a shared session once, when all that were given up in it have left")
  func abandonedInShared() async throws {
    mayLeave.store(0, ordering: .relaxed)
    closedWhileInside.store(0, ordering: .relaxed)
    closed.store(0, ordering: .relaxed)
    let driver = try InProcessDriver.make(isBlocking: true, grace: .milliseconds(30)) {
      _,
      request in
      let call = request.pointee.call
      switch String(cString: request.pointee.action.ptr!) {
      case "open": _ = call.fn.pointee.opened(call, UnsafeMutableRawPointer(bitPattern: 1)!)
      case "close":
        if inside.load(ordering: .relaxed) > 0 {
          closedWhileInside.add(1, ordering: .relaxed)
        }
        closed.add(1, ordering: .relaxed)
      default:
        inside.add(1, ordering: .relaxed)
        while mayLeave.load(ordering: .acquiring) == 0 { usleep(500) }
        inside.subtract(1, ordering: .relaxed)
      }
      _ = dh_succeed(call)
    }
    let pool = SessionPoolTests.pool(driver, isConcurrent: true)
    await withTaskGroup { group in
      for _ in 0..<3 {
        group.addTask {
          _ = try? await SessionPoolTests.use(pool, driver, 1, timeout: .milliseconds(20))
        }
      }
    }
    #expect(driver.counts.abandoned == 3 && closed.load(ordering: .relaxed) == 0)
    // A pool does not wait for what a driver may never give back.
    await pool.close()
    mayLeave.store(1, ordering: .releasing)
    try await eventually { closed.load(ordering: .relaxed) == 1 && driver.counts.abandoned == 0 }
    #expect(closedWhileInside.load(ordering: .relaxed) == 0)
  }

  @Test("is closed when the last session is, those in use included")
  func closing() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver) { $0.maximum = 1 }
    async let first = SessionPoolTests.use(pool, driver, 1, ["ms": 30])
    try await eventually { inside.load(ordering: .relaxed) == 1 }
    let waiting = Task { try await SessionPoolTests.use(pool, driver) }
    try await eventually { pool.counts.waitingCalls == 1 }
    pool.beginClosing()
    await #expect { try await waiting.value } throws: { ($0 as? HostError)?.code == .unavailable }
    await pool.close()
    #expect(closed.load(ordering: .relaxed) == 1)
    #expect(try await first.error == nil)
  }

  @Test("makes room for a call by closing what was unused for longest")
  func evicts() async throws {
    let driver = try SessionPoolTests.driver()
    let pool = SessionPoolTests.pool(driver) { $0.maximum = 2 }
    for key: Int64 in [1, 2, 3] { _ = try await SessionPoolTests.use(pool, driver, .int(key)) }
    #expect(opened.load(ordering: .relaxed) == 3 && closed.load(ordering: .relaxed) == 1)
    _ = try await SessionPoolTests.use(pool, driver, 2)
    #expect(opened.load(ordering: .relaxed) == 3)
  }
}
