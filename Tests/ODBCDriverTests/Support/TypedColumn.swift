import DriverHost

/// A type of a database: what is written into a column of it, and what comes back.
struct TypedColumn: Sendable {
  /// As `create table` has it; empty: none.
  var declared: String
  /// What it is in Arrow.
  var arrow: String
  /// Three values as SQL: an ordinary one, the lowest and the highest.
  var literals: [String]
  /// The same as outputs have them.
  var values: [Value]

  init(_ declared: String, _ arrow: String, _ values: (String, Value)...) {
    self.declared = declared
    self.arrow = arrow
    literals = values.map(\.0)
    self.values = values.map(\.1)
  }
}

/// A number as exact as it is written.
func exact(_ text: String) -> Value {
  DecimalText(text).map { .decimal($0) } ?? .null
}

extension TestDatabase {
  /// Every type that columns of the database can have.
  var types: [TypedColumn] {
    switch self {
    case .sqlite: TypedColumn.ofSQLite
    case .postgreSQL: TypedColumn.ofPostgreSQL
    case .mariaDB: TypedColumn.ofMariaDB
    }
  }
}

extension TypedColumn {
  private static let low64 = ("-9223372036854775808", Value.int(.min))
  private static let high64 = ("9223372036854775807", Value.int(.max))
  private static let low32 = ("-2147483648", Value.int(-2_147_483_648))
  private static let high32 = ("2147483647", Value.int(2_147_483_647))
  private static let low16 = ("-32768", Value.int(-32768))
  private static let high16 = ("32767", Value.int(32767))
  private static let emptyText = ("''", Value.string(""))
  private static let oddText = ("'größe 😀𝄞'", Value.string("größe 😀𝄞"))
  private static let yes = ("true", Value.bool(true))
  private static let no = ("false", Value.bool(false))
  private static let leapDay = ("'2024-02-29'", Value.string("2024-02-29"))
  private static let lastDay = ("'9999-12-31'", Value.string("9999-12-31"))

  private static func bytes(_ hexadecimal: String, _ bytes: [UInt8]) -> (String, Value) {
    ("x'\(hexadecimal)'", .bytes(bytes))
  }

  /// A text that comes back as it was written.
  private static func text(_ text: String) -> (String, Value) { ("'\(text)'", .string(text)) }

  /// A number that comes back as exact as it was written.
  private static func number(_ text: String) -> (String, Value) { (text, exact(text)) }

  // MARK: - SQLite

  /// Integers have 64 bits whatever is declared; a decimal is what SQLite keeps, a number with a fraction.
  fileprivate static let ofSQLite = [
    TypedColumn("integer", "int64", ("1", 1), low64, high64),
    TypedColumn("bigint", "int64", ("1", 1), low64, high64),
    TypedColumn("smallint", "int64", ("1", 1), low64, high64),
    TypedColumn("numeric", "double", ("4.5", 4.5), ("-1e300", .double(-1e300)), ("0", 0.0)),
    TypedColumn("decimal(10,2)", "utf8", text("12.34"), ("-0.1", "-0.1"), ("3", "3")),
    TypedColumn("real", "double", ("1.5", 1.5), ("-1e300", .double(-1e300)), ("0.1", 0.1)),
    TypedColumn("double", "double", ("1.5", 1.5), ("-1e-300", .double(-1e-300)), ("0", 0.0)),
    TypedColumn("text", "large_utf8", text("a"), emptyText, oddText),
    TypedColumn("varchar", "utf8", text("a"), emptyText, oddText),
    // Nobody holds it to its length.
    TypedColumn("varchar(2)", "utf8", text("a"), emptyText, oddText),
    TypedColumn("blob", "binary", bytes("00ff", [0, 255]), bytes("", []), bytes("20", [32])),
    TypedColumn("date", "date32", leapDay, text("0001-01-01"), lastDay),
    TypedColumn("time", "time(microsecond)", text("12:34:56"), text("00:00:00"), text("23:59:59")),
    TypedColumn(
      "timestamp",
      "timestamp(microsecond)",
      ("'2024-02-29 12:34:56.123'", "2024-02-29T12:34:56.123000"),
      ("'0001-01-01 00:00:00'", "0001-01-01T00:00:00"),
      ("'9999-12-31 23:59:59.999'", "9999-12-31T23:59:59.999000")
    ),
    TypedColumn("boolean", "bool", yes, no, ("1", true)),
    // Without a type, whatever a value is: a text.
    TypedColumn("", "utf8", text("a"), ("-5", "-5"), ("1.5", "1.5")),
  ]

  // MARK: - PostgreSQL

