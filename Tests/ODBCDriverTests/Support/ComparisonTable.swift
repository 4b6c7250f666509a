/// A table with every type of a database, for comparisons: ordinary, lowest, highest and missing values.
struct ComparisonTable: Sendable {
  /// A column, and what its values are.
  struct Column: Sendable {
    let name: String
    /// As it is declared.
    let type: String
    /// How its values are compared; Tests/Python/compare_odbc.py has a list.
    let kind: String
    /// A value for each row but the last one, as literals of SQL.
    let values: [String]
  }

  let columns: [Column]

  private init(_ columns: [(String, String, String, [String])]) {
    self.columns = columns.map { Column(name: $0.0, type: $0.1, kind: $0.2, values: $0.3) }
  }

  /// The table of a database.
  static func of(_ database: TestDatabase) -> ComparisonTable {
    switch database {
    case .sqlite: sqlite
    case .postgreSQL: postgreSQL
    case .mariaDB: mariaDB
    }
  }

  /// What makes it: with a column `id` in front, and a last row of nulls.
  func statements(_ name: String) -> [String] {
    let declared = columns.map { "\($0.name) \($0.type)" }.joined(separator: ", ")
    var statements = ["create table \(name) (id integer not null, \(declared))"]
    let count = columns.first?.values.count ?? 0
    for row in 0..<count {
      let values = columns.map { $0.values[row] }.joined(separator: ", ")
      statements.append("insert into \(name) values (\(row), \(values))")
    }
    let nulls = columns.map { _ in "null" }.joined(separator: ", ")
    statements.append("insert into \(name) values (\(count), \(nulls))")
    return statements
  }

  private static let texts = ["'größe 😀 ''x'' \u{4E2D}'", "'a'", "'\u{10FFFF} 𝔘𝔫𝔦 é'"]

