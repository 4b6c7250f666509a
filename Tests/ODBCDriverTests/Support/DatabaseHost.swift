import DriverHost
import TestSupport

/// A host with the driver, and a database to ask.
struct DatabaseHost: Sendable {
  let host: Host
  let database: TestDatabase
  let folder: TemporaryFolder
  private let address: ValueMap
  /// In the names of tables, so that tests which run at once do not meet.
  let prefix: String

  /// A host for a database.
  init(_ database: TestDatabase) async throws {
    folder = try TemporaryFolder()
    address = try await database.inputs(folder)
    self.database = database
    prefix = "t\(UInt32.random(in: 0...UInt32.max))"
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/libODBCDriver.so", origin: .option)
    ])
    host = try Host(configuration)
  }

  /// The name of a table of this test's own.
  func table(_ name: String) -> String { "\(prefix)_\(name)" }

  /// Runs an action.
  @discardableResult
  func run(
    _ action: String,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) async throws(HostError) -> ConnectionResult {
    var all = address
    for (name, value) in inputs { all[name] = value }
    var options = options
    options.action = action
    return try await host.connect(type: "ODBC", all, options: options)
  }

  /// Runs statements, each a transaction of its own.
  func set(up statements: String...) async throws(HostError) {
    for statement in statements { try await run("execute", ["statement": .string(statement)]) }
  }

  /// The rows of a query.
  func rows(
    _ statement: String,
    _ inputs: ValueMap = [:]
  ) async throws(HostError) -> Value? {
    var all = inputs
    all["statement"] = .string(statement)
    return try await run("query", all)["rows"]
  }

  /// The one value of a query.
  func scalar(
    _ statement: String,
    _ inputs: ValueMap = [:]
  ) async throws(HostError) -> Value? {
    var all = inputs
    all["statement"] = .string(statement)
    all["fetch"] = "scalar"
    return try await run("query", all)["result"]
  }
}
