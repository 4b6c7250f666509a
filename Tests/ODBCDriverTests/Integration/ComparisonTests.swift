import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "The driver beside pyodbc, arrow-odbc and isql",
  .requires(
    .odbcSQLite,
    .odbcPostgreSQL,
    .odbcMariaDB,
    .postgres,
    .mariadbd,
    .python,
    Tool("isql")
  )
)
struct ComparisonTests {
  /// What is asked: a table expression, and of which kinds its columns are.
  private struct Question: Encodable {
    struct Column: Encodable {
      let name: String
      let kind: String
    }

    let sql: String
    let order: String
    let columns: [Column]
    var arrow = ""
    var ndjson = ""
  }

  private struct Questions: Encodable {
    let database: String
    let connection: String
    let questions: [Question]
  }

  /// All bytes, in memory.
  private final class Collected: ByteReceiver {
    private let bytes = Locked<[UInt8]>([])
    var data: Data { Data(bytes.with { $0 }) }

    func receive(_ span: RawSpan) {
      span.withUnsafeBytes { buffer in bytes.with { $0 += buffer } }
    }
  }

  @Test("has the same values of every type", arguments: TestDatabase.allCases)
  func everyType(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = ComparisonTable.of(database)
    let name = host.table("every")
    for statement in table.statements(name) {
      try await host.run("execute", ["statement": .string(statement)])
    }
    let id = Question.Column(name: "id", kind: "integer")
    let all = [id] + table.columns.map { Question.Column(name: $0.name, kind: $0.kind) }
    try await compare(host, [Question(sql: "select * from \(name)", order: "id", columns: all)])
  }

  @Test("takes back what it has handed over, every type", arguments: TestDatabase.allCases)
  func back(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let table = ComparisonTable.of(database)
    let (one, other) = (host.table("one"), host.table("other"))
    let empty = table.statements(other).prefix(1)
    for statement in table.statements(one) + empty {
      try await host.run("execute", ["statement": .string(statement)])
    }
    let path = host.folder.file("one.arrow")
    try await written(host, "select * from \(one) order by id", .arrowStream)
      .write(to: URL(filePath: path))
    try await host.run(
      "execute_many",
      ["table": .string(other), "source": .string(path), "format": "arrow"]
    )
    for name in table.columns.map(\.name) {
      let values = try await host.rows("select id, \(name) from \(one) order by id")
      #expect(try await host.rows("select id, \(name) from \(other) order by id") == values)
    }
  }

  @Test("has the same values of joins, groups and expressions", arguments: TestDatabase.allCases)
  func expressions(_ database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let name = host.table("orders")
    try await host.set(
      up: "create table \(name) (id integer, customer varchar(20), amount decimal(12,2))",
      """
      insert into \(name) values (1, 'Ada', 10.25), (2, 'Ada', 0.5), (3, 'Zoë 😀', null), (4, null, 7)
      """
    )
    try await compare(
      host,
      [
        Question(
          sql: """
            select customer, count(*) as n, sum(amount) as total from \(name) group by customer
            """,
          order: "n desc, customer",
          columns: [
            .init(name: "customer", kind: "text"), .init(name: "n", kind: "integer"),
            .init(name: "total", kind: "decimal"),
          ]
        ),
        Question(
          sql: """
            select a.id as one, b.id as other, coalesce(b.customer, '-') as who, a.id * 2 as twice
            from \(name) a left join \(name) b on b.id = a.id + 1
            """,
          order: "one",
          columns: [
            .init(name: "one", kind: "integer"), .init(name: "other", kind: "integer"),
            .init(name: "who", kind: "text"), .init(name: "twice", kind: "integer"),
          ]
        ),
      ]
    )
  }

  @Test("tells bits from nulls in every block, though the driver writes no length of a bit")
  func bits() async throws {
    let host = try await DatabaseHost(.mariaDB)
    let name = host.table("bits")
    let count = 40_000
    try await host.set(
      up: "create table \(name) (id integer, flag bit(1))",
      """
      insert into \(name) select seq, case seq % 3 when 0 then null when 1 then b'1' else b'0' end
      from seq_0_to_\(count - 1)
      """
    )
    let rows = try #require(try await host.rows("select flag from \(name) order by id")?.listValue)
    let wrong = rows.indices.filter { row in
      rows[row].mapValue?["flag"] != [Value.null, true, false][row % 3]
    }
    #expect(rows.count == count && wrong.isEmpty)
  }

  /// What the driver answers, in a format.
  private func written(
    _ host: DatabaseHost,
    _ statement: String,
    _ format: RowFormat
  ) async throws -> Data {
    let collected = Collected()
    var options = CallOptions()
    options.onRows = { stream in try await stream.write(to: collected, as: format) }
    try await host.run("query", ["statement": .string(statement)], options: options)
    return collected.data
  }

  /// Asks the driver, and has the others asked.
  private func compare(_ host: DatabaseHost, _ questions: [Question]) async throws {
    var answered: [Question] = []
    for (number, question) in questions.enumerated() {
      var question = question
      let statement = "select * from (\(question.sql)) as asked order by \(question.order)"
      question.arrow = host.folder.file("\(number).arrow")
      question.ndjson = host.folder.file("\(number).ndjson")
      for (path, format) in [
        (question.arrow, RowFormat.arrowStream), (question.ndjson, RowFormat.ndjson),
      ] {
        try await written(host, statement, format).write(to: URL(filePath: path))
      }
      answered.append(question)
    }
    let asked = Questions(
      database: host.database.rawValue,
      connection: try await host.database.connectionString(host.folder),
      questions: answered
    )
    let path = host.folder.file("questions.json")
    try JSONEncoder().encode(asked).write(to: URL(filePath: path))
    let result = try await Command.run(
      try Tool.python.required(),
      ["-B", "\(ThisPackage.folder)/Tests/Python/compare_odbc.py", path],
      // isql takes what it prints for the locale's, and so do drivers.
      environment: ["LC_ALL": "C.UTF-8"]
    )
    #expect(result.status == 0, "\(result.output)\(result.error)")
  }
}

extension TestDatabase {
  /// The connection string that other programs are given for the same database.
  fileprivate func connectionString(_ folder: TemporaryFolder) async throws -> String {
    let (driver, port, database): (String, Int, String)
    let (user, password, more): (String, String, String)
    switch self {
    case .sqlite:
      // What the driver manager makes of a wide connection string is no UTF-8, which this driver expects.
      let path = folder.file("link.db")
      if !FileManager.default.fileExists(atPath: path) {
        try FileManager.default.createSymbolicLink(
          atPath: path,
          withDestinationPath: folder.file("größe.db")
        )
      }
      return "Driver=SQLite3;Database=\(path)"
    case .postgreSQL:
      let server = try await PostgreSQLServer.shared
      (driver, port, database) = ("PostgreSQL Unicode", server.port, server.database)
      // Without it a boolean is a text. The session's zone is UTC, as the driver makes it.
      (user, password, more) = (server.user, server.password, "BoolsAsChar=0")
    case .mariaDB:
      let server = try await MariaDBServer.shared
      (driver, port, database) = ("MariaDB Unicode", server.port, server.database)
      (user, password, more) = (server.user, server.password, "CharSet=utf8mb4")
    }
    return """
      Driver=\(driver);Server=127.0.0.1;Port=\(port);Database=\(database);UID=\(user);\
      PWD={\(password)};\(more)
      """
  }
}
