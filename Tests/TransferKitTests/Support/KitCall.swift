import DriverABI
import DriverKit
import LoopKit
import TransferKit

@testable import DriverHost

/// What a test does in a call, on a loop.
///
/// A protocol in place of a closure: one that is made in a function that waits would not run on the loop (Swift 6.3.1).
protocol KitScript: Sendable {
  func run(_ call: Call, _ place: KitPlace) async throws(DriverError)
}

/// Where the files of a test's call are.
final class KitPlace: FilePlace {
  let call: Call
  let loop: Loop
  let actor: LoopActor
  let scope: Scope
  let host = "memory:1"

  init(_ call: Call, _ loop: Loop, _ actor: LoopActor) {
    self.call = call
    self.loop = loop
    self.actor = actor
    scope = Scope(loop)
  }
}

/// Runs scripts in the real runtime, without a file to load.
enum KitCall {
  private static let scripts = Lock<[String: any KitScript]>([:])
  private static let numbers = Lock(0)

  /// A driver whose actions are scripts.
  private final class ScriptDriver: NonblockingDriver {
    private let loop: Loop
    private let actor: LoopActor

    init(_ context: DriverContext, loop: Loop) throws(DriverError) {
      self.loop = loop
      actor = LoopActor(LoopExecutor(loop))
    }

    func start(_ call: Call) {
      let place = KitPlace(call, loop, actor)
      call.onStop(on: loop) { place.scope.end(DriverError(.cancelled, "stopped")) }
      guard let script = KitCall.scripts.withLock({ $0["\(call.action)"] }) else { return }
      actor.begin {
        do throws(DriverError) {
          try await script.run(call, place)
          call.succeed()
        } catch {
          call.fail(error)
        }
      }
    }
  }

  /// Runs a script to its end.
  static func run(_ script: some KitScript, _ inputs: ValueMap = [:]) async throws -> CallOutcome {
    let number = numbers.withLock { number in
      number += 1
      return number
    }
    scripts.withLock { $0["script\(number)"] = script }
    let services = DriverRuntime.Services(
      threads: ThreadPool(name: "kit", limit: 4),
      helpers: ThreadPool(name: "kit-help", limit: 4),
      deadlines: DeadlineQueue(),
      loops: [try EventLoop(name: "kit-loop")],
      resolver: NameResolver(),
      log: Log(level: .trace) { _ in },
      outputLimit: 64 << 20
    )
    let runtime = DriverRuntime(
      .init(
        name: "KIT",
        id: "org.example.transferkit",
        isBlocking: false,
        isSerial: false,
        grace: .seconds(2)
      ),
      services: services
    )
    let entry = DriverEntry { DriverEntry.create(ScriptDriver.self, $0, $1, $2, $3) }
    let table = entry.answer(DH_DRIVER_V1)!.assumingMemoryBound(to: dh_driver_v1.self).pointee
    runtime.adopt(.init(create: table.create, destroy: table.destroy, start: table.start))
    let request = CallRequest(
      action: "script\(number)",
      inputs: inputs,
      secrets: [],
      session: nil,
      deadline: nil,
      timeout: nil,
      execution: "0192f0c1-2345-7000-8000-0123456789ab",
      connector: "mine",
      context: CallContext(
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        tracestate: "vendor=1"
      ),
      attempt: 1
    )
    return try await runtime.run(request)
  }
}
