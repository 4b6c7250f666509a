import DriverHistory
import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("The file of a history")
struct FileTests {
  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test("is for its user only, and so are its folder and the files beside it")
  func permissions() async throws {
    let folder = try TemporaryFolder()
    let path = folder.file("new/folders/history.db")
    let history = try SQLiteHistory(path: path)
    await history.recordEnd(.made(1))
    _ = try await history.executions(ExecutionQuery())
    #expect(try mode(folder.file("new")) == 0o700)
    #expect(try mode(folder.file("new/folders")) == 0o700)
    for suffix in ["", "-wal", "-shm", "-owners"] { #expect(try mode(path + suffix) == 0o600) }
  }

  @Test("is refused as it is where it holds something else", arguments: [3, 50, 5000])
  func noDatabase(_ size: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = [UInt8](repeating: 65, count: size)
    let path = try folder.write(bytes, to: "history.db")
    let error = #expect(throws: HostError.self) { try SQLiteHistory(path: path) }
    #expect(error?.message.contains("\(path) is no SQLite database") == true)
    #expect(try folder.read("history.db") == bytes)
    #expect(try folder.names() == ["history.db", "history.db-owners"])
  }

  @Test("is refused as it is where it is damaged")
  func damaged() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    for index in 0..<500 { await history.recordEnd(.made(index)) }
    await history.close()
    var bytes = try fixture.folder.read("history.db")
    for place in 100..<bytes.count { bytes[place] = 0xA5 }
    try fixture.folder.write(bytes, to: "history.db")
    let error = #expect(throws: HostError.self) { try fixture.open() }
    #expect(error?.message.contains("the history \(fixture.path) is damaged") == true)
    #expect(error?.message.contains("move it away") == true)
    #expect(try fixture.folder.read("history.db") == bytes)
  }

  @Test("of a newer version is refused as it is, by who writes and by who reads")
  func newer() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    await history.close()
    try RawDatabase.run("PRAGMA user_version = 99", in: fixture.path)
    let before = try fixture.folder.read("history.db")
    let error = #expect(throws: HostError.self) { try fixture.open() }
    #expect(error?.message.contains("has version 99") == true)
    #expect(error?.code == .unsupported)
    let reader = try SQLiteHistory(reading: fixture.path)
    await #expect(throws: HostError.self) { try await reader.executions(ExecutionQuery()) }
    #expect(try fixture.folder.read("history.db") == before)
  }

  @Test("of another program is refused as it is")
  func foreign() throws {
    let fixture = try HistoryFixture()
    try RawDatabase.run("CREATE TABLE theirs (x)", in: fixture.path)
    let before = try fixture.folder.read("history.db")
    let error = #expect(throws: HostError.self) { try fixture.open() }
    #expect(error?.message.contains("another program") == true)
    #expect(try fixture.folder.read("history.db") == before)
  }

  @Test("that is not there is not made by who only reads")
  func missing() throws {
    let fixture = try HistoryFixture()
    let error = #expect(throws: HostError.self) { try SQLiteHistory(reading: fixture.path) }
    #expect(error?.code == .notFound)
    #expect(try fixture.folder.names().isEmpty)
    let folder = #expect(throws: HostError.self) { try SQLiteHistory(path: fixture.folder.path) }
    #expect(folder?.message.contains("which is no file") == true)
  }

  @Test("may be reached by a link, and is one history then")
  func links() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let link = fixture.folder.file("link.db")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: fixture.path)
    let running = ExecutionRecord.made(1, .running)
    history.record(running)
    let other = try SQLiteHistory(path: link)
    #expect(other.path == history.path)
    #expect(try await history.execution(running.id) == running)
    #expect(try await other.execution(running.id) == running)
  }

  @Test("that is locked for ever holds no call up for ever")
  func locked() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.busyTimeout = .milliseconds(50)
    let history = try fixture.open(options)
    let lock = try HeldLock(fixture.path)
    let records = (0..<50).map { ExecutionRecord.made($0) }
    for record in records { await history.recordEnd(record) }
    #expect(fixture.logged.count == 1)
    #expect(fixture.logged.first?.contains("another process has kept the history") == true)
    lock.release()
    // What was recorded meanwhile is written when it can be.
    try await eventually("the history recovers") { fixture.logged.count == 2 }
    #expect(fixture.logged.last?.contains("none was lost") == true)
    #expect(try await history.executions(ExecutionQuery()) == records.reversed())
  }

  @Test("is read while somebody else writes it")
  func reading() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.synchronous = .full
    let history = try fixture.open(options)
    let record = ExecutionRecord.made(1)
    await history.recordEnd(record)
    let lock = try HeldLock(fixture.path)
    let reader = try SQLiteHistory(reading: fixture.path, busyTimeout: .zero)
    #expect(try await history.executions(ExecutionQuery()) == [record])
    #expect(try await reader.executions(ExecutionQuery()) == [record])
    reader.record(.made(2, .new))
    await reader.recordEnd(.made(2))
    await #expect(throws: HostError.self) { try await reader.prune(ExecutionRetention(count: 0)) }
    lock.release()
    #expect(try await history.executions(ExecutionQuery()) == [record])
  }

  @Test("that is locked until the end does not hold closing up")
  func lockedAtTheEnd() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.busyTimeout = .milliseconds(50)
    options.queueLimit = 5
    let history = try fixture.open(options)
    let lock = try HeldLock(fixture.path)
    for index in 0..<20 { await history.recordEnd(.made(index)) }
    await history.close()
    lock.release()
    #expect(
      fixture.logged.last?.contains("20 executions were never written") == true,
      "\(fixture.logged)"
    )
  }

  @Test("that cannot grow fails no call, and is written when it can")
  func full() async throws {
    let fixture = try HistoryFixture()
    let command = try await Command.check(recorder, ["full", fixture.path])
    let lines = command.output.split(separator: "\n").map(String.init)
    #expect(lines.prefix(2) == ["failing", "recovered"])
    let logged = lines.filter { $0.hasPrefix("log ") }
    #expect(logged.count == 2)
    #expect(logged.first?.contains("executions are not written") == true)
    #expect(logged.last?.contains("none was lost") == true)
    let ids = lines.dropFirst(2 + logged.count)
    let rows = try RawDatabase.run(
      "SELECT id FROM executions WHERE status = 'ENDED_SUCCESS'",
      in: fixture.path
    )
    #expect(ids.count > 50)
    #expect(Set(rows.compactMap { $0.first ?? nil }) == Set(ids))
  }
}
