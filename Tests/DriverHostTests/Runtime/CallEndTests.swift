import DriverABI
import Glibc
import Synchronization
import Testing

@testable import DriverHost

// Drivers here are C functions without a context, so what they and their tests share is global.
private let isInside = Atomic<Int>(0)
private let mayReturn = Atomic<Int>(0)
private let overlaps = Atomic<Int>(0)
private let ran = Atomic<Int>(0)
private let depth = Atomic<Int>(0)
private let deepest = Atomic<Int>(0)

@Suite("The end of a call", .serialized)
struct CallEndTests {
  init() {
    isInside.store(0, ordering: .relaxed)
    mayReturn.store(0, ordering: .relaxed)
    overlaps.store(0, ordering: .relaxed)
    ran.store(0, ordering: .relaxed)
    depth.store(0, ordering: .relaxed)
    deepest.store(0, ordering: .relaxed)
  }

  @Test("of a blocking driver is told when `start` has returned, not at `done`")
  func startReturns() async throws {
    let driver = try InProcessDriver.make(isBlocking: true, grace: .seconds(20)) { _, request in
      let call = request.pointee.call
      let status = dh_succeed(call)
      // All is over for the driver, though it has not come out.
      precondition(status == DH_OK && call.fn.pointee.stopped(call) == DH_GONE)
      isInside.store(1, ordering: .releasing)
      while mayReturn.load(ordering: .acquiring) == 0 { usleep(500) }
      isInside.store(0, ordering: .releasing)
    }
    let task = Task {
      let outcome = try await driver.run(InProcessDriver.request())
      return (outcome.error, isInside.load(ordering: .acquiring))
    }
    try await eventually { isInside.load(ordering: .acquiring) == 1 }
    #expect(driver.counts.inFlight == 1)
    mayReturn.store(1, ordering: .releasing)
    let (error, inside) = try await task.value
    #expect(error == nil && inside == 0)
  }

