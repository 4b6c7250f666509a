import DriverHost
import TestSupport
import Testing

/// A host with the driver, for calls that are to fail: with its log, and with whatever address a test wants.
struct FaultHost: AddressedHost {
  let driver: LoadedDriver
  let address: ValueMap

  /// A host for an address.
  init(_ address: ValueMap, _ change: (inout HostConfiguration) -> Void = { _ in }) throws {
    // In front of whatever else asks the driver manager, which looks at the variable once.
    _ = try ODBCConfiguration.shared
    self.address = address
    driver = try LoadedDriver("ODBC", change)
  }

  /// Runs a query.
  @discardableResult
  func query(
    _ statement: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var all = inputs
    all["statement"] = .string(statement)
    return try await run("query", all, timeout: timeout, change)
  }

  /// How many sessions were ever opened.
  var opened: Int { host.statistics.drivers["ODBC"]?.sessions?.opened ?? 0 }

  /// Waits until no call is in the driver and no thread is left to it.
  func settles() async throws {
    try await eventually("all calls have left the driver") {
      let statistics = host.statistics
      let driver = statistics.drivers["ODBC"]
      return statistics.wedgedThreads == 0 && driver?.abandonedCalls == 0
        && driver?.callsInFlight == 0 && (driver?.sessions?.busy ?? 0) == 0
    }
  }
}

extension TestDatabase {
  /// Those that are servers.
  static let servers = [TestDatabase.postgreSQL, .mariaDB]

  /// How many statements with a text in them run on the server.
  ///
  /// None of SQLite's, which is no server.
  func running(_ text: String) async throws -> Int {
    let count: String
    switch self {
    case .sqlite: return 0
    case .postgreSQL:
      count = try await PostgreSQLServer.shared.run(
        "select count(*) from pg_stat_activity where state <> 'idle' and (query like '%\(text)%' or application_name = '\(text)') and pid <> pg_backend_pid()"
      )
    case .mariaDB:
      count = try await MariaDBServer.shared.run(
        "select count(*) from information_schema.processlist where command <> 'Sleep' and info like '%\(text)%' and id <> connection_id()"
      )
    }
    return try #require(Int(count))
  }

  /// A statement that takes a minute or more, with a text in it.
  func slow(_ text: String) -> String {
    switch self {
    case .sqlite:
      "with recursive c(n) as (select 1 union all select n + 1 from c) select count(*) from c /* \(text) */"
    case .postgreSQL: "select pg_sleep(60) /* \(text) */"
    case .mariaDB: "select sleep(60) /* \(text) */"
    }
  }

  /// A query for so many rows of an `id` and a text of a hundred characters.
  func rows(_ count: Int, _ text: String) -> String {
    switch self {
    case .sqlite:
      """
      with recursive c(id) as (select 1 union all select id + 1 from c where id < \(count))
      select id, hex(zeroblob(50)) as s from c /* \(text) */
      """
    case .postgreSQL:
      "select id, repeat('x', 100) as s from generate_series(1, \(count)) id /* \(text) */"
    case .mariaDB: "select seq as id, repeat('x', 100) as s from seq_1_to_\(count) /* \(text) */"
    }
  }
}
