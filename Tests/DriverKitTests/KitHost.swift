import DriverABI
import DriverKit
import Testing

@testable import DriverHost

/// Runs a driver that is written with DriverKit in the real runtime, without a file to load.
struct KitHost {
  let runtime: DriverRuntime
  let logged = Lines()

  /// What the host's log has taken.
  final class Lines: Sendable {
    private let lines = Lock<[String]>([])
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
  }

  init(_ entry: DriverEntry, isBlocking: Bool, grace: Duration = .seconds(2)) throws {
    let logged = logged
    let services = DriverRuntime.Services(
      threads: ThreadPool(name: "kit", limit: 16),
      helpers: ThreadPool(name: "kit-help", limit: 16),
      deadlines: DeadlineQueue(),
      loops: [try EventLoop(name: "kit-loop")],
      resolver: NameResolver(),
      log: Log(level: .trace) { logged.add($0.message) },
      outputLimit: 64 << 20
    )
    runtime = DriverRuntime(
      .init(
        name: "KIT",
        id: "org.example.kit",
        isBlocking: isBlocking,
        isSerial: false,
        grace: grace
      ),
      services: services
    )
    let table = entry.answer(DH_DRIVER_V1)!.assumingMemoryBound(to: dh_driver_v1.self).pointee
    runtime.adopt(.init(create: table.create, destroy: table.destroy, start: table.start))
  }

  /// Runs one call to its end.
  func run(
    _ inputs: ValueMap = [:],
    action: String = "run",
    secrets: [JSONPointer] = [],
    timeout: Duration? = nil,
    session: SessionHandle? = nil,
    channels: [CallChannel?] = []
  ) async throws -> CallOutcome {
    var request = CallRequest(
      action: action,
      inputs: inputs,
      secrets: secrets,
      session: session,
      deadline: timeout.map { MonotonicTime.now.advanced(by: $0) },
      timeout: timeout,
      execution: "0192f0c1-2345-7000-8000-0123456789ab",
      connector: "mine",
      context: CallContext(
        traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        tracestate: "vendor=1"
      ),
      attempt: 2
    )
    request.channelCount = channels.count
    request.channels = channels
    return try await runtime.run(request)
  }
}

/// Counts how many of its kind are alive, to see that what C holds is freed, once.
final class Probe: Sendable {
  private let count: Lock<Int>

  init(_ count: Lock<Int>) {
    self.count = count
    count.withLock { $0 += 1 }
  }

  deinit { count.withLock { $0 -= 1 } }
}

func eventually(_ condition: () -> Bool) async throws {
  for _ in 0..<500 where !condition() { try await Task.sleep(for: .milliseconds(10)) }
  #expect(condition())
}
