import DriverHost
import TestSupport
import Testing

@Suite(
  "Long and many values",
  .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct WholeValueTests {
  /// A text of so many bytes, of characters with one to four.
  private static func text(_ bytes: Int) -> String {
    var text = ""
    text.reserveCapacity(bytes)
    let characters: [(String, Int)] = [("a", 1), ("ä", 2), ("€", 3), ("😀", 4)]
    var (left, index) = (bytes, 0)
    while left > 0 {
      let (character, width) = characters[index % 4]
      index += 1
      guard width <= left else { continue }
      text += character
      left -= width
    }
    return text
  }

  @Test("come in batches of few rows, in as many as there are", arguments: TestDatabase.allCases)
  func bounded(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("wide")
    let type = database == .mariaDB ? "longtext" : "text"
    try await host.set(up: "create table \(table) (t \(type))")
    let rows = Array(repeating: Value.list([.string(WholeValueTests.text(1 << 20))]), count: 150)
    try await host.run(
      "execute_many",
      ["table": .string(table), "rows": .list(rows), "columns": ["t"]]
    )
    let counts = Locked<[Int]>([])
    var options = CallOptions()
    options.onRows = { stream in
      while let batch = try await stream.next() {
        let count = batch.rowCount
        counts.with { $0.append(count) }
      }
    }
    try await host.run("query", ["statement": .string("select t from \(table)")], options: options)
    let found = counts.with { $0 }
    #expect(found.reduce(0, +) == 150)
    // How wide rows are the first page of a cursor tells.
    let first = database == .postgreSQL ? 100 : 5
    #expect(found.first! <= first && found.dropFirst().allSatisfy { $0 <= 5 }, "\(found)")
  }

  @Test(
    "in the middle of other rows are whole",
    arguments: TestDatabase.allCases,
    [1, 2047, 2048, 2049, 65536, 3 << 20]
  )
  func long(database: TestDatabase, length: Int) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("long")
    let types =
      switch database {
      case .sqlite: "t text, b blob"
      case .postgreSQL: "t text, b bytea"
      case .mariaDB: "t longtext, b longblob"
      }
    try await host.set(up: "create table \(table) (n integer, \(types), z integer)")
    let text = WholeValueTests.text(length)
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) }
    for number in 0..<40 {
      let isLong = number == 17
      try await host.run(
        "execute",
        [
          "statement": .string("insert into \(table) values (?, ?, ?, ?)"),
          "parameters": [
            .int(Int64(number)), .string(isLong ? text : "short \(number)"),
            .bytes(isLong ? bytes : [UInt8(number)]), .int(Int64(-number)),
          ],
        ]
      )
    }
    let rows = try await host.result("select * from \(table) order by n").rows
    try #require(rows.count == 40)
    for (number, row) in rows.enumerated() where number != 17 {
      #expect(row["t"] == .string("short \(number)") && row["b"] == .bytes([UInt8(number)]))
      #expect(row["n"] == .int(Int64(number)) && row["z"] == .int(Int64(-number)))
    }
    // Not by way of `#expect`, which would describe them.
    let (isText, isBytes) = (rows[17]["t"] == .string(text), rows[17]["b"] == .bytes(bytes))
    #expect(isText && isBytes && rows[17]["z"] == -17)
  }

  @Test(
    "in 20,000 rows, with nulls between them, are those that were put in",
    arguments: TestDatabase.allCases
  )
  func many(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = host.table("many")
    let real = database == .postgreSQL ? "real" : "float"
    let bool = database == .mariaDB ? "bit(1)" : "boolean"
    try await host.set(
      up: """
        create table \(table) (n integer, d double precision, f \(real), t varchar(40), o \(bool),
          m \(database.timestamp))
        """
    )
    let rows: [Value] = (0..<20_000).map { number in
      let minute = number / 60 % 60
      let time = "12:\(minute < 10 ? "0" : "")\(minute):\(number % 50 + 10).000001"
      return [
        "n": .int(Int64(number)), "d": number % 3 == 0 ? .null : .double(Double(number) / 8),
        "f": number % 5 == 0 ? .null : .double(Double(number) / 4),
        "t": number % 7 == 0 ? .null : .string("größe \(number)"),
        "o": number % 13 == 0 ? .null : .bool(number % 2 == 0),
        "m": number % 11 == 0 ? .null : .string("2024-02-29 \(time)"),
      ]
    }
    let taken = try await host.run(
      "execute_many",
      ["table": .string(table), "rows": .list(rows), "types": ["m": "timestamp"]]
    )
    #expect(taken["row_count"] == 20_000)
    let read = try await host.result("select * from \(table) order by n")
    try #require(read.rows.count == rows.count)
    var wrong = 0
    for (row, given) in zip(read.rows, rows) {
      var expected = try #require(given.mapValue)
      if let moment = expected["m"]?.stringValue {
        expected["m"] = .string(moment.replacing(" ", with: "T"))
      }
      if row != expected { wrong += 1 }
    }
    #expect(wrong == 0, "such as \(read.rows[1]), \(read.rows[19_999])")
  }
}
