import DriverHistory
import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("Several processes and one history")
struct ProcessTests {
  @Test("write it at the same time, and nothing is lost")
  func together() async throws {
    let fixture = try HistoryFixture()
    let path = fixture.path
    let ids = try await withThrowingTaskGroup(of: [String].self) { group in
      for _ in 0..<3 {
        group.addTask {
          try await Command.check(recorder, ["some", path, "300"])
            .output.split(separator: "\n").map(String.init)
        }
      }
      return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
    }
    #expect(ids.count == 900)
    let rows = try RawDatabase.run(
      "SELECT id FROM executions WHERE status = 'ENDED_SUCCESS'",
      in: path
    )
    #expect(Set(rows.compactMap { $0.first ?? nil }) == ids)
  }

  @Test("an execution is lost when its process dies, and not before")
  func lost() async throws {
    let fixture = try HistoryFixture()
    let process = try RunningCommand(recorder, ["hold", fixture.path])
    let id = try await eventually("it is recorded") {
      process.outputSoFar.hasSuffix("\n") ? String(process.outputSoFar.dropLast()) : nil
    }
    var options = HistoryFixture.keepingAll
    options.recoveryInterval = .milliseconds(20)
    let history = try fixture.open(options)
    let reader = try SQLiteHistory(reading: fixture.path)
    await history.recordEnd(.made(1))
    var running = ExecutionQuery()
    running.statuses = [.running]
    var failed = ExecutionQuery()
    failed.statuses = [.failed]
    for each in [history, reader] {
      #expect(try await each.execution(id)?.status == .running)
      #expect(try await each.executions(running).map(\.id) == [id])
    }
    process.process.send(SIGSTOP)
    try await Task.sleep(for: .milliseconds(100))
    #expect(try await reader.execution(id)?.status == .running)
    await history.close()
    process.process.send(SIGKILL)
    _ = try await process.finish()

    // Nobody has written it yet.
    #expect(try RawDatabase.unended(in: fixture.path) == 1)
    let record = try #require(try await reader.execution(id))
    #expect(record.status == .failed)
    #expect(record.errorCode == .lost)
    #expect(record.statusMessage?.contains("number \(process.process.processID)") == true)
    #expect(try await reader.executions(running).isEmpty)
    #expect(try await reader.executions(failed) == [record])

    let again = try fixture.open()
    try await eventually("it is written") { try RawDatabase.unended(in: fixture.path) == 0 }
    #expect(try await again.execution(id) == record)
    #expect(try RawDatabase.integer("SELECT count(*) FROM owners", in: fixture.path) == 0)
    try await eventually("the log says so") { fixture.logged.contains { $0.contains("as lost") } }
  }

  @Test("a forked child cannot use it, and does not keep its parent's executions alive")
  func forked() async throws {
    let fixture = try HistoryFixture()
    let process = try RunningCommand(recorder, ["fork", fixture.path])
    try await eventually("both have said something") {
      process.outputSoFar.split(separator: "\n", omittingEmptySubsequences: false).count == 3
    }
    let lines = process.outputSoFar.split(separator: "\n").map(String.init)
    let answer = try #require(lines.first { $0.contains("was forked") })
    let id = try #require(lines.first { !$0.contains(" ") })
    let child = try #require(pid_t(answer.prefix { $0 != " " }))
    let reader = try SQLiteHistory(reading: fixture.path)
    #expect(try await reader.executions(ExecutionQuery()).map(\.status) == [.running])
    process.process.send(SIGKILL)
    try await eventually("its execution is lost with it") {
      try await reader.execution(id)?.errorCode == .lost
    }
    #expect(!ChildProcess.isGone(child))
    _ = try await process.finish()
  }

  @Test("two histories of one process let each other's executions live")
  func oneProcess() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.recoveryInterval = .milliseconds(10)
    let first = try fixture.open(options)
    let running = ExecutionRecord.made(1, .running)
    first.record(running)
    #expect(try await first.execution(running.id) == running)
    for _ in 0..<5 {
      let second = try fixture.open(options)
      second.record(.made(2, .running))
      #expect(try await second.execution(running.id) == running)
      try await Task.sleep(for: .milliseconds(30))
      await second.close()
    }
    #expect(try await first.execution(running.id) == running)
    await first.close()
    #expect(try RawDatabase.unended(in: fixture.path) == 0)
  }

  @Test("an execution's end is the truth, also where it was taken for lost")
  func wronglyLost() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    var record = ExecutionRecord.made(1, .running)
    history.record(record)
    _ = try await history.execution(record.id)
    try FileManager.default.removeItem(atPath: fixture.path + "-owners")
    let other = try fixture.open()
    try await eventually("it is taken for lost") {
      try RawDatabase.unended(in: fixture.path) == 0
    }
    record.status = .succeeded
    await history.recordEnd(record)
    #expect(try await other.execution(record.id) == record)
  }

  @Test("being killed at any moment loses no end that was told, and leaves nothing running", .slow)
  func killed() async throws {
    let fixture = try HistoryFixture()
    var told = 0
    var lost = 0
    var last = 0
    for round in 0..<200 {
      let process = try RunningCommand(recorder, ["kill", fixture.path])
      // Some are killed while they start, and most while they write.
      if round % 5 != 0 {
        try await eventually("something is recorded") { !process.outputSoFar.isEmpty }
      }
      try await Task.sleep(for: .microseconds(Int.random(in: 0...60_000)))
      process.process.send(SIGKILL)
      let ids = try await process.finish().output.split(separator: "\n").map(String.init)

      guard FileManager.default.fileExists(atPath: fixture.path) else { continue }
      let history = try fixture.open()
      try await eventually("nothing runs") { try RawDatabase.unended(in: fixture.path) == 0 }
      await history.close()
      let rows = try RawDatabase.run(
        "SELECT id, status, code, number FROM executions WHERE number > \(last)",
        in: fixture.path
      )
      let states = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", $0[1] ?? "") })
      for id in ids { #expect(states[id] == "ENDED_SUCCESS", "round \(round)") }
      for row in rows where row[1] != "ENDED_SUCCESS" {
        #expect(row[1] == "ENDED_ERROR")
        #expect(row[2] == "\(HostError.Code.lost.number)")
        lost += 1
      }
      told += ids.count
      last = rows.compactMap { $0[3].flatMap { Int($0) } }.max() ?? last
    }
    #expect(told > 200)
    #expect(lost > 0)
    #expect(try RawDatabase.run("PRAGMA integrity_check", in: fixture.path) == [["ok"]])
  }
}
