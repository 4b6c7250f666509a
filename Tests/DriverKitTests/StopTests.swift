import DriverABI
import DriverKit
import Foundation
import Testing

@testable import DriverHost

/// A driver whose only code is a test's.
private final class ScriptedDriver: BlockingDriver {
  static let script = Lock<@Sendable (Call) -> Void>({ _ in })

  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    let script = ScriptedDriver.script.withLock { $0 }
    call.endsLater()
    script(call)
  }

  static let entry = DriverEntry { DriverEntry.create(ScriptedDriver.self, $0, $1, $2, $3) }
}

@Suite("A stop function", .serialized)
struct StopTests {
  @Test("that replaces another is never run in the other's place, so that it may take a held lock")
  func replacing() {
    let order = Lock<[String]>([])
    let driversLock = NSLock()
    let hasDeadlocked = Lock(false)
    ScriptedDriver.script.withLock {
      $0 = { call in
        call.onStop { order.withLock { $0.append("first") } }
        driversLock.lock()
        call.onStop {
          driversLock.withLock { order.withLock { $0.append("second") } }
        }
        driversLock.unlock()
        call.succeed()
      }
    }
    let host = FakeHost(ScriptedDriver.entry)
    nonisolated(unsafe) var registered: FakeHost.Stop?
    host.onStop = { next in
      // The stop comes at this moment: what was registered runs, and is waited for as the ABI says.
      if let stop = registered {
        nonisolated(unsafe) let stop = stop
        if !onAnotherThread({ stop.function(stop.context) }) {
          hasDeadlocked.withLock { $0 = true }
        }
      }
      registered = next
      return DH_OK
    }
    host.start()
    host.destroy()
    #expect(hasDeadlocked.withLock { !$0 })
    #expect(order.withLock { $0 } == ["first"])
  }

  @Test(
    "that has run or was taken back keeps no call from being ended when its driver lets go of it",
    arguments: ["has run", "taken back", "taken back inside itself", "replaced inside itself"]
  )
  func dropped(way: String) async throws {
    let isRegistered = Lock(false)
    let runs = Lock(0)
    ScriptedDriver.script.withLock {
      $0 = { call in
        let inside = Lock<Call?>(way.hasSuffix("itself") ? call : nil)
        call.onStop {
          runs.withLock { $0 += 1 }
          let call = inside.withLock { call in
            defer { call = nil }
            return call
          }
          if way == "replaced inside itself" {
            call?.onStop { runs.withLock { $0 += 1 } }
          } else {
            call?.onStop(nil)
          }
        }
        if way == "taken back" { call.onStop(nil) }
        isRegistered.withLock { $0 = true }
      }
    }
    let host = try KitHost(ScriptedDriver.entry, isBlocking: true)
    // A call that nobody ends would go on for ever.
    let task = Task { try await host.run(timeout: .seconds(10)) }
    if way != "taken back" {
      try await eventually { isRegistered.withLock { $0 } }
      task.cancel()
    }
    let outcome = try await task.value
    #expect(outcome.error?.code == .internal)
    #expect(outcome.error?.message.contains("let go of the call without ending it") == true)
    #expect(
      runs.withLock { $0 }
        == ["has run": 1, "taken back inside itself": 1, "replaced inside itself": 2][way] ?? 0
    )
    #expect(host.runtime.counts.abandoned == 0 && host.runtime.counts.misuses == 0)
  }

  @Test("may be set and taken back by several threads while the call is stopped and ended")
  func threads() async throws {
    let alive = Lock(0)
    ScriptedDriver.script.withLock {
      $0 = { call in
        let setters = DispatchGroup()
        for number in 0..<4 {
          setters.enter()
          Thread.detachNewThread {
            for round in 0..<50 {
              let probe = Probe(alive)
              if round % 3 == number % 3 {
                call.onStop(nil)
              } else {
                call.onStop { withExtendedLifetime(probe) {} }
              }
            }
            setters.leave()
          }
        }
        Thread.detachNewThread {
          setters.wait()
          call.succeed()
        }
      }
    }
    let host = try KitHost(ScriptedDriver.entry, isBlocking: true)
    for delay in 0..<50 {
      let task = Task { try await host.run() }
      try await Task.sleep(for: .microseconds(delay * 20))
      task.cancel()
      _ = try await task.value
    }
    try await eventually { alive.withLock { $0 } == 0 }
    #expect(host.runtime.counts.abandoned == 0 && host.runtime.counts.misuses == 0)
  }
}
