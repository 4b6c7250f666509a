import DriverHost
import TestSupport
import Testing

@Suite("Partitions", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct PartitionTests {
  /// A host with a table of 1,000 rows: `n` from -500, `k` with nulls and values far apart, and a text.
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String) {
    let host = try await DatabaseHost(database)
    let table = host.table("p")
    try await host.set(up: "create table \(table) (n bigint, k bigint, s varchar(20))")
    let records: [Value] = (-500..<500).map { number in
      let far: Value = number % 10 == 0 ? .null : .int(Int64(number) * 18_000_000_000_000_000)
      return [.int(Int64(number)), far, .string("größe \(number)")]
    }
    try await host.run(
      "execute_many",
      ["table": .string(table), "rows": .list(records), "columns": ["n", "k", "s"]]
    )
    return (host, table)
  }

  /// The rows of a query in partitions, by the order of their first column.
  private func read(
    _ host: DatabaseHost,
    _ statement: String,
    _ partitions: ValueMap,
    _ more: ValueMap = [:]
  ) async throws -> [ValueMap] {
    var inputs = more
    inputs["partitions"] = .map(partitions)
    let rows = try await host.result(statement, inputs).rows
    return rows.sorted { ($0["n"]?.intValue ?? .min) < ($1["n"]?.intValue ?? .min) }
  }

  @Test(
    "by a column have the rows of the query, each once",
    arguments: TestDatabase.allCases,
    [(2, 1), (7, 8), (64, 4)]
  )
  func column(database: TestDatabase, how: (count: Int, parallel: Int)) async throws {
    let (host, table) = try await host(database)
    let statement = "select n, k, s from \(table)"
    let whole = try await host.result("\(statement) order by n").rows
    for column in ["n", "k"] {
      let rows = try await read(
        host,
        "\(statement); -- all",
        [
          "column": .string(column), "count": .int(Int64(how.count)),
          "parallel": .int(Int64(how.parallel)),
        ]
      )
      #expect(rows.count == whole.count)
      let same = rows == whole
      #expect(same)
    }
  }

  @Test(
    "with bounds have the rows beyond them too",
    arguments: TestDatabase.allCases,
    [(-10, 10), (Int64.min, Int64.max), (0, 0), (1000, 2000)] as [(Int64, Int64)]
  )
  func bounds(database: TestDatabase, bounds: (lower: Int64, upper: Int64)) async throws {
    let (host, table) = try await host(database)
    let rows = try await read(
      host,
      "select n from \(table)",
      ["column": "n", "count": 5, "lower": .int(bounds.lower), "upper": .int(bounds.upper)]
    )
    #expect(rows.map { $0["n"] } == (-500..<500).map { .int(Int64($0)) })
  }

  @Test("by conditions have the rows that meet them", arguments: TestDatabase.allCases)
  func predicates(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let rows = try await read(
      host,
      "select n from \(table)",
      ["predicates": ["n < -100", "n >= -100 and n < 100", "n >= 100"], "parallel": 3]
    )
    #expect(rows.map { $0["n"] } == (-500..<500).map { .int(Int64($0)) })
  }

  @Test("take the statement's parameters", arguments: TestDatabase.allCases)
  func parameters(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let rows = try await read(
      host,
      "select n from \(table) where n >= :low and s <> :s",
      ["column": "n", "count": 3],
      ["parameters": ["low": 490, "s": "größe 495"]]
    )
    #expect(rows.map { $0["n"] } == [490, 491, 492, 493, 494, 496, 497, 498, 499])
  }

  @Test("of no rows have their columns", arguments: TestDatabase.allCases)
  func empty(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let read = try await host.result(
      "select n, s from \(table) where n > 1000",
      ["partitions": ["column": "n", "count": 4]]
    )
    #expect(read.names == ["n", "s"] && read.rows.isEmpty)
  }

  @Test("of a column with nulls alone have them", arguments: TestDatabase.allCases)
  func nulls(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let statement = "select n, k from \(table) where k is null"
    #expect(try await read(host, statement, ["column": "k", "count": 4]).count == 100)
  }

  @Test("end at max_rows, whichever rows these are", arguments: TestDatabase.allCases)
  func maxRows(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    for (most, count, hasMore) in [
      (10, 10, true), (999, 999, true), (1000, 1000, false), (1001, 1000, false),
    ] {
      let done = try await host.run(
        "query",
        [
          "statement": .string("select n from \(table)"), "max_rows": .int(Int64(most)),
          "partitions": ["column": "n", "count": 4],
        ]
      )
      #expect(done["rows"].listValue?.count == count)
      #expect(done["has_more"] == (hasMore ? true : .null), "\(most)")
    }
  }

  @Test(
    "are refused for what changes rows, and for the first of them",
    arguments: TestDatabase.allCases
  )
  func refused(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let partitions: Value = ["column": "n", "count": 2]
    let change = try await host.failure(
      "query",
      ["statement": .string("delete from \(table)"), "partitions": partitions]
    )
    #expect(change.code == .invalidInput && change.pointer?.description == "/partitions")
    for fetch in ["scalar", "first_row"] {
      let first = try await host.failure(
        "query",
        [
          "statement": .string("select n from \(table)"), "partitions": partitions,
          "fetch": .string(fetch),
        ]
      )
      #expect(first.code == .invalidInput && first.pointer?.description == "/partitions")
    }
    let bounds = try await host.failure(
      "query",
      [
        "statement": .string("select n from \(table)"),
        "partitions": ["column": "n", "count": 2, "lower": 2, "upper": 1],
      ]
    )
    #expect(bounds.code == .invalidInput && bounds.pointer?.description == "/partitions/lower")
    #expect(try await host.scalar("select count(*) from \(table)") == 1000)
  }

  @Test(
    "by a column that is no number are refused",
    arguments: [TestDatabase.postgreSQL, .mariaDB]
  )
  func noNumber(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let error = try await host.failure(
      "query",
      [
        "statement": .string("select n, s from \(table)"),
        "partitions": ["column": "s", "count": 2],
      ]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/partitions/column")
  }

  @Test("of which one fails leave no connection behind", arguments: [false, true])
  func connections(isWrong: Bool) async throws {
    let (host, table) = try await host(.postgreSQL)
    let server = try await PostgreSQLServer.shared
    let name = host.table("partitions")
    @Sendable func count() async throws -> String {
      try await server.run(
        "select count(*) from pg_stat_activity where application_name = '\(name)'"
      ).trimmed
    }
    let inputs: ValueMap = [
      "statement": .string("select n from \(table)"),
      "init_statements": [.string("set application_name to '\(name)'")],
      "partitions": [
        "predicates": ["n < 0", "n = 0", "n = 1", isWrong ? "1 / (n - n) = 1" : "n > 1"],
        "parallel": 4,
      ],
    ]
    if isWrong {
      let error = try await host.failure("query", inputs)
      #expect(error.vendorState == "22012" && error.message.contains("zero"))
    } else {
      #expect(try await host.run("query", inputs)["rows"].listValue?.count == 1000)
    }
    // The session's own is kept for the next call, and no other one.
    try await eventually("the others are gone") { try await count() == "1" }
    #expect(await host.host.close().isClean)
    try await eventually("all are gone") { try await count() == "0" }
  }
}

extension String {
  fileprivate var trimmed: String { split(whereSeparator: \.isWhitespace).joined() }
}
