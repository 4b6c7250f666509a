import DriverABI
import Glibc
import Synchronization
import Testing

@testable import DriverHost

@Suite("A call")
struct CallTests {
  @Test("gives a blocking driver its inputs and takes its outputs back, every kind unchanged")
  func echo() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      _ = "echo".withCString { call.fn.pointee.output(call, dh_text($0), request.pointee.inputs) }
      _ = call.fn.pointee.done(call, nil)
    }
    let inputs: ValueMap = [
      "null": nil, "bool": true, "int": .int(.min), "double": 0.1,
      "decimal": .decimal(DecimalText("12345678901234567890.5")!),
      "string": "héllo 🌍", "bytes": .bytes([0, 255, 10]), "empty": "",
      "list": [1, "two", [3.5]], "map": ["a": ["b": nil]], "none": [], "nothing": [:],
    ]
    let outcome = try await driver.run(InProcessDriver.request(inputs))
    #expect(outcome.error == nil)
    #expect(outcome.outputs["echo"] == .map(inputs))
    #expect(outcome.outputs["echo"]?.mapValue?.names == inputs.names)
  }

  @Test("that is cancelled ends as cancelled when its driver obeys")
  func obeysCancel() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      hasStarted.store(1, ordering: .relaxed)
      while call.fn.pointee.stopped(call) == 0 { usleepBriefly() }
      _ = dh_fail(call, DH_ERROR_CANCELLED, "stopped by the test")
    }
    let task = Task { try await driver.run(InProcessDriver.request()) }
    try await eventually { hasStarted.load(ordering: .relaxed) == 1 }
    task.cancel()
    let outcome = try await task.value
    #expect(outcome.error?.code == .cancelled)
    #expect(outcome.error?.detail == "stopped by the test")
    #expect(driver.counts.abandoned == 0)
  }

  @Test("that ignores its deadline is given up after its grace, and the next one works")
  func isGivenUp() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      while mayEnd.load(ordering: .relaxed) == 0 { usleepBriefly() }
      _ = call.fn.pointee.done(call, nil)
    }
    let outcome = try await driver.run(InProcessDriver.request(timeout: .milliseconds(20)))
    #expect(outcome.error?.code == .timedOut)
    #expect(outcome.error?.message.contains("given up") == true)
    #expect(driver.threads.counts.wedged == 1)
    #expect(driver.counts.abandoned == 1)
    mayEnd.store(1, ordering: .relaxed)
    let next = try await driver.run(InProcessDriver.request())
    #expect(next.error == nil)
    try await eventually { driver.counts.abandoned == 0 && driver.threads.counts.wedged == 0 }
    #expect(driver.counts.misuses == 0)
  }

  @Test("that says done twice ends once, and the second is counted as misuse")
  func doneTwice() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      let first = call.fn.pointee.done(call, nil)
      let second = call.fn.pointee.done(call, nil)
      let output = call.fn.pointee.output(call, dh_text("late"), request.pointee.inputs)
      precondition(first == DH_OK && second == DH_GONE && output == DH_GONE)
    }
    let outcome = try await driver.run(InProcessDriver.request())
    #expect(outcome.error == nil)
    try await eventually { driver.counts.misuses == 2 }
  }

  @Test("on a loop runs 1,000 timers at once on one thread")
  func timers() async throws {
    let driver = try InProcessDriver.make(isBlocking: false) { _, request in
      timerStart(request)
    }
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<1000 { group.addTask { try await driver.run(InProcessDriver.request()) } }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
    #expect(driver.counts.inFlight == 0)
  }

  @Test("masks its secrets in what the driver says")
  func masksSecrets() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      let secret = dh_string_of(request.pointee.inputs, "password", nil)!
      let isFlagged = dh_member_of(request.pointee.inputs, "password")!.pointee.flags & DH_SECRET
      precondition(isFlagged != 0)
      call.fn.pointee.log(call, DH_LOG_INFO, dh_text(secret))
      _ = dh_fail(call, DH_ERROR_UNAUTHENTICATED, secret)
    }
    let outcome = try await driver.run(
      InProcessDriver.request(["password": "hunter22"], secrets: [JSONPointer(["password"])])
    )
    #expect(outcome.error?.message == "***")
  }

  @Test("of a serial driver waits for the one before")
  func serial() async throws {
    let driver = try InProcessDriver.make(isBlocking: true, isSerial: true) { _, request in
      precondition(running.add(1, ordering: .relaxed).newValue == 1)
      usleepBriefly()
      running.subtract(1, ordering: .relaxed)
      _ = dh_succeed(request.pointee.call)
    }
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<50 { group.addTask { try await driver.run(InProcessDriver.request()) } }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
  }

  @Test("whose cancel races its end ends exactly once", arguments: [true, false])
  func race(isBlocking: Bool) async throws {
    let driver = try InProcessDriver.make(isBlocking: isBlocking) { _, request in
      _ = request.pointee.call.fn.pointee.on_stop(request.pointee.call, { _ in }, nil)
      _ = dh_succeed(request.pointee.call)
    }
    for _ in 0..<2000 {
      let task = Task { try await driver.run(InProcessDriver.request()) }
      task.cancel()
      let outcome = try await task.value
      #expect(outcome.error == nil || outcome.error?.code == .cancelled)
    }
    try await eventually { driver.counts.inFlight == 0 }
    #expect(driver.counts.abandoned == 0)
  }
}

private let running = Atomic<Int>(0)
private let hasStarted = Atomic<Int>(0)
private let mayEnd = Atomic<Int>(0)

private func usleepBriefly() { usleep(5_000) }

/// Waits until a condition holds; half a minute at most.
func eventually(_ condition: () -> Bool) async throws {
  for _ in 0..<3000 {
    if condition() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  #expect(condition())
}

/// Ends the request by a timer of its loop: the loop is the only one the driver knows.
private func timerStart(_ request: UnsafePointer<dh_request_v1>) {
  let slot = CallTable.shared.slot(of: request.pointee.call.id)!
  let call = request.pointee.call
  let box = UnsafeMutablePointer<dh_call_v1>.allocate(capacity: 1)
  box.initialize(to: call)
  let id = ReactorFunctions.table.pointee.timer(
    slot.loop!.address,
    5_000_000,
    { context in
      let call = context!.assumingMemoryBound(to: dh_call_v1.self)
      _ = dh_succeed(call.pointee)
      call.deallocate()
    },
    box
  )
  precondition(id > 0)
}
