import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "Databases that are not there, or go away",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct FaultTests {
  private let name = "f\(UInt32.random(in: 0...UInt32.max))"

  // MARK: - On the way in

  @Test(
    "turn a wrong password and an unknown user away as unauthenticated",
    arguments: TestDatabase.servers
  )
  func wrongLogin(_ database: TestDatabase) async throws {
    let port = try await database.sharedPort
    for (user, password) in [("tester", "wr0ng-canary"), ("nobody_here", "wr0ng-canary")] {
      let host = try FaultHost(database.serverInputs(port: port, user: user, password: password))
      let error = try await host.failure("query", ["statement": "select 1"])
      #expect(error.code == .unauthenticated && !error.isRetryable, "\(error.debugDescription)")
      #expect(error.message.contains("check user name and password"))
      let all =
        "\(error.debugDescription) \(error.detail ?? "") \(String(describing: error.details))"
      #expect(!all.contains("canary") && !host.log.contains("canary"))
    }
  }

  @Test("say that there is no such database", arguments: TestDatabase.servers)
  func unknownDatabase(_ database: TestDatabase) async throws {
    let port = try await database.sharedPort
    let host = try FaultHost(database.serverInputs(port: port, database: "no_such_base"))
    let error = try await host.failure("query", ["statement": "select 1"])
    #expect(
      error.code == .notFound && error.message.contains("no_such_base"),
      "\(error.debugDescription)"
    )
    #expect(!error.isRetryable)
  }

  @Test("are unavailable behind a port that nobody listens on", arguments: TestDatabase.servers)
  func refused(_ database: TestDatabase) async throws {
    let server = try TCPFaultServer(.refuses)
    let host = try FaultHost(database.serverInputs(port: server.port))
    let error = try await host.failure("query", ["statement": "select 1"])
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
    #expect(error.message.contains("127.0.0.1"))
  }

  @Test("are unavailable where the server hangs up at once", arguments: TestDatabase.servers)
  func hungUp(_ database: TestDatabase) async throws {
    let server = try TCPFaultServer(.runs { $0.close() })
    defer { server.stop() }
    let host = try FaultHost(database.serverInputs(port: server.port))
    let error = try await host.failure("query", ["statement": "select 1"], timeout: .seconds(30))
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
  }

  @Test("say what is wrong with a driver, or that there is none")
  func drivers() async throws {
    for (driver, part) in [
      ("No such driver", "SQLite3"), ("Missing library", "/nonexistent/libmissing.so"),
      ("Not a library", "Package.swift"), ("Unnamed library", "Unnamed library"),
      ("Not a driver", "Not a driver"), ("/nonexistent/libother.so", "/nonexistent/libother.so"),
    ] {
      let host = try FaultHost(["driver": .string(driver)])
      let error = try await host.failure("query", ["statement": "select 1"])
      #expect(
        error.message.contains(part)
          && [.notFound, .unavailable, .unsupported].contains(error.code),
        "\(driver): \(error.debugDescription)"
      )
      #expect(!error.isRetryable, "\(driver)")
    }
  }

  @Test("name the library that a driver needs and that is not there")
  func missingNeed() async throws {
    let folder = try TemporaryFolder()
    try folder.write("int one(void) { return 1; }\n", to: "needed.c")
    try folder.write("int one(void); int SQLConnect(void) { return one(); }\n", to: "driver.c")
    let (needed, driver) = (folder.file("libneeded-canary.so"), folder.file("libdriver.so"))
    try await Command.check("cc", ["-shared", "-fPIC", "-o", needed, folder.file("needed.c")])
    try await Command.check(
      "cc",
      [
        "-shared", "-fPIC", "-o", driver, folder.file("driver.c"), "-L", folder.path,
        "-lneeded-canary",
      ]
    )
    try FileManager.default.removeItem(atPath: needed)
    let host = try FaultHost(["driver": .string(driver)])
    let error = try await host.failure("query", ["statement": "select 1"])
    #expect(error.message.contains("libneeded-canary.so"), "\(error.debugDescription)")
  }

  @Test("are not found behind a data source that is not there")
  func noDataSource() async throws {
    let host = try FaultHost(["dsn": "nowhere at all"])
    let error = try await host.failure("query", ["statement": "select 1"])
    #expect(
      error.code == .notFound && error.message.contains("`drivers`"),
      "\(error.debugDescription)"
    )
  }

  @Test("are the same behind a data source as by their driver", arguments: TestDatabase.servers)
  func dataSource(_ database: TestDatabase) async throws {
    let source =
      database == .postgreSQL
      ? try await PostgreSQLServer.shared.dataSource("\(name) x")
      : try await MariaDBServer.shared.dataSource("\(name) x")
    try ODBCConfiguration.shared.add(source)
    let host = try FaultHost(["dsn": .string(source.name)])
    let type = database == .postgreSQL ? "timestamptz" : "timestamp"
    let table = "t_\(name)"
    try await host.run(
      "execute",
      ["statement": .string("create table \(table) (t \(type), s varchar(20), b boolean)")]
    )
    try await host.run(
      "execute",
      ["statement": .string("insert into \(table) values ('2024-02-29 12:00:00', 'größe 😀', true)")]
    )
    let row = try await host.query("select * from \(table)", ["fetch": "first_row"])["row"]
    // What is known of a driver holds for its data sources: the zone, the encoding, what a boolean is.
    #expect(row["t"] == "2024-02-29T12:00:00Z" && row["s"] == "größe 😀")
    #expect(row["b"] == (database == .postgreSQL ? true : 1))
    try await host.run("execute", ["statement": .string("drop table \(table)")])
  }

  // MARK: - Silence

  @Test("that take a connection and say nothing cost login_timeout")
  func loginTimeout() async throws {
    let server = try TCPFaultServer(.stalls)
    defer { server.stop() }
    // MariaDB's driver has it for the connection alone.
    let host = try FaultHost(TestDatabase.postgreSQL.serverInputs(port: server.port))
    let error = try await host.failure(
      "query",
      ["statement": "select 1", "login_timeout": 2],
      timeout: .seconds(60)
    )
    #expect(
      [.timedOut, .unavailable].contains(error.code) && error.isRetryable,
      "\(error.debugDescription)"
    )
    #expect(!error.message.contains("deadline"))
    try await host.settles()
  }

  @Test(
    "that say nothing cost their own call alone, and a thread until they hang up",
    arguments: TestDatabase.servers
  )
  func blackHole(_ database: TestDatabase) async throws {
    let server = try TCPFaultServer(.stalls)
    defer { server.stop() }
    var inputs = database.serverInputs(port: server.port)
    inputs["login_timeout"] = 600
    let host = try FaultHost(inputs)
    // What is looked up once is looked up by now, so that the time is up within the driver.
    try await host.query("select 1", ["port": .int(Int64(try await database.sharedPort))])
    let error = try await host.failure(
      "query",
      ["statement": "select 1"],
      timeout: .seconds(1)
    )
    #expect(
      error.code == .timedOut && error.message.contains("given up"),
      "\(error.debugDescription)"
    )
    #expect(host.host.statistics.wedgedThreads == 1)
    // Others go on meanwhile.
    let other = try await host.query(
      "select 1 as n",
      ["port": .int(Int64(try await database.sharedPort)), "fetch": "scalar"]
    )
    #expect(other["result"] == 1)
    server.stop()
    try await host.settles()
    #expect(await host.host.close().isClean)
  }

  @Test("that fall silent among rows cost their own call alone", arguments: TestDatabase.servers)
  func silence(_ database: TestDatabase) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    try await host.query("select 1")
    proxy.hold()
    let error = try await host.failure(
      "query",
      ["statement": .string(database.rows(100_000, name))],
      timeout: .milliseconds(300)
    )
    #expect(
      error.code == .timedOut && error.message.contains("given up"),
      "\(error.debugDescription)"
    )
    #expect(host.host.statistics.wedgedThreads >= 1)
    proxy.cut()
    try await host.settles()
    let next = try await host.query("select 7 as n", ["fetch": "scalar"])
    #expect(next["result"] == 7 && host.opened == 2)
    #expect(await host.host.close().isClean)
  }

  // MARK: - Lost on the way

  /// Reads rows as a consumer does that keeps what it got.
  private func read(
    _ host: FaultHost,
    _ statement: String,
    at batch: Int = 1,
    _ then: @escaping @Sendable () async throws -> Void
  ) async throws -> (error: HostError, rows: Int, isWhole: Bool) {
    let rows = Locked(0)
    let isWhole = Locked(false)
    let error = try await host.failure(
      "query",
      ["statement": .string(statement)],
      timeout: .seconds(60)
    ) { options in
      options.onRows = { stream in
        var batches = 0
        while let next = try await stream.next() {
          rows.with { $0 += next.rowCount }
          batches += 1
          if batches == batch { try await then() }
        }
        isWhole.with { $0 = true }
      }
    }
    return (error, rows.with { $0 }, isWhole.with { $0 })
  }

  @Test("whose server is killed among rows end these in an error, and come back with it")
  func killedAmongRows() async throws {
    let server = try await DatabaseServer(.postgreSQL)
    let host = try FaultHost(server.inputs())
    let (error, rows, isWhole) = try await read(host, TestDatabase.postgreSQL.rows(1_000_000, name))
    {
      server.kill()
    }
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
    #expect(!isWhole && 1..<1_000_000 ~= rows)
    try await host.settles()
    let next = try await host.failure("query", ["statement": "select 1"])
    #expect(next.code == .unavailable && next.isRetryable, "\(next.debugDescription)")
    #expect(host.opened == 2)
    let other = try await DatabaseServer(.postgreSQL)
    let again = try await host.query(
      "select 7 as n",
      ["port": .int(Int64(other.port)), "fetch": "scalar"]
    )
    #expect(again["result"] == 7)
  }

  @Test("whose server is killed in a statement are unavailable", arguments: TestDatabase.servers)
  func killedInStatement(_ database: TestDatabase) async throws {
    let server = try await DatabaseServer(database)
    let host = try FaultHost(server.inputs())
    for action in ["query", "execute"] {
      let call = Task {
        try await host.run(action, ["statement": .string(database.slow(name))])
      }
      try await Task.sleep(for: .milliseconds(300))
      server.kill()
      let error = await #expect(throws: HostError.self) { try await call.value }
      #expect(
        error?.code == .unavailable && error?.isRetryable == true,
        "\(error!.debugDescription)"
      )
    }
    try await host.settles()
  }

  @Test(
    "whose connection is cut among rows end these in an error, and are there with the next call",
    arguments: TestDatabase.servers,
    [10_000, 200_000, 3_000_000]
  )
  func cutAmongRows(_ database: TestDatabase, after bytes: Int) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    try await host.query("select 1")
    proxy.cut(after: bytes)
    let (error, rows, isWhole) = try await read(host, database.rows(60_000, name)) {}
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
    #expect(!isWhole && rows < 60_000)
    try await host.settles()
    let next = try await host.query("select 7 as n", ["fetch": "scalar"])
    #expect(next["result"] == 7 && host.opened == 2)
    #expect(host.host.statistics.drivers["ODBC"]?.misuses == 0)
  }

  @Test(
    "whose connection is cut in a write do not ask for the same again",
    arguments: TestDatabase.servers
  )
  func cutInWrite(_ database: TestDatabase) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    let table = "t_\(name)"
    try await database.runShared("create table \(table) (n integer)")
    let sleep = database == .postgreSQL ? "(select count(pg_sleep(1)))" : "sleep(1)"
    let first = "insert into \(table) values (1)"
    let second = "insert into \(table) values (\(sleep))"
    let writes: [(String, ValueMap)] = [
      ("execute", ["statement": .string(second)]),
      ("query", ["statement": .string(second)]),
      ("script", ["script": .string("\(first); \(second)")]),
      ("script", ["transaction": false, "script": .string("\(first); select \(sleep)")]),
    ]
    for (action, inputs) in writes {
      try await host.query("select 1")
      let call = Task { try await host.run(action, inputs) }
      try await Task.sleep(for: .milliseconds(300))
      proxy.cut()
      let error = await #expect(throws: HostError.self) { try await call.value }
      #expect(
        error?.code == .unavailable && error?.isRetryable == false,
        "\(action): \(error!.debugDescription)"
      )
      try await host.settles()
    }
    try await database.runShared("drop table \(table)")
  }

  @Test(
    "whose connection is cut in a bulk load keep nothing of it",
    arguments: TestDatabase.servers
  )
  func cutInBulkLoad(_ database: TestDatabase) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    let table = "t_\(name)"
    try await database.runShared("create table \(table) (id integer)")
    let records = (0..<400).map { Value.map(["id": .int(Int64($0))]) }
    for keeps in [false, true] {
      let error = try await host.failure(
        "execute_many",
        [
          "table": .string(table), "rows": .list(records), "chunk_rows": 20,
          "keep_before_error": .bool(keeps),
        ]
      ) { options in
        options.onProgress = { progress in if progress.done == 200 { proxy.cut() } }
      }
      #expect(error.code == .unavailable && !error.isRetryable, "\(error.debugDescription)")
      try await host.settles()
      try await eventually("the server has noticed") {
        try await database.runShared("select count(*) from \(table)") == "0"
      }
    }
    let next = try await host.query("select count(*) as n from \(table)", ["fetch": "scalar"])
    #expect(next["result"] == 0 && host.opened == 3)
    try await database.runShared("drop table \(table)")
  }

  @Test("whose partitions are cut end all of them in an error", arguments: TestDatabase.servers)
  func cutPartitions(_ database: TestDatabase) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    try await host.query("select 1")
    proxy.cut(after: 5_000_000)
    let error = try await host.failure(
      "query",
      [
        "statement": .string(database.rows(200_000, name)),
        "partitions": ["column": "id", "count": 4, "lower": 1, "upper": 200_000],
      ],
      timeout: .seconds(60)
    ) { options in
      options.onRows = { stream in while try await stream.next() != nil {} }
    }
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
    try await host.settles()
    #expect(try await host.query("select 7 as n", ["fetch": "scalar"])["result"] == 7)
  }

  // MARK: - Between calls

  @Test(
    "whose connection is lost between calls say so in a way to be tried again, and then work",
    arguments: TestDatabase.servers
  )
  func lostBetweenCalls(_ database: TestDatabase) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    try await host.query("select 1")
    proxy.cut()
    let error = try await host.failure("query", ["statement": "select 1"])
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
    let next = try await host.query("select 7 as n", ["fetch": "scalar"])
    #expect(next["result"] == 7 && host.opened == 2)
  }

  @Test("are checked when nobody has used them for a while", arguments: TestDatabase.servers)
  func checked(_ database: TestDatabase) async throws {
    let proxy = try TCPProxy(to: try await database.sharedPort)
    let host = try FaultHost(database.serverInputs(port: proxy.port)) {
      $0.sessions.checkAfter = .zero
    }
    for opened in 1...3 {
      for _ in 0..<2 {
        let result = try await host.query("select 7 as n", ["fetch": "scalar"])
        #expect(result["result"] == 7 && host.opened == opened)
      }
      proxy.cut()
    }
  }

  @Test("that shut down and come back take the next call but one", arguments: TestDatabase.servers)
  func shutDown(_ database: TestDatabase) async throws {
    let (first, second) = (try await DatabaseServer(database), try await DatabaseServer(database))
    let proxy = try TCPProxy(to: first.port)
    let host = try FaultHost(database.serverInputs(port: proxy.port))
    try await host.query("select 1")
    try await first.shutDown()
    proxy.lead(to: second.port)
    let error = try await host.failure("query", ["statement": "select 1"])
    #expect(error.code == .unavailable && error.isRetryable, "\(error.debugDescription)")
    #expect(try await host.query("select 7 as n", ["fetch": "scalar"])["result"] == 7)
  }

  // MARK: - Deadlocks

  @Test(
    "that end a transaction for a deadlock say that it may be tried again",
    arguments: TestDatabase.servers
  )
  func deadlock(_ database: TestDatabase) async throws {
    let host = try FaultHost(database.serverInputs(port: try await database.sharedPort))
    let table = "t_\(name)"
    try await database.runShared(
      "create table \(table) (id integer primary key, n integer); insert into \(table) values (1, 0), (2, 0)"
    )
    let sleep = database == .postgreSQL ? "select pg_sleep(0.7)" : "do sleep(0.7)"
    func script(_ first: Int, _ second: Int) -> ValueMap {
      [
        "script": .string(
          """
          update \(table) set n = n + 1 where id = \(first);
          \(sleep);
          update \(table) set n = n + 1 where id = \(second);
          """
        )
      ]
    }
    let calls = [
      Task { try await host.run("script", script(1, 2)) },
      Task { try await host.run("script", script(2, 1)) },
    ]
    var errors: [HostError] = []
    for call in calls {
      if case .failure(let error) = await call.result {
        errors.append(try #require(error as? HostError))
      }
    }
    #expect(errors.count == 1)
    let error = try #require(errors.first)
    #expect(error.code == .conflict && error.isRetryable, "\(error.debugDescription)")
    #expect(error.vendorState == (database == .postgreSQL ? "40P01" : "40001"))
    #expect(error.outputs["committed"] == false)
    // What was done by the other one stays, and what this one did is undone.
    let sum = try await host.query("select sum(n) as n from \(table)", ["fetch": "scalar"])
    #expect("\(sum["result"])".contains("2"))
    try await database.runShared("drop table \(table)")
  }

  @Test(
    "that end a load for a deadlock keep nothing of it, and say so",
    arguments: TestDatabase.servers
  )
  func deadlockOfLoads(_ database: TestDatabase) async throws {
    let host = try FaultHost(database.serverInputs(port: try await database.sharedPort))
    let table = "t_\(name)"
    try await database.runShared(
      "create table \(table) (id integer primary key, n integer); insert into \(table) values (1, 0), (2, 0)"
    )
    let sleep = database == .postgreSQL ? "(select count(pg_sleep(0.7))) - 1" : "sleep(0.7)"
    func load(_ first: Int64, _ second: Int64) -> ValueMap {
      [
        "statement": .string("update \(table) set n = n + 1 + \(sleep) where id = :id"),
        "rows": [["id": .int(first)], ["id": .int(second)]], "chunk_rows": 1,
        "keep_before_error": true,
      ]
    }
    let calls = [
      Task { try await host.run("execute_many", load(1, 2)) },
      Task { try await host.run("execute_many", load(2, 1)) },
    ]
    var errors: [HostError] = []
    for call in calls {
      if case .failure(let error) = await call.result {
        errors.append(try #require(error as? HostError))
      }
    }
    #expect(errors.count == 1)
    let error = try #require(errors.first)
    #expect(error.code == .conflict && error.isRetryable, "\(error.debugDescription)")
    #expect(error.vendorState == (database == .postgreSQL ? "40P01" : "40001"))
    #expect(error.outputs["row_count"] == 0)
    #expect(error.message.hasSuffix("the transaction was undone"))
    let sum = try await host.query("select sum(n) as n from \(table)", ["fetch": "scalar"])
    #expect("\(sum["result"])".contains("2"))
    try await database.runShared("drop table \(table)")
  }
}
