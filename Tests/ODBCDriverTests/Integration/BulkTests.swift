import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Loading", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct BulkTests {
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String) {
    let host = try await DatabaseHost(database)
    let table = host.table("b")
    try await host.set(
      up: """
        create table \(table) (id integer primary key, s varchar(40), d double precision,
          m \(database.timestamp), x decimal(20, 4))
        """
    )
    return (host, table)
  }

  private func load(
    _ host: DatabaseHost,
    _ table: String,
    _ inputs: ValueMap
  ) async throws(HostError) -> ConnectionResult {
    var all = inputs
    all["table"] = .string(table)
    return try await host.run("execute_many", all)
  }

  private func rows(_ host: DatabaseHost, _ table: String, _ columns: String = "id, s") async throws
    -> Value
  {
    try #require(try await host.rows("select \(columns) from \(table) order by id"))
  }

  // MARK: - Where records come from

  @Test(
    "takes records from maps and from lists, each column of its own kind",
    arguments: TestDatabase.allCases
  )
  func inputs(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let maps = try await load(
      host,
      table,
      [
        "rows": [
          ["id": 1, "s": "größe 😀", "d": 0.5, "m": "2024-02-29 12:00:00.5", "x": exact("1.25")],
          ["id": 2, "d": -1e300], ["s": "", "id": 3, "d": .null, "x": exact("-12345678.5")],
        ],
        "types": ["m": "timestamp"],
      ]
    )
    #expect(maps["row_count"] == 3)
    let lists = try await load(
      host,
      table,
      ["rows": [["a", 4], [.null, 5]], "columns": ["s", "id"]]
    )
    #expect(lists["row_count"] == 2)
    let read = try await host.result("select id, s, d, m from \(table) order by id").rows
    #expect(read.map { $0["id"] } == [1, 2, 3, 4, 5])
    #expect(read.map { $0["s"] } == ["größe 😀", .null, "", "a", .null])
    #expect(read.map { $0["d"] } == [0.5, .double(-1e300), .null, .null, .null])
    #expect(read[0]["m"]?.stringValue?.hasPrefix("2024-02-29T12:00:00.5") == true)
    if database != .sqlite {
      let decimals = try await host.result("select x from \(table) order by id").values("x")
      #expect(decimals == [exact("1.2500"), .null, exact("-12345678.5000"), .null, .null])
    }
  }

  @Test("takes CSV from a file", arguments: TestDatabase.allCases)
  func csv(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let plain = try host.folder.write(
      "id,s,d\r\n1,\"größe, \"\"😀\"\"\",0.5\r\n2,,\n3,\"\",-2\n",
      to: "plain.csv"
    )
    #expect(try await load(host, table, ["source": .string(plain)])["row_count"] == 3)
    let bare = try host.folder.write("'x;y';4\nNA;5\n'NA';6\n", to: "bare.csv")
    try await _ = load(
      host,
      table,
      [
        "source": .string(bare), "columns": ["s", "id"],
        "csv": ["header": false, "delimiter": ";", "quote": "'", "null": "NA"],
      ]
    )
    #expect(
      try await rows(host, table, "id, s, d") == [
        ["id": 1, "s": "größe, \"😀\"", "d": 0.5], ["id": 2, "s": .null, "d": .null],
        ["id": 3, "s": "", "d": -2.0], ["id": 4, "s": "x;y", "d": .null],
        ["id": 5, "s": .null, "d": .null], ["id": 6, "s": "NA", "d": .null],
      ]
    )
  }

  @Test("takes objects from the lines of a file", arguments: TestDatabase.allCases)
  func ndjson(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    let file = try host.folder.write(
      "{\"id\": 1, \"s\": \"größe \\ud83d\\ude00\"}\n\n{\"s\": null, \"id\": 2}\n{\"id\": 3}",
      to: "a.ndjson"
    )
    let done = try await load(host, table, ["source": .string(file), "format": "ndjson"])
    #expect(done["row_count"] == 3)
    #expect(
      try await rows(host, table) == [
        ["id": 1, "s": "größe 😀"], ["id": 2, "s": .null], ["id": 3, "s": .null],
      ]
    )
  }

  @Test("sends long texts among many short ones", arguments: TestDatabase.allCases)
  func longAmongShort(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("l")
    let long = database == .mariaDB ? "longtext" : "text"
    try await host.set(up: "create table \(table) (id integer primary key, s \(long))")
    var text = "id,s\n"
    for id in 1...3000 {
      let count = id % 1000 == 7 ? 400_000 : 1 + id % 4
      text += "\(id),\(String(repeating: "é", count: count))\n"
    }
    let file = try host.folder.write(text, to: "long.csv")
    #expect(try await load(host, table, ["source": .string(file)])["row_count"] == 3000)
    let length = database == .mariaDB ? "char_length(s)" : "length(s)"
    let isLong = "from \(table) where \(length) = 400000"
    #expect(try await host.scalar("select count(*) \(isLong)") == 3)
    for count: Int64 in 1...4 {
      let isShort = "from \(table) where \(length) = \(count)"
      // The long ones would have four.
      #expect(try await host.scalar("select count(*) \(isShort)") == .int(count == 4 ? 747 : 750))
    }
  }

  @Test("takes Arrow from a file, with all that its types hold", arguments: TestDatabase.allCases)
  func arrow(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    func load(_ sample: ArrowStreamSample, _ types: String) async throws -> [ValueMap] {
      let table = host.table(sample.testDescription)
      try await host.set(up: "create table \(table) (\(types))")
      let data = try #require(
        Data(base64Encoded: sample.text, options: .ignoreUnknownCharacters)
      )
      let file = try host.folder.write([UInt8](data), to: "\(sample.testDescription).arrow")
      let done = try await host.run(
        "execute_many",
        ["table": .string(table), "source": .string(file), "format": "arrow"]
      )
      #expect(done["row_count"] == 3)
      return try await host.result("select * from \(table)").rows
    }
    let integers = try await load(
      ArrowStreamSamples.signed,
      "a smallint, b smallint, c integer, d bigint"
    )
    #expect(
      integers == [
        ["a": -128, "b": -32768, "c": -2_147_483_648, "d": .int(.min)],
        ["a": .null, "b": .null, "c": .null, "d": .null],
        ["a": 127, "b": 32767, "c": 2_147_483_647, "d": .int(.max)],
      ]
    )
    let texts = try await load(
      ArrowStreamSamples.texts,
      "a varchar(20), b varchar(20), c varchar(20)"
    )
    #expect(
      texts == [
        ["a": "", "b": "x", "c": "twelve bytes"], ["a": .null, "b": .null, "c": .null],
        ["a": "ä€😀", "b": "y", "c": "thirteen byte"],
      ]
    )
    let binary = database == .postgreSQL ? "bytea" : "blob"
    let bytes = try await load(
      ArrowStreamSamples.bytes,
      "a \(binary), b \(binary), c \(binary), d \(binary)"
    )
    #expect(bytes[0]["a"] == .bytes([]) && bytes[2]["a"] == .bytes([0, 255]))
    #expect(bytes[1].allSatisfy { $0.value == .null } && bytes[2]["c"] == .bytes([51, 52]))
    #expect(bytes[2]["d"] == .bytes([UInt8](repeating: 255, count: 13)))
  }

  // MARK: - What is done with them

  @Test("runs a statement by the names or the places of columns", arguments: TestDatabase.allCases)
  func statements(database: TestDatabase) async throws {
    let (host, table) = try await host(database)
    try await host.run(
      "execute_many",
      [
        "statement": .string("insert into \(table) (id, s) values (:id, :s)"),
        "rows": [["s": "a", "id": 1, "more": 7], ["s": "b", "id": 2, "more": 8]],
      ]
    )
    try await host.run(
      "execute_many",
      [
        "statement": .string("update \(table) set s = ? where id = ?"),
        "rows": [["z", 1], ["y", 2], ["x", 3]], "columns": ["s", "id"],
      ]
    )
    #expect(try await rows(host, table) == [["id": 1, "s": "z"], ["id": 2, "s": "y"]])
    let error = try await host.failure(
      "execute_many",
      [
        "statement": .string("insert into \(table) (id, s) values (:id, :name)"),
        "rows": [["s": "a", "id": 1]],
      ]
    )
    #expect(error.code == .invalidInput && error.message.contains("name"))
  }

  @Test("tells what the server has said of the records", arguments: [1, 1000])
  func warnings(chunk: Int) async throws {
    let (host, table) = try await host(.postgreSQL)
    let function = host.table("f")
    try await host.set(
      up: """
        create function \(function)() returns trigger language plpgsql as
        $$ begin raise warning 'the record %', new.id; return new; end $$
        """,
      """
      create trigger t before insert on \(table) for each row execute function \(function)()
      """
    )
    let records: [Value] = (1...200).map { ["id": .int($0)] }
    let done = try await load(
      host,
      table,
      ["rows": .list(records), "chunk_rows": .int(Int64(chunk))]
    )
    let warnings = try #require(done["warnings"].listValue)
    #expect(1...100 ~= warnings.count)
    #expect("\(warnings[0])".contains("the record 1"))
  }

  @Test(
    "takes many records, however many at once",
    arguments: TestDatabase.allCases,
    [7, 1000]
  )
  func many(database: TestDatabase, chunk: Int) async throws {
    let (host, table) = try await host(database)
    let records: [Value] = (1...5000).map { number in
      let text: Value = number % 3 == 0 ? .null : .string("größe \(number)")
      let half: Value = number % 5 == 0 ? .null : .double(Double(number) / 8)
      return ["id": .int(Int64(number)), "s": text, "d": half]
    }
    let done = try await load(
      host,
      table,
      ["rows": .list(records), "chunk_rows": .int(Int64(chunk))]
    )
    #expect(done["row_count"] == 5000)
    let same = try await rows(host, table, "id, s, d") == .list(records)
    #expect(same)
  }
}
