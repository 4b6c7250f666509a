import DriverHost
import DriverKit
import TestSupport
import Testing

@testable import ODBCDriver

@Suite("A driver of ODBC that lies")
struct LyingDriverTests {
  /// As whom it lies: as a driver of which nothing is known, and as those of which something is.
  enum Disguise: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case unknown = "libodbcliar.so"
    case mariaDB = "libmaodbc.so"
    case sqlite = "libsqlite3odbc.so"

    var testDescription: String { rawValue }
  }

  private func host(_ disguise: Disguise) async throws -> (FaultHost, ODBCLiar) {
    let liar = try await ODBCLiar(disguise.rawValue, isNarrow: disguise == .sqlite)
    return (try FaultHost(["driver": .string(liar.path), "database": "liar"]), liar)
  }

  /// What there is once no call is in the driver any more: nothing that belongs to a statement.
  private func isLetGo(_ host: FaultHost, _ liar: ODBCLiar) async throws {
    try await host.settles()
    // A driver that cancels connections as a whole has one for that, as long as the connection is there.
    let most = liar.connections
    try await eventually("its statements are freed") { liar.statements <= most }
    #expect(host.host.statistics.drivers["ODBC"]?.misuses == 0)
    #expect(await host.host.close().isClean)
    try await eventually("its connections are") { liar.connections == 0 && liar.statements == 0 }
  }

  @Test(
    "is caught in a lie about lengths, rows, columns and what it does",
    arguments: Disguise.allCases
  )
  func lies(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    for lie in [
      "length", "negative", "integer_negative", "time_length", "get_negative", "get_nothing",
      "get_early_end", "get_success", "get_less", "more_rows", "rows_endless", "no_rows", "no_row",
      "decimal", "decimal_long", "time", "columns_negative", "columns_many", "name",
      "need_data", "still_executing", "invalid_handle", "odd_status", "fetch_need_data",
      "fetch_still_executing", "fetch_invalid_handle", "more_results",
    ] {
      let error = try await host.failure(
        "query",
        ["statement": .string("select \(lie)")],
        timeout: .seconds(30)
      )
      #expect(
        error.code == .protocolViolation && !error.isRetryable,
        "\(lie): \(error.debugDescription)"
      )
      #expect(!error.message.isEmpty)
    }
    try await isLetGo(host, liar)
  }

  @Test("is caught in dates and moments that are none", arguments: [Disguise.unknown, .mariaDB])
  func moments(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    for lie in ["date", "hour", "year"] {
      let error = try await host.failure("query", ["statement": .string("select \(lie)")])
      #expect(error.code == .protocolViolation, "\(lie): \(error.debugDescription)")
    }
    try await isLetGo(host, liar)
  }

  @Test(
    "is read all the same where only what does not matter is a lie",
    arguments: Disguise.allCases
  )
  func harmless(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    let long = Value.string(String(repeating: "x", count: 5000))
    let values: [(String, Value)] = [
      ("truth", "ab"), ("size", "ab"), ("size_most", "ab"), ("size_negative", .bytes([97, 98])),
      ("type", "ab"), ("decimal_size", "1.5"), ("decimal_digits", "1.5"), ("integer_length", 7),
      ("null_negative", .null), ("get_long", long), ("get_no_total_right", long),
      ("get_remark", long),
    ]
    for (lie, value) in values {
      let result = try await host.query("select \(lie)")
      #expect(result["rows"] == [["n": value]], "\(lie)")
    }
    #expect(try await host.query("select name_negative")["rows"] == [["": "ab"]])
    #expect(try await host.query("select columns_zero")["rows"] == .null)
    try await isLetGo(host, liar)
  }

  @Test("is asked for its catalog no longer than the call may take", arguments: Disguise.allCases)
  func catalog(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    for action in ["tables", "columns", "schema"] {
      let error = try await host.failure(action, [:], timeout: .milliseconds(300))
      #expect(error.code == .timedOut && !error.message.contains("given up"), "\(error)")
    }
    try await isLetGo(host, liar)
  }

  @Test("gives the replacement character for text that is none", arguments: Disguise.allCases)
  func texts(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    let lie = disguise == .unknown ? "surrogate" : "utf8"
    let rows = try await host.query("select \(lie)")["rows"]
    #expect(rows == [["n": .string(disguise == .unknown ? "\u{FFFD}b" : "\u{FFFD}a")]])
    if disguise == .unknown {
      let error = try await host.failure("query", ["statement": "select odd"])
      #expect(error.code == .protocolViolation)
    }
    try await isLetGo(host, liar)
  }

  @Test("may say as much as it likes of what is wrong", arguments: Disguise.allCases)
  func diagnostics(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    let many = try await host.failure("query", ["statement": "select diagnostics"])
    #expect(many.code == .invalidInput && many.vendorState == "22003", "\(many.debugDescription)")
    #expect(many.details?["faults"].listValue?.count == 100)
    let long = try await host.failure("query", ["statement": "select diagnostic_long"])
    #expect(long.code == .invalidInput && 500..<40_000 ~= long.message.utf8.count)
    let row = try await host.failure("query", ["statement": "select row_error"])
    #expect(row.code == .invalidInput && row.message.contains("a lie"), "\(row.debugDescription)")
    try await isLetGo(host, liar)
  }

  @Test(
    "that loses its connection in a transaction leaves nothing behind",
    arguments: Disguise.allCases
  )
  func lost(_ disguise: Disguise) async throws {
    let (host, liar) = try await host(disguise)
    for _ in 0..<3 {
      let error = try await host.failure("script", ["script": "found; select lost"])
      #expect(
        error.code == .unavailable && error.vendorState == "08S01",
        "\(error.debugDescription)"
      )
      try await host.settles()
      try await eventually("its handles are freed") { liar.connections == 0 }
    }
    #expect(host.opened == 3)
    try await isLetGo(host, liar)
  }

  @Test(
    "that has no savepoints, or takes one record at a time, is loaded into all the same",
    arguments: [
      ("no_lie", 3), ("one_set", 3), ("no_sets", 3), ("unused", 4), ("no_savepoint", 3),
      ("no_release", 3),
    ]
  )
  func loads(lie: String, sets: Int) async throws {
    let (host, liar) = try await host(.unknown)
    let done = try await host.run(
      "execute_many",
      ["statement": .string("select \(lie) ?"), "rows": [[1], [2], [3]], "columns": ["n"]]
    )
    #expect(done["row_count"] == 3)
    #expect(liar.sets == sets)
    try await isLetGo(host, liar)
  }

  @Test("that has no savepoints keeps nothing of a load that fails")
  func failedLoad() async throws {
    let (host, liar) = try await host(.unknown)
    let error = try await host.failure(
      "execute_many",
      [
        "statement": "select no_savepoint_error ?", "rows": [[1], [2], [3]], "columns": ["n"],
        "keep_before_error": true,
      ]
    )
    #expect(error.code == .invalidInput && error.vendorState == "22003")
    #expect(error.outputs["row_count"] == 0)
    #expect(error.message.hasSuffix("the transaction was undone"))
    try await isLetGo(host, liar)
  }

  @Test("without an end of its value is given up", arguments: [SQLForm.text, .bytes])
  func endless(_ form: SQLForm) async throws {
    _ = try ODBCConfiguration.shared
    let liar = try await ODBCLiar("libodbcliar.so")
    let connection = try ODBCConnection(
      "DRIVER=\(liar.path)",
      in: try ODBCEnvironment(),
      .wide,
      loginTimeout: 5
    )
    let statement = try connection.statement()
    try statement.run("select get_no_total")
    #expect(try statement.fetch())
    let value = try statement.read(
      1,
      as: form.rawValue,
      terminator: form == .text ? 2 : 0,
      limit: 1 << 20
    )
    #expect(value == nil)
  }

  /// The forms that `SQLGetData` is asked for: `SQL_C_WCHAR` and `SQL_C_BINARY`.
  enum SQLForm: Int32, Sendable {
    case text = -8
    case bytes = -2
  }
}
