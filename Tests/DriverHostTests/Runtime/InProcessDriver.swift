import DriverABI
import Testing

@testable import DriverHost

/// A driver whose functions are in the test itself: for the call table's own rules.
enum InProcessDriver {
  typealias Start = @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<dh_request_v1>) -> Void

  static func make(
    isBlocking: Bool,
    isSerial: Bool = false,
    grace: Duration = .milliseconds(50),
    loops: Int = 1,
    _ start: Start
  ) throws -> DriverRuntime {
    let services = DriverRuntime.Services(
      threads: ThreadPool(name: "test", limit: 64),
      helpers: ThreadPool(name: "test-stop", limit: 64),
      deadlines: DeadlineQueue(),
      loops: try (0..<loops).map { try EventLoop(name: "test-loop-\($0)") },
      resolver: NameResolver(),
      log: Log(level: .trace) { print($0) },
      outputLimit: 1 << 20
    )
    let runtime = DriverRuntime(
      .init(
        name: "TEST",
        id: "org.example.test",
        isBlocking: isBlocking,
        isSerial: isSerial,
        grace: grace
      ),
      services: services
    )
    runtime.adopt(
      .init(
        create: { _, _, instance, _ in
          instance.pointee = nil
          return DH_OK
        },
        destroy: { _ in },
        start: start
      )
    )
    return runtime
  }

  static func request(
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    secrets: [JSONPointer] = []
  ) -> CallRequest {
    CallRequest(
      action: "run",
      inputs: inputs,
      secrets: secrets,
      deadline: timeout.map { MonotonicTime.now.advanced(by: $0) },
      timeout: timeout,
      execution: UUID.makeV7()
    )
  }
}