  /// Of a double its driver hands over fifteen digits: these have no more.
  private static let sqlite = ComparisonTable([
    ("small", "smallint", "integer", ["1", "-32768", "32767"]),
    ("whole", "integer", "integer", ["1", "-2147483648", "2147483647"]),
    ("big", "bigint", "integer", ["1", "-9223372036854775807 - 1", "9223372036854775807"]),
    ("number", "double", "double", ["0.1", "-1.5e-300", "1.25e300"]),
    ("fraction", "real", "double", ["2.5", "-123456789012345", "1e-5"]),
    ("price", "numeric(12,2)", "decimal", ["12.5", "-9999999999.99", "9999999999.99"]),
    ("name", "varchar(60)", "text", texts),
    ("story", "text", "text", texts),
    ("data", "blob", "bytes", ["x'00017fff'", "x'00'", "x'ffffffffffffffffff'"]),
    ("day", "date", "date", ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'"]),
    ("clock", "time", "time", ["'12:34:56.789012'", "'00:00:00.000000'", "'23:59:59.999999'"]),
    (
      "moment", "timestamp", "timestamp",
      [
        "'2024-02-29 23:59:59.123456'", "'0001-01-01 00:00:00.000000'",
        "'9999-12-31 23:59:59.999999'",
      ]
    ),
    ("flag", "boolean", "boolean", ["1", "0", "1"]),
  ])

  private static let postgreSQL = ComparisonTable([
    ("small", "smallint", "integer", ["1", "-32768", "32767"]),
    ("whole", "integer", "integer", ["1", "-2147483648", "2147483647"]),
    ("big", "bigint", "integer", ["1", "-9223372036854775808", "9223372036854775807"]),
    ("number", "double precision", "double", doubles),
    ("fraction", "real", "single", ["0.1", "-1.17549435e-38", "3.4028235e38"]),
    ("price", "numeric(12,2)", "decimal", ["12.50", "-9999999999.99", "9999999999.99"]),
    ("exact", "numeric(40,10)", "decimal", decimals),
    ("name", "varchar(60)", "text", texts),
    ("story", "text", "text", texts),
    ("data", "bytea", "bytes", [#"'\x00017fff'"#, #"'\x00'"#, #"'\xffffffffffffffffff'"#]),
    ("day", "date", "date", ["'2024-02-29'", "'0001-01-01'", "'9999-12-31'"]),
    ("clock", "time", "time", ["'12:34:56.789012'", "'00:00:00'", "'23:59:59.999999'"]),
    ("moment", "timestamp", "timestamp", moments),
    (
      "instant", "timestamptz", "timestamp",
      [
        "'2024-02-29 23:59:59.123456+05:30'", "'0001-01-01 00:00:00+00'",
        "'9999-12-31 23:59:59.999999+00'",
      ]
    ),
    ("flag", "boolean", "boolean", ["true", "false", "true"]),
    (
      "key1", "uuid", "uuid",
      [
        "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'00000000-0000-0000-0000-000000000000'",
        "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
      ]
    ),
  ])

  private static let mariaDB = ComparisonTable([
    ("tiny", "tinyint", "integer", ["1", "-128", "127"]),
    ("utiny", "tinyint unsigned", "integer", ["1", "0", "255"]),
    ("small", "smallint", "integer", ["1", "-32768", "32767"]),
    ("usmall", "smallint unsigned", "integer", ["1", "0", "65535"]),
    ("medium", "mediumint", "integer", ["1", "-8388608", "8388607"]),
    ("whole", "integer", "integer", ["1", "-2147483648", "2147483647"]),
    ("uwhole", "integer unsigned", "integer", ["1", "0", "4294967295"]),
    ("big", "bigint", "integer", ["1", "-9223372036854775808", "9223372036854775807"]),
    ("ubig", "bigint unsigned", "integer", ["1", "0", "18446744073709551615"]),
    ("number", "double", "double", doubles),
    ("fraction", "float", "single", ["0.1", "-1.17549e-38", "3.40282e38"]),
    ("price", "decimal(12,2)", "decimal", ["12.50", "-9999999999.99", "9999999999.99"]),
    ("exact", "decimal(40,10)", "decimal", decimals),
    ("name", "varchar(60)", "text", texts),
    ("story", "longtext", "text", texts),
    ("data", "varbinary(40)", "bytes", ["x'00017fff'", "x'00'", "x'ffffffffffffffffff'"]),
    ("bulk", "blob", "bytes", ["x'00017fff'", "x'00'", "x'ffffffffffffffffff'"]),
    ("day", "date", "date", ["'2024-02-29'", "'1000-01-01'", "'9999-12-31'"]),
    ("clock", "time(6)", "time", ["'12:34:56.789012'", "'00:00:00'", "'23:59:59.999999'"]),
    ("moment", "datetime(6)", "timestamp", moments),
    (
      "instant", "timestamp(6) null", "timestamp",
      [
        "'2024-02-29 23:59:59.123456'", "'1970-01-01 00:00:01'", "'2038-01-19 03:14:07.999999'",
      ]
    ),
    ("flag", "boolean", "integer", ["true", "false", "true"]),
    ("bit1", "bit(1)", "boolean", ["b'1'", "b'0'", "b'1'"]),
    ("bits", "bit(12)", "bytes", ["b'1'", "b'0'", "b'111111111111'"]),
    (
      "key1", "uuid", "uuid",
      [
        "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "'00000000-0000-0000-0000-000000000000'",
        "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
      ]
    ),
  ])

  private static let doubles = ["0.1", "-2.2250738585072014e-308", "1.7976931348623157e308"]
  private static let decimals = [
    "0.0000000001", "-999999999999999999999999999999.9999999999",
    "999999999999999999999999999999.9999999999",
  ]
  private static let moments = [
    "'2024-02-29 23:59:59.123456'", "'1000-01-01 00:00:00'", "'9999-12-31 23:59:59.999999'",
  ]
}
