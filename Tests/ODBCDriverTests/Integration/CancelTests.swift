import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Calls that are ended before they are done",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct CancelTests {
  /// In the texts of statements, to find them among those of other tests.
  private let mark = "mark\(UInt32.random(in: 0...UInt32.max))"
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func host(
    _ database: TestDatabase,
    _ more: ValueMap = [:]
  ) async throws -> FaultHost {
    var address = try await database.inputs(folder)
    if database == .postgreSQL {
      // Rows come by a cursor, whose pages' text is not the statement's.
      address["init_statements"] = [.string("set application_name = '\(mark)'")]
    }
    for (name, value) in more { address[name] = value }
    return try FaultHost(address)
  }

  /// Waits until a call is in the driver, and its statement on the server.
  private func begins(_ host: FaultHost, _ database: TestDatabase) async throws {
    try await eventually("the statement runs") {
      guard host.host.statistics.drivers["ODBC"]?.runningCalls == 1 else { return false }
      return database == .sqlite ? true : try await database.running(mark) > 0
    }
  }

  /// Waits until the server does nothing more, and finds the driver as it was.
  private func isOver(_ host: FaultHost, _ database: TestDatabase) async throws {
    try await eventually("the server has ended the statement") {
      try await database.running(mark) == 0
    }
    try await host.settles()
    let next = try await host.query("select 7 as n", ["fetch": "scalar"])
    #expect(next["result"] == 7)
    #expect(host.host.statistics.drivers["ODBC"]?.misuses == 0)
  }

  @Test("end on the server when they are cancelled", arguments: TestDatabase.allCases)
  func cancelled(_ database: TestDatabase) async throws {
    let host = try await host(database)
    let call = Task { try await host.query(database.slow(mark)) }
    try await begins(host, database)
    call.cancel()
    let error = await #expect(throws: HostError.self) { try await call.value }
    #expect(error?.code == .cancelled)
    try await isOver(host, database)
  }

  @Test("end on the server when their time is up", arguments: TestDatabase.allCases)
  func deadline(_ database: TestDatabase) async throws {
    let host = try await host(database)
    let error = try await host.failure(
      "query",
      ["statement": .string(database.slow(mark))],
      timeout: .milliseconds(500)
    )
    #expect(error.code == .timedOut && error.pointer == nil)
    try await isOver(host, database)
  }

  @Test("end by query_timeout, and their connection goes on", arguments: TestDatabase.allCases)
  func queryTimeout(_ database: TestDatabase) async throws {
    let host = try await host(database)
    for action in ["query", "execute"] {
      let error = try await host.failure(
        action,
        ["statement": .string(database.slow(mark)), "query_timeout": 0.4]
      )
      #expect(error.code == .timedOut && error.pointer?.description == "/query_timeout", "\(error)")
    }
    try await isOver(host, database)
    #expect(host.opened == 1)
  }

  @Test("end at whatever moment that is", arguments: TestDatabase.allCases)
  func anyMoment(_ database: TestDatabase) async throws {
    let host = try await host(database)
    try await host.query("select 1")
    for _ in 0..<80 {
      let call = Task { try await host.query(database.slow(mark)) }
      try await Task.sleep(for: .microseconds(Int.random(in: 0...3000)))
      call.cancel()
      let error = await #expect(throws: HostError.self) { try await call.value }
      #expect(
        error?.code == .cancelled && error?.message.contains("given up") == false,
        "\(error!)"
      )
    }
    try await isOver(host, database)
  }

  @Test("end while init_statements are run", arguments: TestDatabase.allCases)
  func initStatements(_ database: TestDatabase) async throws {
    let host = try await host(database, ["init_statements": [.string(database.slow(mark))]])
    let error = try await host.failure(
      "query",
      ["statement": "select 1"],
      timeout: .milliseconds(500)
    )
    #expect(error.code == .timedOut && !error.message.contains("given up"), "\(error)")
    try await eventually("the server has ended the statement") {
      try await database.running(mark) == 0
    }
    try await host.settles()
  }

  @Test("end when their consumer lets go of the rows", arguments: TestDatabase.allCases)
  func letGo(_ database: TestDatabase) async throws {
    let host = try await host(database)
    let rows = Locked(0)
    let error = try await host.failure(
      "query",
      ["statement": .string(database.rows(300_000, mark))]
    ) { options in
      options.onRows = { stream in
        let count = try await stream.next()?.rowCount ?? 0
        rows.with { $0 = count }
      }
    }
    #expect(error.code == .cancelled && rows.with { 1...100_000 ~= $0 })
    try await isOver(host, database)
    // A transaction that a cursor was in is over too.
    #expect(host.opened == 1)
  }

  @Test("end when their consumer lets go while rows are fetched ahead that do not come")
  func letGoAhead() async throws {
    let host = try await host(.postgreSQL)
    // The first pages come at once; of the next one the server makes a row a minute.
    let statement = """
      select i, repeat('x', 2000) as s, case when i > 1300 then pg_sleep(60)::text end as t
        from generate_series(1, 9000) i /* \(mark) */
      """
    let error = try await host.failure(
      "query",
      ["statement": .string(statement)],
      timeout: .seconds(40)
    ) { options in
      options.onRows = { stream in
        var count = 0
        while count < 1100, let batch = try await stream.next() { count += batch.rowCount }
      }
    }
    #expect(error.code == .cancelled && !error.message.contains("given up"), "\(error)")
    try await isOver(host, .postgreSQL)
  }

  @Test("end while they wait for a lock as they are prepared")
  func prepared() async throws {
    let server = try await MariaDBServer.shared
    let host = try await host(.mariaDB)
    try await host.query("create table l_\(mark) (id integer)")
    let holder = Task {
      try await server.run("lock tables l_\(mark) write; select sleep(60) as hold_\(mark)")
    }
    let held =
      "from information_schema.processlist where info like 'select sleep%hold_\(mark)'"
    try await eventually("the table is locked") {
      try await server.run("select count(*) \(held)") == "1"
    }
    let error = try await host.failure(
      "query",
      ["statement": .string("select id from l_\(mark) where id = ?"), "parameters": [1]],
      timeout: .milliseconds(500)
    )
    #expect(error.code == .timedOut && !error.message.contains("given up"), "\(error)")
    try await server.run("kill \(try await server.run("select id \(held)"))")
    _ = await holder.result
    try await isOver(host, .mariaDB)
    try await host.query("drop table l_\(mark)")
  }

  @Test("end when their consumer is cancelled among rows", arguments: TestDatabase.allCases)
  func cancelledAmongRows(_ database: TestDatabase) async throws {
    let host = try await host(database)
    let batches = Locked(0)
    let call = Task {
      try await host.query(database.rows(3_000_000, mark)) { options in
        options.onRows = { stream in
          while try await stream.next() != nil { batches.with { $0 += 1 } }
        }
      }
    }
    try await eventually("rows come") { batches.with { $0 } > 2 }
    call.cancel()
    let error = await #expect(throws: HostError.self) { try await call.value }
    #expect(error?.code == .cancelled)
    try await isOver(host, database)
  }

  @Test("end in time though their consumer is slow", arguments: TestDatabase.allCases)
  func slowConsumer(_ database: TestDatabase) async throws {
    let host = try await host(database)
    let error = try await host.failure(
      "query",
      ["statement": .string(database.rows(300_000, mark))],
      timeout: .milliseconds(800)
    ) { options in
      options.onRows = { stream in
        while try await stream.next() != nil { try await Task.sleep(for: .milliseconds(300)) }
      }
    }
    #expect(error.code == .timedOut, "\(error)")
    try await isOver(host, database)
  }

  @Test("leave nothing of a bulk load", arguments: TestDatabase.allCases)
  func bulkLoad(_ database: TestDatabase) async throws {
    let host = try await host(database)
    let table = "t_\(mark)"
    try await host.query("create table \(table) (id integer, s varchar(100))")
    let taken = Locked<UInt64>(0)
    let hasHead = Locked(false)
    let call = Task {
      try await host.run("execute_many", ["table": .string(table), "chunk_rows": 50]) { options in
        options.onProgress = { progress in taken.with { $0 = progress.done } }
        // Without an end.
        options.sources["source"] = .handler { _ in
          let head = hasHead.with { hasHead in
            defer { hasHead = true }
            return hasHead ? "" : "id,s\n"
          }
          return Array((head + String(repeating: "1,abcdefgh\n", count: 200)).utf8)
        }
      }
    }
    try await eventually("records were taken") { taken.with { $0 } >= 200 }
    call.cancel()
    let error = await #expect(throws: HostError.self) { try await call.value }
    #expect(error?.code == .cancelled)
    try await host.settles()
    let count = try await host.query("select count(*) as n from \(table)", ["fetch": "scalar"])
    #expect(count["result"] == 0)
    try await host.query("drop table \(table)")
  }

  @Test("end all partitions, and leave no connection of theirs", arguments: TestDatabase.allCases)
  func partitions(_ database: TestDatabase) async throws {
    let connections = try await connections(database)
    let host = try await host(database, connections.inputs)
    for ending in ["cancel", "let go", "deadline"] {
      let batches = Locked(0)
      let call = Task {
        try await host.query(
          database.rows(2_000_000, mark),
          [
            "partitions": [
              "column": "id", "count": 8, "parallel": 4, "lower": 1, "upper": 2_000_000,
            ]
          ],
          timeout: ending == "deadline" ? .seconds(1) : nil
        ) { options in
          options.onRows = { stream in
            while try await stream.next() != nil {
              batches.with { $0 += 1 }
              if ending == "let go", batches.with({ $0 }) > 4 { return }
              if ending == "deadline" { try await Task.sleep(for: .milliseconds(50)) }
            }
          }
        }
      }
      if ending == "cancel" {
        try await eventually("rows come") { batches.with { $0 } > 4 }
        call.cancel()
      }
      let error = await #expect(throws: HostError.self) { try await call.value }
      #expect(error?.code == (ending == "deadline" ? .timedOut : .cancelled), "\(ending)")
      try await isOver(host, database)
      try await eventually("only the session's own connection is left") {
        try await connections.count() <= 1
      }
    }
  }

  /// How the connections of a test are told from others.
  private func connections(
    _ database: TestDatabase
  ) async throws -> (inputs: ValueMap, count: @Sendable () async throws -> Int) {
    let mark = mark
    switch database {
    case .sqlite:
      let folder = folder
      return (
        [:],
        {
          // Each has the file open once.
          let links = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
            .compactMap {
              try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
            }
          return links.count { $0 == folder.file("größe.db") }
        }
      )
    case .postgreSQL:
      return (
        ["init_statements": [.string("set application_name = '\(mark)'")]],
        {
          let count = try await PostgreSQLServer.shared.run(
            "select count(*) from pg_stat_activity where application_name = '\(mark)'"
          )
          return try #require(Int(count))
        }
      )
    case .mariaDB:
      let server = try await MariaDBServer.shared
      try await server.run(
        "create user '\(mark)'@'%' identified by 'secret'; grant all privileges on *.* to '\(mark)'@'%'"
      )
      return (
        [
          "authentication": [
            "authentication_method": "username_password", "username": .string(mark),
            "password": "secret",
          ]
        ],
        {
          let count = try await server.run(
            "select count(*) from information_schema.processlist where user = '\(mark)'"
          )
          return try #require(Int(count))
        }
      )
    }
  }
}