  fileprivate static let ofPostgreSQL = [
    TypedColumn("smallint", "int16", ("1", 1), low16, high16),
    TypedColumn("int", "int32", ("1", 1), low32, high32),
    TypedColumn("bigint", "int64", ("1", 1), low64, high64),
    TypedColumn("oid", "uint32", ("1", 1), ("0", 0), ("4294967295", 4_294_967_295)),
    TypedColumn(
      "real",
      "float",
      ("1.5", 1.5),
      ("-2.5e30", .double(Double(Float(-2.5e30)))),
      ("0.25", 0.25)
    ),
    TypedColumn(
      "double precision",
      "double",
      ("0.1", 0.1),
      ("-1.7976931348623157e308", .double(-.greatestFiniteMagnitude)),
      ("'NaN'", "nan")
    ),
    TypedColumn(
      "numeric(12,2)",
      "decimal128(12, 2)",
      number("12.34"),
      number("-9999999999.99"),
      ("0", exact("0.00"))
    ),
    TypedColumn(
      "numeric(60,20)",
      "decimal256(60, 20)",
      ("1.5", exact("1.50000000000000000000")),
      number("-9999999999999999999999999999999999999999.99999999999999999999"),
      number("9999999999999999999999999999999999999999.99999999999999999999")
    ),
    // Of any number of digits, which no type of Arrow has.
    TypedColumn(
      "numeric",
      "utf8",
      ("1.50", "1.50"),
      ("-123456789012345678901234567890.12345", "-123456789012345678901234567890.12345"),
      ("'NaN'", "NaN")
    ),
    TypedColumn(
      "money",
      "double",
      ("12.34", 12.34),
      ("-0.05", -0.05),
      ("1000000.99", 1_000_000.99)
    ),
    TypedColumn(
      "char(12)",
      "utf8",
      ("'abc'", "abc         "),
      ("''", "            "),
      ("'😀𝄞'", "😀𝄞          ")
    ),
    TypedColumn("varchar(20)", "utf8", text("abc"), emptyText, oddText),
    TypedColumn("text", "large_utf8", text("abc"), emptyText, oddText),
    TypedColumn("name", "utf8", text("abc"), emptyText, oddText),
    TypedColumn("\"char\"", "utf8", text("x"), emptyText, text("a")),
    TypedColumn(
      "bytea",
      "large_binary",
      ("'\\x00ff'", .bytes([0, 255])),
      ("''", .bytes([])),
      ("'\\x20'", .bytes([32]))
    ),
    TypedColumn("boolean", "bool", yes, no, yes),
    TypedColumn("date", "date32", leapDay, text("0001-01-01"), lastDay),
    TypedColumn(
      "time(6)",
      "time(microsecond)",
      text("12:34:56.123456"),
      text("00:00:00"),
      text("23:59:59.999999")
    ),
    TypedColumn(
      "timestamptz",
      "timestamp(microsecond, UTC)",
      ("'2024-02-29 12:34:56.123456+02'", "2024-02-29T10:34:56.123456Z"),
      ("'0001-01-01 00:00:00+00'", "0001-01-01T00:00:00Z"),
      ("'9999-12-31 23:59:59.999999+00'", "9999-12-31T23:59:59.999999Z")
    ),
    TypedColumn(
      "timestamp",
      "timestamp(microsecond)",
      ("'2024-02-29 12:34:56.123456'", "2024-02-29T12:34:56.123456"),
      ("'0001-01-01'", "0001-01-01T00:00:00"),
      ("'9999-12-31 23:59:59.999999'", "9999-12-31T23:59:59.999999")
    ),
    TypedColumn(
      "interval",
      "utf8",
      text("1 day 02:03:04"),
      text("-178000000 years"),
      text("00:00:00")
    ),
    TypedColumn(
      "uuid",
      "utf8",
      ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
      text("00000000-0000-0000-0000-000000000000"),
      text("ffffffff-ffff-ffff-ffff-ffffffffffff")
    ),
    TypedColumn("json", "utf8", text("{\"a\":  1}"), text("[]"), text("\"😀\"")),
    TypedColumn("jsonb", "utf8", ("'{\"a\":1}'", "{\"a\": 1}"), text("[]"), text("\"😀\"")),
    TypedColumn("int[]", "utf8", text("{1,2}"), text("{}"), text("{NULL}")),
    TypedColumn("bit(3)", "utf8", ("b'101'", "101"), ("b'000'", "000"), ("b'111'", "111")),
    TypedColumn("inet", "utf8", text("10.0.0.1"), text("::1"), text("fe80::1/64")),
  ]

  // MARK: - MariaDB

