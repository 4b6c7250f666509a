@testable import DriverHistory
import TestSupport
import Testing

@testable import DriverHost

@Suite("Asking a history for executions")
struct QueryTests {
  /// Executions of all sorts, some of which run.
  private static let records: [ExecutionRecord] = (0..<120).map { index in
    ExecutionRecord.made(
      index * 90,
      ExecutionStatus.allCases[index % 5],
      connector: ["", "a", "b"][index % 3],
      type: ["REST", "SSH"][index % 2],
      parent: [nil, nil, "p1", "p2"][index % 4]
    )
  }

  private static let queries: [ExecutionQuery] = {
    var queries: [ExecutionQuery] = []
    for statuses in [
      [], [.failed], [.running], [.new, .running], [.failed, .cancelled, .succeeded],
    ]
      as [Set<ExecutionStatus>]
    {
      for connector in [nil, "", "a", "none"] {
        for type in [nil, "SSH"] {
          for parent in [nil, "p1"] {
            for since in [nil, 40] {
              for before in [nil, 70] {
                var query = ExecutionQuery()
                query.statuses = statuses
                query.connector = connector
                query.type = type
                query.parent = parent
                query.since = since.map { records[$0].created }
                query.before = before.map { records[$0].id }
                query.limit = 7
                queries.append(query)
              }
            }
          }
        }
      }
    }
    return queries
  }()

  @Test("answers as the one in memory does, whatever is asked")
  func filters() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let memory = MemoryHistory()
    for record in Self.records.shuffled() {
      memory.record(record)
      if record.status.isEnded { await history.recordEnd(record) } else { history.record(record) }
    }
    for query in Self.queries {
      #expect(try await history.executions(query) == memory.executions(query), "\(query)")
    }
  }

  @Test("gives one page after another")
  func pages() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    for record in Self.records { history.record(record) }
    var query = ExecutionQuery()
    query.limit = 50
    var ids: [String] = []
    while true {
      let page = try await history.executions(query)
      guard let last = page.last else { break }
      ids += page.map(\.id)
      query.before = last.id
    }
    #expect(ids == Self.records.map(\.id).sorted(by: >))
    query.limit = 0
    #expect(try await history.executions(query).isEmpty)
  }

  @Test("reads no more of the file than an index leads to")
  func indices() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    await history.recordEnd(.made(1))
    for query in Self.queries {
      let selection = HistorySelection(query, dead: [1, 2])
      let sql = selection.sql(columns: "id").replacing(/\?\d+/, with: "'1'")
      let plan = try RawDatabase.run("EXPLAIN QUERY PLAN \(sql)", in: fixture.path)
        .compactMap { $0.last ?? nil }
      // By the index of ids at least, so that it ends with the limit.
      let isScanned = plan.contains { $0.hasPrefix("SCAN executions") && !$0.contains("INDEX") }
      #expect(!isScanned, "\(sql): \(plan)")
      let isLed =
        query.parent != nil || !(query.statuses.isEmpty || query.statuses.contains(.succeeded))
      let leader = query.parent == nil ? "executions_by_status" : "executions_by_parent"
      #expect(!isLed || plan.contains { $0.contains(leader) }, "\(sql): \(plan)")
      // The newest of several statuses are sorted, which are few.
      if query.statuses.count < 2 {
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(sql): \(plan)")
      }
    }
  }
}
