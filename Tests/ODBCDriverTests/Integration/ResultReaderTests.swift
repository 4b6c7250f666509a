import DriverKit
import TestSupport
import Testing

@testable import ODBCDriver

@Suite("Rows of a result, with SQLite")
struct ResultReaderTests {
  private let connection: ODBCConnection
  private let facts = DriverFacts.of("libsqlite3odbc.so")
  private let folder: TemporaryFolder

  init() throws {
    _ = try ODBCConfiguration.shared
    folder = try TemporaryFolder()
    connection = try ODBCConnection(
      "DRIVER={SQLite3};Database=\(folder.file("a.db"));StepAPI=1",
      in: try ODBCEnvironment(),
      facts.form,
      loginTimeout: 5
    )
  }

  /// All rows of a query, as texts.
  private func rows(_ sql: String) throws -> (fields: [RowField], rows: [[String?]], batches: Int) {
    let statement = try connection.statement()
    try statement.run(sql)
    let reader = try ResultReader(statement, facts)
    var rows: [[String?]] = []
    var batches = 0
    while let batch = try reader.next() {
      rows += values(of: batch, reader.fields)
      batches += 1
    }
    #expect(try reader.next() == nil)
    return (reader.fields, rows, batches)
  }

  @Test("have the types of their columns, and every value as it is")
  func types() throws {
    let statement = try connection.statement()
    try statement.run(
      """
      create table t (i integer, b bigint, d double, t text, v varchar(5), y blob, dt date, ts timestamp, bo bit)
      """
    )
    try statement.run(
      """
      insert into t values
        (1, 9223372036854775807, 0.1, 'größer 😀', 'longer than five', x'00ff', '2024-02-29', '2024-02-29 12:34:56.789', 1),
        (null, null, null, null, null, null, null, null, null),
        (-2147483648, -9223372036854775808, -1e300, '', '', x'', '1969-12-31', '1969-12-31 23:59:59', 0)
      """
    )
    let read = try rows("select * from t")
    #expect(read.fields.map(\.name) == ["i", "b", "d", "t", "v", "y", "dt", "ts", "bo"])
    #expect(read.rows.count == 3 && read.batches == 1)
    #expect(
      read.rows[0] == [
        "1", "9223372036854775807", "0.1", "größer 😀", "longer than five", "0 ff", "19782",
        "1709210096789000", "true",
      ]
    )
    #expect(read.rows[1].allSatisfy { $0 == nil })
    #expect(
      read.rows[2] == [
        "-2147483648", "-9223372036854775808", "-1e+300", "", "", "", "-1", "-1000000", "false",
      ]
    )
  }

  @Test(
    "are whole, however long a value is",
    arguments: [0, 1, 2046, 2047, 2048, 2049, 70_000, 1_000_000]
  )
  func long(length: Int) throws {
    let statement = try connection.statement()
    try statement.run("create table l (t text, b blob, n integer)")
    try statement.run(
      "insert into l values (replace(hex(zeroblob(\(length))), '00', 'ä'), zeroblob(\(length)), 7), ('x', x'01', 8)"
    )
    let read = try rows("select t, b, n from l order by n")
    #expect(read.rows[0][0] == String(repeating: "ä", count: length))
    #expect(read.rows[0][1]?.split(separator: " ").count == length)
    #expect(read.rows.map { $0[2] } == ["7", "8"] && read.rows[1][0] == "x")
  }

  @Test("come in batches of any number", arguments: [0, 1, 15, 5000])
  func batches(count: Int) throws {
    let sql = """
      with recursive c(n) as (select 1 union all select n + 1 from c where n < \(count))
      select n, n * 0.5 as h from c where n <= \(count) order by n
      """
    let read = try rows(sql)
    #expect(read.rows.map { $0[0] } == (1...max(1, count)).prefix(count).map { "\($0)" })
  }
}
