import DriverHost
import TestSupport
import Testing

@Suite(
  "Records that fail",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct BulkErrorTests {
  /// A host with a table whose record of the id 5 is there.
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String) {
    let host = try await DatabaseHost(database)
    let table = host.table("e")
    try await host.set(
      up: "create table \(table) (id integer primary key, s varchar(9))",
      "insert into \(table) values (5, 'five')"
    )
    return (host, table)
  }

  private func ids(_ host: DatabaseHost, _ table: String) async throws -> [Value] {
    try await host.result("select id from \(table) order by id").values("id")
  }

  @Test(
    "are named, and undo all or keep what came before",
    arguments: TestDatabase.allCases,
    [(false, 1), (false, 3), (false, 1000), (true, 1), (true, 3), (true, 1000)]
  )
  func duplicate(database: TestDatabase, how: (keeps: Bool, chunk: Int)) async throws {
    let (host, table) = try await host(database)
    // The sixth record is the one that is there already.
    let records: [Value] = [10, 11, 12, 13, 14, 5, 15, 16].map { ["id": $0, "s": "x"] }
    let error = try await host.failure(
      "execute_many",
      [
        "table": .string(table), "rows": .list(records), "keep_before_error": .bool(how.keeps),
        "chunk_rows": .int(Int64(how.chunk)),
      ]
    )
    #expect(error.message.contains("record 6"))
    #expect(error.outputs["failed_record"] == 6)
    #expect(error.outputs["row_count"] == (how.keeps ? 5 : 0))
    let kept: [Value] = how.keeps ? [5, 10, 11, 12, 13, 14] : [5]
    #expect(try await ids(host, table) == kept)
    // The connection is back to one transaction for each statement.
    try await host.set(up: "insert into \(table) values (99, 'y')")
    #expect(try await ids(host, table) == kept + [99])
  }

  @Test(
    "of a type that the column does not take are named too",
    arguments: [TestDatabase.postgreSQL, .mariaDB]
  )
  func misfit(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let error = try await host.failure(
      "execute_many",
      [
        "table": .string(table),
        "rows": [["id": 1, "s": "a"], ["id": 2, "s": "longer than nine"], ["id": 3, "s": "c"]],
        "keep_before_error": true,
      ]
    )
    #expect(error.outputs["failed_record"] == 2)
    #expect(try await ids(host, table) == [1, 5])
  }

  @Test("are refused with a column that the table does not have", arguments: TestDatabase.allCases)
  func unknownColumn(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let error = try await host.failure(
      "execute_many",
      ["table": .string(table), "rows": [["id": 1, "nothing": 2]]]
    )
    #expect(error.message.contains("nothing"))
    #expect(try await ids(host, table) == [5])
  }

  @Test("are named by record and line where a file is wrong", arguments: TestDatabase.allCases)
  func wrongFile(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let csv = try host.folder.write("id,s\n1,\"a\nb\"\n2,b\n3,c,d\n", to: "wrong.csv")
    let error = try await host.failure(
      "execute_many",
      ["table": .string(table), "source": .string(csv)]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/source")
    #expect(error.message.contains("record 3") && error.message.contains("line 5"))
    let ndjson = try host.folder.write("{\"id\": 1}\n{\"id\": 2\n", to: "wrong.ndjson")
    let other = try await host.failure(
      "execute_many",
      ["table": .string(table), "source": .string(ndjson), "format": "ndjson"]
    )
    #expect(other.code == .invalidInput && other.message.contains("line 2"))
    let arrow = try await host.failure(
      "execute_many",
      ["table": .string(table), "source": .string(ndjson), "format": "arrow"]
    )
    #expect(arrow.code == .invalidInput && arrow.pointer?.description == "/source")
    #expect(try await ids(host, table) == [5])
  }

  @Test("in a file undo the chunks in front of them too", arguments: TestDatabase.allCases)
  func afterChunks(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    var text = "id,s\n"
    for number in 100..<600 { text += "\(number),x\n" }
    let file = try host.folder.write(text + "600,x,y\n601,z\n", to: "late.csv")
    let inputs: ValueMap = [
      "table": .string(table), "source": .string(file), "chunk_rows": 50,
    ]
    let error = try await host.failure("execute_many", inputs)
    #expect(error.message.contains("record 501"))
    #expect(try await ids(host, table) == [5])
    var keeping = inputs
    keeping["keep_before_error"] = true
    _ = try await host.failure("execute_many", keeping)
    #expect(try await host.scalar("select count(*) from \(table)") == 501)
  }

  @Test("are given once: as rows, or as a file")
  func sources() async throws {
    let (host, table) = try await host(.sqlite)
    let file = try host.folder.write("id\n1\n", to: "a.csv")
    let name: Value = .string(table)
    let wrong: [ValueMap] = [
      ["table": name], ["table": name, "rows": [["id": 1]], "source": .string(file)],
      ["rows": [["id": 1]]],
      ["table": name, "statement": "insert into t values (?)", "rows": [["id": 1]]],
      ["table": name, "rows": [["id": 1]], "types": ["nothing": "date"]],
    ]
    for inputs in wrong {
      #expect(try await host.failure("execute_many", inputs).code == .invalidInput)
    }
    #expect(try await ids(host, table) == [5])
  }

  @Test("are none where there are none", arguments: TestDatabase.allCases)
  func none(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let file = try host.folder.write("id,s\n", to: "empty.csv")
    let done = try await host.run(
      "execute_many",
      ["table": .string(table), "source": .string(file)]
    )
    #expect(done["row_count"] == 0)
  }
}
