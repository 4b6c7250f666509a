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

  @Test(
    "in a file leave those in front of them, wherever these stand in a chunk",
    arguments: TestDatabase.allCases
  )
  func insideChunk(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let csv = try host.folder.write("id,s\n101,a\n102,b\n103,c,d\n104,e\n", to: "inside.csv")
    let ndjson = try host.folder.write(
      "{\"id\":201}\n{\"id\":202}\n{\"id\":\"x\",\"id\":203}\n{\"id\":204}\n",
      to: "inside.ndjson"
    )
    var bytes = try Base64.decode(ArrowStreamSamples.texts.text, ignoringWhiteSpace: true)
    let umlaut = try #require(bytes.firstRange(of: [0xC3, 0xA4] as [UInt8]))
    bytes[umlaut.lowerBound + 1] = 0x41
    let arrow = try host.folder.write(bytes, to: "inside.arrow")
    let texts = host.table("t")
    try await host.set(up: "create table \(texts) (a varchar(20), b varchar(20), c varchar(20))")
    for (file, format, target) in [
      (csv, "csv", table), (ndjson, "ndjson", table), (arrow, "arrow", texts),
    ] {
      for keeps in [false, true] {
        let error = try await host.failure(
          "execute_many",
          [
            "table": .string(target), "source": .string(file), "format": .string(format),
            "keep_before_error": .bool(keeps),
          ]
        )
        #expect(error.outputs["failed_record"] == 3, "\(format)")
        #expect(error.outputs["row_count"] == (keeps ? 2 : 0), "\(format)")
      }
    }
    #expect(try await ids(host, table) == [5, 101, 102, 201, 202])
    #expect(try await host.scalar("select count(*) from \(texts)") == 2)
  }

  @Test(
    "at the end of the transaction alone undo all of it, and say so",
    arguments: [TestDatabase.postgreSQL, .sqlite]
  )
  func atCommit(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let child = host.table("c")
    try await host.set(
      up:
        "create table \(child) (id integer references \(table) (id) deferrable initially deferred)"
    )
    if database == .sqlite { try await host.set(up: "pragma foreign_keys = on") }
    let error = try await host.failure(
      "execute_many",
      ["table": .string(child), "rows": [["id": 5], ["id": 6]], "keep_before_error": true]
    )
    #expect(error.outputs["row_count"] == 0, "\(error.debugDescription)")
    #expect(error.message.hasSuffix("the transaction was undone"))
    #expect(try await host.scalar("select count(*) from \(child)") == 0)
    // The connection is back to one transaction for each statement.
    try await host.set(up: "insert into \(child) values (5)")
    #expect(try await host.scalar("select count(*) from \(child)") == 1)
  }

  @Test("with U+0000 in a text arrive whole, or are refused", arguments: TestDatabase.allCases)
  func zero(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let file = try host.folder.write(
      "{\"id\":1,\"s\":\"x\"}\n{\"id\":2,\"s\":\"ab\\u0000cd\"}\n",
      to: "zero.ndjson"
    )
    let inputs: ValueMap = [
      "table": .string(table), "source": .string(file), "format": "ndjson",
    ]
    guard database != .postgreSQL else {
      // It would be `ab`.
      let error = try await host.failure("execute_many", inputs)
      #expect(error.code == .invalidInput && error.pointer?.description == "/source")
      #expect(error.message.hasPrefix("record 2: ") && error.message.contains("U+0000"))
      #expect(try await ids(host, table) == [5])
      return
    }
    try await host.run("execute_many", inputs)
    let hex = database == .sqlite ? "hex(cast(s as blob))" : "hex(s)"
    #expect(try await host.scalar("select \(hex) from \(table) where id = 2") == "6162006364")
  }

  @Test("that fill the database are counted as they are there")
  func full() async throws {
    let host = try await DatabaseHost(.sqlite)
    let table = host.table("f")
    try await host.set(
      up: "create table \(table) (id integer primary key, s varchar(9000))",
      "pragma max_page_count = 40"
    )
    let long: Value = .string(String(repeating: "x", count: 3000))
    let records: [Value] = (1...100).map { ["id": .int($0), "s": long] }
    let error = try await host.failure(
      "execute_many",
      [
        "table": .string(table), "rows": .list(records), "chunk_rows": 5,
        "keep_before_error": true,
      ]
    )
    #expect(error.message.contains("full"), "\(error.debugDescription)")
    #expect(try await host.scalar("select count(*) from \(table)") == error.outputs["row_count"])
  }

  @Test("are told of with what has no place among the other inputs")
  func misplaced() async throws {
    let (host, table) = try await host(.sqlite)
    let name: Value = .string(table)
    let file = try host.folder.write("{\"id\":1}\n", to: "a.ndjson")
    let arrow = try host.folder.write(
      try Base64.decode(ArrowStreamSamples.signed.text, ignoringWhiteSpace: true),
      to: "a.arrow"
    )
    let wrong: [(ValueMap, String)] = [
      (["table": name, "rows": [["id": 1]], "format": "ndjson"], "/format"),
      (["table": name, "rows": [["id": 1]], "csv": ["header": false]], "/csv"),
      (
        ["table": name, "source": .string(file), "format": "ndjson", "csv": ["header": false]],
        "/csv"
      ),
      (["table": name, "source": .string(arrow), "format": "arrow", "columns": ["id"]], "/source"),
      (
        ["statement": "update t set a = :a /* where id = :id", "rows": [["a": 1, "id": 2]]],
        "/statement"
      ),
    ]
    for (inputs, pointer) in wrong {
      let error = try await host.failure("execute_many", inputs)
      #expect(
        error.code == .invalidInput && error.pointer?.description == pointer,
        "\(error.debugDescription)"
      )
    }
    #expect(try await ids(host, table) == [5])
  }

  @Test("are told apart by the bytes of their names")
  func names() async throws {
    let (host, _) = try await host(.sqlite)
    let table = host.table("n")
    try await host.set(up: "create table \(table) (\"é\" integer, \"e\u{301}\" integer)")
    let error = try await host.failure(
      "execute_many",
      [
        "table": .string(table), "columns": ["é"],
        "rows": [["é": 1, "e\u{301}": 2], ["é": 3]],
      ]
    )
    #expect(error.code == .invalidInput && error.pointer?.description == "/rows/0")
    #expect(error.message.contains("the input columns has none"))
    try await host.run(
      "execute_many",
      [
        "table": .string(table),
        "rows": [["e\u{301}": 2, "é": 1], ["é": 3], ["e\u{301}": 4]],
      ]
    )
    let one = "select count(*) from \(table) where \"é\" = 1 and \"e\u{301}\" = 2"
    #expect(try await host.scalar(one) == 1)
    let others = "select count(*) from \(table) where \"é\" = 3 or \"e\u{301}\" = 4"
    #expect(try await host.scalar(others) == 2)
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
