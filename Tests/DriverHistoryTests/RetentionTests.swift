import DriverHistory
import TestSupport
import Testing

@testable import DriverHost

@Suite("Forgetting executions")
struct RetentionTests {
  @Test("goes by number, and leaves those that run")
  func count() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let records = (0..<1500).map { ExecutionRecord.made($0, $0 % 3 == 0 ? .running : .succeeded) }
    await withTaskGroup { group in
      for record in records {
        if record.status.isEnded {
          group.addTask { await history.recordEnd(record) }
        } else {
          history.record(record)
        }
      }
    }
    #expect(try await history.prune(ExecutionRetention(count: 100)) == 900)
    var query = ExecutionQuery()
    query.limit = 2000
    let left = try await history.executions(query)
    let ended = records.filter(\.status.isEnded).suffix(100)
    let running = records.filter { !$0.status.isEnded }
    #expect(Set(left.map(\.id)) == Set((ended + running).map(\.id)))
    #expect(try await history.prune(ExecutionRetention(count: 100)) == 0)
    #expect(try await history.prune(ExecutionRetention(count: 0)) == 100)
  }

  @Test("goes by age, from when an execution ended")
  func age() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    var ids: [String] = []
    for hours in [100, 50, 30, 20, 1] {
      var record = ExecutionRecord.made(0)
      record.created = .now.advanced(by: .seconds(-3600 * hours))
      let second = Int(record.created.nanoseconds / 1_000_000_000) - 1_700_000_000
      record.id = ExecutionRecord.made(second).id
      record.ended = record.created
      // One that took long.
      if hours == 50 { record.ended = .now }
      await history.recordEnd(record)
      ids.append(record.id)
    }
    #expect(try await history.prune(ExecutionRetention(age: .seconds(24 * 3600))) == 2)
    let left = try await history.executions(ExecutionQuery()).map(\.id)
    #expect(left == [ids[4], ids[3], ids[1]])
  }

  @Test("leaves a child whose parent is forgotten")
  func parents() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let parent = ExecutionRecord.made(1)
    let child = ExecutionRecord.made(2, parent: parent.id)
    await history.recordEnd(parent)
    await history.recordEnd(child)
    #expect(try await history.prune(ExecutionRetention(count: 1)) == 1)
    #expect(try await history.executions(ExecutionQuery()) == [child])
  }

  @Test("makes the file smaller")
  func space() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let bytes = Value.bytes(Array(repeating: 7, count: 10_000))
    for index in 0..<200 { await history.recordEnd(.made(index, output: ["body": bytes])) }
    let before = try RawDatabase.integer("PRAGMA page_count", in: fixture.path)
    #expect(try await history.prune(ExecutionRetention(count: 10)) == 190)
    let after = try RawDatabase.integer("PRAGMA page_count", in: fixture.path)
    #expect(after < before / 5)
    #expect(try RawDatabase.integer("PRAGMA freelist_count", in: fixture.path) == 0)
    await history.close()
    #expect(try fixture.folder.read("history.db").count == after * 4096)
  }

  @Test("comes by itself, when there are many more than are to be kept")
  func automatic() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.retention.count = 50
    let history = try fixture.open(options)
    for index in 0..<1200 { await history.recordEnd(.made(index)) }
    try await eventually("it is done now and then") {
      try RawDatabase.integer("SELECT count(*) FROM executions", in: fixture.path) < 700
    }
    await history.close()
    let again = try fixture.open(options)
    await again.recordEnd(.made(1201))
    try await eventually("it is done when the history is opened") {
      try RawDatabase.integer("SELECT count(*) FROM executions", in: fixture.path) == 50
    }
  }
}