  fileprivate static let ofMariaDB = [
    TypedColumn("tinyint", "int8", ("1", 1), ("-128", -128), ("127", 127)),
    TypedColumn("tinyint unsigned", "uint8", ("1", 1), ("0", 0), ("255", 255)),
    TypedColumn("boolean", "int8", ("true", 1), ("false", 0), ("true", 1)),
    TypedColumn("smallint", "int16", ("1", 1), low16, high16),
    TypedColumn("smallint unsigned", "uint16", ("1", 1), ("0", 0), ("65535", 65535)),
    TypedColumn("mediumint", "int32", ("1", 1), ("-8388608", -8_388_608), ("8388607", 8_388_607)),
    TypedColumn("int", "int32", ("1", 1), low32, high32),
    TypedColumn("int unsigned", "uint32", ("1", 1), ("0", 0), ("4294967295", 4_294_967_295)),
    TypedColumn("bigint", "int64", ("1", 1), low64, high64),
    TypedColumn("bigint unsigned", "uint64", ("1", 1), high64, number("18446744073709551615")),
    TypedColumn("bit(1)", "bool", ("b'1'", true), ("b'0'", false), ("b'1'", true)),
    TypedColumn(
      "bit(9)",
      "binary",
      ("b'101010101'", .bytes([1, 85])),
      ("b'0'", .bytes([0, 0])),
      ("b'111111111'", .bytes([1, 255]))
    ),
    TypedColumn(
      "float",
      "float",
      ("1.5", 1.5),
      ("-2.5e30", .double(Double(Float(-2.5e30)))),
      ("0.25", 0.25)
    ),
    TypedColumn(
      "double",
      "double",
      ("0.1", 0.1),
      ("-1.7976931348623157e308", .double(-.greatestFiniteMagnitude)),
      ("1e-300", .double(1e-300))
    ),
    TypedColumn(
      "decimal(10,2)",
      "decimal128(10, 2)",
      number("12.34"),
      number("-99999999.99"),
      ("0", exact("0.00"))
    ),
    TypedColumn(
      "decimal(65,30)",
      "decimal256(65, 30)",
      ("1.5", exact("1.500000000000000000000000000000")),
      number("-99999999999999999999999999999999999.999999999999999999999999999999"),
      number("99999999999999999999999999999999999.999999999999999999999999999999")
    ),
    TypedColumn("date", "date32", leapDay, text("0001-01-01"), lastDay),
    TypedColumn(
      "time(6)",
      "time(microsecond)",
      text("12:34:56.123456"),
      text("00:00:00"),
      text("23:59:59.999999")
    ),
    TypedColumn(
      "datetime(6)",
      "timestamp(microsecond)",
      ("'2024-02-29 12:34:56.123456'", "2024-02-29T12:34:56.123456"),
      ("'0001-01-01'", "0001-01-01T00:00:00"),
      ("'9999-12-31 23:59:59.999999'", "9999-12-31T23:59:59.999999")
    ),
    TypedColumn(
      "timestamp(3) null",
      "timestamp(microsecond, UTC)",
      ("'2024-02-29 12:34:56.123'", "2024-02-29T12:34:56.123000Z"),
      ("'1970-01-01 00:00:01'", "1970-01-01T00:00:01Z"),
      ("'2038-01-19 03:14:07.999'", "2038-01-19T03:14:07.999000Z")
    ),
    TypedColumn("year", "uint16", ("2024", 2024), ("1901", 1901), ("2155", 2155)),
    TypedColumn("char(12)", "utf8", text("abc"), emptyText, oddText),
    TypedColumn("varchar(20)", "utf8", text("abc"), emptyText, oddText),
    TypedColumn("text", "large_utf8", text("abc"), emptyText, oddText),
    TypedColumn("longtext", "large_utf8", text("abc"), emptyText, oddText),
    TypedColumn(
      "binary(3)",
      "binary",
      bytes("00ff", [0, 255, 0]),
      bytes("", [0, 0, 0]),
      bytes("010203", [1, 2, 3])
    ),
    TypedColumn(
      "varbinary(9)",
      "binary",
      bytes("00ff", [0, 255]),
      bytes("", []),
      bytes("20", [32])
    ),
    TypedColumn("blob", "large_binary", bytes("00ff", [0, 255]), bytes("", []), bytes("20", [32])),
    TypedColumn("enum('a','ö')", "utf8", text("a"), text("ö"), text("a")),
    TypedColumn("set('a','ö')", "utf8", text("a,ö"), emptyText, text("ö")),
    TypedColumn("json", "large_utf8", text("{\"a\":  1}"), text("[]"), text("\"😀\"")),
    TypedColumn(
      "uuid",
      "utf8",
      ("'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'", "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
      text("00000000-0000-0000-0000-000000000000"),
      text("ffffffff-ffff-ffff-ffff-ffffffffffff")
    ),
    TypedColumn("inet6", "utf8", text("::1"), text("fe80::1"), text("2001:db8::")),
  ]
}
