import DriverABI
import DriverKit
import Testing

@testable import DriverHost

/// Keeps the first call beyond its end, and lets the others be.
private final class KeepingDriver: BlockingDriver {
  static let kept = Lock<Call?>(nil)

  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    KeepingDriver.kept.withLock { kept in
      if kept == nil { kept = call }
    }
    try call.output("inputs", .int(Int64(call.inputs.count)))
  }
}

@Suite("A call that has ended", .serialized)
struct EndedCallTests {
  @Test("shows nothing of the call that has its memory now")
  func memory() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(KeepingDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    for number in 0..<3 {
      let outcome = try await host.run(["secret": .string("of the call \(number)")])
      #expect(outcome.outputs["inputs"] == 1)
    }
    let call = try #require(KeepingDriver.kept.withLock { $0 })
    #expect(call.inputs.count == 0)
    #expect(String(call.action) == "")
    #expect(call.execution == "")
    #expect(call.connector == "")
    #expect(String(call.traceparent) == "")
    // These are the call's own.
    #expect(call.attempt == 2 && call.deadlineNanoseconds == nil)
    #expect(call.stop == .gone)
    #expect(!call.succeed())
  }
}
