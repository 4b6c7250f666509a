@testable import DriverHost
import Testing

@Suite("Executions in memory")
struct MemoryHistoryTests {
  private func record(_ number: Int, _ status: ExecutionStatus = .succeeded) -> ExecutionRecord {
    var record = ExecutionRecord(
      id: "019ac000-0000-7000-8000-00000000000\(number)",
      status: status,
      created: WallTime(nanoseconds: Int64(number) * 1_000_000_000)
    )
    record.connectorName = number % 2 == 0 ? "even" : "odd"
    if status.isEnded { record.ended = record.created }
    return record
  }

  @Test("are the newest ones, and each is there once in its last state")
  func newest() async throws {
    let history = MemoryHistory(limit: 3)
    for number in 0..<5 {
      history.record(record(number, .new))
      history.record(record(number, .running))
      await history.recordEnd(record(number))
    }
    let all = try await history.executions(ExecutionQuery())
    #expect(all.map(\.id.last) == ["4", "3", "2"] && all.allSatisfy { $0.status == .succeeded })
    #expect(try await history.execution(record(0).id) == nil)
    #expect(try await history.execution(record(4).id)?.status == .succeeded)
  }

  @Test("are found by state, connector, time and page")
  func found() async throws {
    let history = MemoryHistory()
    for number in 0..<6 { history.record(record(number, number < 2 ? .running : .failed)) }
    func found(_ change: (inout ExecutionQuery) -> Void) async throws -> [Character?] {
      var query = ExecutionQuery()
      change(&query)
      return try await history.executions(query).map(\.id.last)
    }
    #expect(try await found { $0.statuses = [.running] } == ["1", "0"])
    #expect(try await found { $0.connector = "even" } == ["4", "2", "0"])
    #expect(try await found { $0.since = WallTime(nanoseconds: 4_000_000_000) } == ["5", "4"])
    #expect(
      try await found {
        $0.before = record(3).id; $0.limit = 2
      } == ["2", "1"]
    )
  }

  @Test("are pruned by number and by age, those that run never")
  func pruned() async throws {
    let history = MemoryHistory(limit: 10)
    for number in 0..<6 { history.record(record(number, number == 0 ? .running : .failed)) }
    #expect(try await history.prune(ExecutionRetention(count: 2)) == 3)
    #expect(try await history.executions(ExecutionQuery()).map(\.id.last) == ["5", "4", "0"])
    #expect(try await history.prune(ExecutionRetention(age: .seconds(60))) == 2)
    await history.recordEnd(record(0))
    #expect(try await history.executions(ExecutionQuery()).map(\.status) == [.succeeded])
  }

  @Test("are kept without outputs that are too large, whose size is told")
  func large() async throws {
    let history = MemoryHistory(outputLimit: 1000)
    var large = record(1)
    large.rawOutput = ["text": .string(String(repeating: "x", count: 2000))]
    await history.recordEnd(large)
    let kept = try await history.execution(large.id)
    #expect(kept?.output == nil && kept?.droppedOutputSize ?? 0 > 2000)
  }
}

@Suite("A moment of the calendar")
struct WallTimeTests {
  @Test(
    "is written as RFC 3339 has it",
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (1_764_150_624_123_456_789, "2025-11-26T09:50:24.123Z"),
      (-1_000_000, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000_000_000, "2000-02-29T00:00:00.000Z"),
    ] as [(Int64, String)]
  )
  func written(nanoseconds: Int64, text: String) {
    #expect(WallTime(nanoseconds: nanoseconds).description == text)
  }
}