  @Test(
    "comes with its result, and costs the session, where `start` does not return within the grace"
  )
  func startStays() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      _ = "answer".withCString { name in
        var value = dh_int(42)
        return call.fn.pointee.output(call, dh_text(name), &value)
      }
      _ = dh_succeed(call)
      while mayReturn.load(ordering: .acquiring) == 0 { usleep(500) }
    }
    let outcome = try await driver.run(InProcessDriver.request())
    #expect(outcome.error == nil && outcome.outputs["answer"] == 42)
    #expect(outcome.isAbandoned && outcome.isSessionBroken)
    #expect(driver.counts.abandoned == 1 && driver.threads.counts.wedged == 1)
    mayReturn.store(1, ordering: .releasing)
    try await eventually { driver.counts.abandoned == 0 && driver.threads.counts.wedged == 0 }
    #expect(driver.counts.inFlight == 0 && driver.counts.misuses == 0)
  }

  @Test("lets nobody else into a serial driver before it is out of `start`")
  func serialGate() async throws {
    let driver = try InProcessDriver.make(isBlocking: true, isSerial: true) { _, request in
      if isInside.add(1, ordering: .relaxed).newValue > 1 {
        overlaps.add(1, ordering: .relaxed)
      }
      _ = dh_succeed(request.pointee.call)
      usleep(300)
      isInside.subtract(1, ordering: .relaxed)
    }
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<100 { group.addTask { try await driver.run(InProcessDriver.request()) } }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
    #expect(overlaps.load(ordering: .relaxed) == 0)
  }

  @Test("does not begin the next call of a serial driver on its own stack")
  func noRecursion() async throws {
    let driver = try InProcessDriver.make(isBlocking: false, isSerial: true) { _, request in
      deepest.max(depth.add(1, ordering: .relaxed).newValue, ordering: .relaxed)
      _ = dh_succeed(request.pointee.call)
      depth.subtract(1, ordering: .relaxed)
    }
    try await withThrowingTaskGroup(of: CallOutcome.self) { group in
      for _ in 0..<5000 { group.addTask { try await driver.run(InProcessDriver.request()) } }
      for try await outcome in group { #expect(outcome.error == nil) }
    }
    #expect(deepest.load(ordering: .relaxed) == 1)
  }

  @Test("that never comes makes a serial driver unavailable at once, also for those that wait")
  func wedgedGate() async throws {
    let driver = try InProcessDriver.make(isBlocking: true, isSerial: true) { _, request in
      isInside.store(1, ordering: .releasing)
      while mayReturn.load(ordering: .acquiring) == 0 { usleep(500) }
      _ = dh_succeed(request.pointee.call)
    }
    async let stuck = driver.run(InProcessDriver.request(timeout: .milliseconds(50)))
    try await eventually { isInside.load(ordering: .acquiring) == 1 }
    // Without a deadline of its own: it must not wait for what may never come.
    async let waiting = driver.run(InProcessDriver.request())
    #expect(try await stuck.error?.code == .timedOut)
    #expect(try await waiting.error?.code == .unavailable)
    let next = try await driver.run(InProcessDriver.request())
    #expect(next.error?.code == .unavailable)
    mayReturn.store(1, ordering: .releasing)
    try await eventually { driver.counts.abandoned == 0 }
    #expect(try await driver.run(InProcessDriver.request()).error == nil)
  }

  @Test("by its stop function waits until that function and `start` have returned")
  func stopFunctionEnds() async throws {
    let driver = try InProcessDriver.make(isBlocking: true, grace: .seconds(20)) { _, request in
      let box = UnsafeMutablePointer<dh_call_v1>.allocate(capacity: 1)
      box.initialize(to: request.pointee.call)
      let stop: dh_fn_v1 = { context in
        let call = context!.assumingMemoryBound(to: dh_call_v1.self).pointee
        _ = dh_fail(call, DH_ERROR_CANCELLED, "ended by the stop function")
        isInside.store(1, ordering: .releasing)
        usleep(20_000)
        isInside.store(2, ordering: .releasing)
      }
      _ = box.pointee.fn.pointee.on_stop(box.pointee, stop, box)
      while box.pointee.fn.pointee.stopped(box.pointee) != DH_GONE { usleep(200) }
      // `done` was said on another thread; to take the function back waits for it.
      _ = box.pointee.fn.pointee.on_stop(box.pointee, nil, nil)
      if isInside.load(ordering: .acquiring) != 2 { overlaps.add(1, ordering: .relaxed) }
      box.deallocate()
    }
    let outcome = try await driver.run(InProcessDriver.request(timeout: .milliseconds(250)))
    #expect(outcome.error?.detail == "ended by the stop function")
    #expect(isInside.load(ordering: .acquiring) == 2)
    #expect(overlaps.load(ordering: .relaxed) == 0)
    #expect(driver.counts.misuses == 0)
  }

  @Test("is heard of by a function that was registered inside the stop function")
  func secondStopFunction() async throws {
    let driver = try InProcessDriver.make(isBlocking: true, grace: .seconds(20)) { _, request in
      let box = UnsafeMutablePointer<dh_call_v1>.allocate(capacity: 1)
      box.initialize(to: request.pointee.call)
      let first: dh_fn_v1 = { context in
        let call = context!.assumingMemoryBound(to: dh_call_v1.self).pointee
        let second: dh_fn_v1 = { _ in ran.add(1, ordering: .relaxed) }
        precondition(call.fn.pointee.on_stop(call, second, context) == DH_STOPPED)
      }
      _ = box.pointee.fn.pointee.on_stop(box.pointee, first, box)
      while ran.load(ordering: .relaxed) == 0 { usleep(200) }
      _ = dh_fail(box.pointee, DH_ERROR_CANCELLED, "the second one ran")
      box.deallocate()
    }
    let outcome = try await driver.run(InProcessDriver.request(timeout: .milliseconds(20)))
    #expect(outcome.error?.detail == "the second one ran")
    #expect(ran.load(ordering: .relaxed) == 1)
  }

  @Test("comes at once for a task that was cancelled before, and no driver sees the call")
  func cancelledBefore() async throws {
    let driver = try InProcessDriver.make(isBlocking: false) { _, request in
      ran.add(1, ordering: .relaxed)
      _ = dh_succeed(request.pointee.call)
    }
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await driver.run(InProcessDriver.request())
    }
    task.cancel()
    #expect(try await task.value.error?.code == .cancelled)
    #expect(ran.load(ordering: .relaxed) == 0)
  }

  @Test("counts an output that is replaced once")
  func replacedOutputs() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      let text = [UInt8](repeating: 65, count: 300_000)
      // The limit of these tests is 1 MiB.
      for _ in 0..<100 {
        let status = text.withUnsafeBytes { bytes in
          var value = dh_textual(DH_BYTES, bytes.baseAddress, bytes.count)
          return "same".withCString { call.fn.pointee.output(call, dh_text($0), &value) }
        }
        precondition(status == DH_OK)
      }
      _ = dh_succeed(call)
    }
    let outcome = try await driver.run(InProcessDriver.request())
    #expect(outcome.error == nil)
    #expect(outcome.outputs["same"] == .bytes([UInt8](repeating: 65, count: 300_000)))
  }
}
