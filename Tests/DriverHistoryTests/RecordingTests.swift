import DriverHistory
import TestSupport
import Testing

@testable import DriverHost

@Suite("Recording executions in a file")
struct RecordingTests {
  /// How often rows were written: each write of a row of `executions` leaves one in `writes`.
  private static let trigger = """
    CREATE TABLE writes (id TEXT);
    CREATE TRIGGER inserted AFTER INSERT ON executions BEGIN
      INSERT INTO writes VALUES (new.id);
    END;
    CREATE TRIGGER updated AFTER UPDATE ON executions BEGIN
      INSERT INTO writes VALUES (new.id);
    END;
    """

  @Test("writes an execution that ends soon just once")
  func coalescing() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    await history.recordEnd(.made(0))
    try RawDatabase.run(Self.trigger, in: fixture.path)
    var record = ExecutionRecord.made(1, .new)
    history.record(record)
    record.status = .running
    history.record(record)
    record.status = .succeeded
    record.ended = record.created
    await history.recordEnd(record)
    #expect(try await history.executions(ExecutionQuery()).first == record)
    #expect(try RawDatabase.integer("SELECT count(*) FROM writes", in: fixture.path) == 1)
  }

  @Test("writes an execution that does not end by itself")
  func states() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let record = ExecutionRecord.made(1, .running)
    history.record(record)
    try await eventually("it is in the file") { try RawDatabase.unended(in: fixture.path) == 1 }
    #expect(try await history.execution(record.id) == record)
  }

  @Test("does not bring an execution back that has ended")
  func lateStates() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    var record = ExecutionRecord.made(1, .failed)
    await history.recordEnd(record)
    record.status = .running
    history.record(record)
    #expect(try await history.execution(record.id)?.status == .failed)
    record.status = .succeeded
    await history.recordEnd(record)
    #expect(try await history.execution(record.id)?.status == .failed)
  }

  @Test("commits the ends of all that wait together")
  func groups() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    await history.recordEnd(.made(0))
    let lock = try HeldLock(fixture.path)
    // While another process has the lock, all of them come to wait.
    let ids = try await withThrowingTaskGroup(of: String.self) { group in
      for index in 1...64 {
        group.addTask {
          let record = ExecutionRecord.made(index)
          await history.recordEnd(record)
          return record.id
        }
      }
      try await Task.sleep(for: .milliseconds(100))
      lock.release()
      var ids: Set<String> = []
      for try await id in group { ids.insert(id) }
      return ids
    }
    #expect(ids.count == 64)
    #expect(try RawDatabase.integer("SELECT count(*) FROM executions", in: fixture.path) == 65)
    #expect(fixture.logged.isEmpty)
  }

  @Test("writes an end that comes alone though another process has the file locked")
  func lockedAlone() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    await history.recordEnd(.made(0))
    let lock = try HeldLock(fixture.path)
    async let end: Void = history.recordEnd(.made(1))
    try await Task.sleep(for: .milliseconds(50))
    #expect(try RawDatabase.integer("SELECT count(*) FROM executions", in: fixture.path) == 1)
    lock.release()
    await end
    #expect(try RawDatabase.integer("SELECT count(*) FROM executions", in: fixture.path) == 2)
    #expect(fixture.logged.isEmpty)
  }

  @Test("keeps the log short, also where one end comes after another")
  func log() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let body = Value.string(String(repeating: "x", count: 60_000))
    // Four times as much as is left in the log.
    for index in 0..<1100 { await history.recordEnd(.made(index, output: ["body": body])) }
    #expect(try fixture.folder.read("history.db-wal").count < 32 << 20)
  }

  @Test("writes what is left when it is closed, and takes no more")
  func closing() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let running = ExecutionRecord.made(1, .running)
    let ended = ExecutionRecord.made(2)
    history.record(running)
    await history.recordEnd(ended)
    await history.close()
    await history.close()
    history.record(.made(3, .running))
    await history.recordEnd(.made(4))
    let error = await #expect(throws: HostError.self) { try await history.execution(ended.id) }
    #expect(error?.message.contains("was closed") == true)
    await #expect(throws: HostError.self) { try await history.prune(ExecutionRetention(count: 0)) }
    #expect(try fixture.folder.names() == ["history.db", "history.db-owners"])
    let reader = try SQLiteHistory(reading: fixture.path)
    let records = try await reader.executions(ExecutionQuery())
    #expect(records.map(\.id) == [ended.id, running.id])
    // Nobody will tell how it ended.
    #expect(records.map(\.status) == [.succeeded, .failed])
    #expect(records.last?.errorCode == .lost)
  }

  @Test("may leave the log as it is when it is closed, and loses nothing by it")
  func keepingLog() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.checkpointsOnClose = false
    let records = (0..<3).map { ExecutionRecord.made($0) }
    for record in records {
      let history = try fixture.open(options)
      await history.recordEnd(record)
      await history.close()
      #expect(try !fixture.folder.read("history.db-wal").isEmpty)
    }
    let reader = try SQLiteHistory(reading: fixture.path)
    #expect(try await reader.executions(ExecutionQuery()) == records.reversed())
  }

  @Test("writes what is left also when nobody closes it")
  func dropping() async throws {
    let fixture = try HistoryFixture()
    let id = try {
      let history = try fixture.open()
      let record = ExecutionRecord.made(1, .running)
      history.record(record)
      return record.id
    }()
    try await eventually("the file is closed") {
      try fixture.folder.names() == ["history.db", "history.db-owners"]
    }
    #expect(try await SQLiteHistory(reading: fixture.path).execution(id)?.errorCode == .lost)
  }

  @Test("keeps no more states in memory than its bound, and writes every end")
  func bound() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.queueLimit = 10
    let history = try fixture.open(options)
    let records = (0..<1000).map { ExecutionRecord.made($0, .running) }
    for record in records { history.record(record) }
    for var record in records {
      record.status = .cancelled
      await history.recordEnd(record)
    }
    var query = ExecutionQuery()
    query.limit = 2000
    #expect(try await history.executions(query).map(\.status) == records.map { _ in .cancelled })
  }
}
