import DriverABI
import Glibc
import Synchronization
import Testing

@testable import DriverHost

private let opened = Atomic<Int>(0)
private let closed = Atomic<Int>(0)
private let inside = Atomic<Int>(0)
private let mostInside = Atomic<Int>(0)

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
    let entry = try await pool.acquire(SessionKey(["key": key]), opening: opening)
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
    #expect(pool.counts.open <= 3)
    #expect(pool.counts.waiting == 0)
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
    try await eventually { closed.load(ordering: .relaxed) == 1 }
    #expect(pool.counts.open == 0)
  }
}
