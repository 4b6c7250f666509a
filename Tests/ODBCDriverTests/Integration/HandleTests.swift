import DriverKit
import TestSupport
import Testing

@testable import ODBCDriver

@Suite("Handles of the driver manager, with SQLite")
struct HandleTests {
  private let environment: ODBCEnvironment
  private let folder: TemporaryFolder

  init() throws {
    _ = try ODBCConfiguration.shared
    environment = try ODBCEnvironment()
    folder = try TemporaryFolder()
  }

  private func connect(_ more: String = "") throws -> ODBCConnection {
    try ODBCConnection(
      "DRIVER={SQLite3};Database=\(folder.file("größe 😀.db"))" + more,
      in: environment,
      DriverFacts.of("libsqlite3odbc.so").form,
      cancelsAsWhole: true,
      loginTimeout: 5
    )
  }

  @Test("list the drivers that are installed, with what is said of each")
  func drivers() throws {
    let drivers = try environment.drivers()
    let sqlite = try #require(drivers.first { $0.name == "SQLite3" })
    #expect(sqlite.attributes.contains { $0.name == "Driver" && $0.value.contains("sqlite3odbc") })
    // The list begins anew each time.
    #expect(try environment.drivers().map(\.name) == drivers.map(\.name))
    #expect(try environment.dataSources().allSatisfy { !$0.name.isEmpty })
  }

  @Test("run statements with names and texts in any script, and describe their columns")
  func statements() throws {
    let connection = try connect()
    let statement = try connection.statement()
    try statement.run("create table \"größe 😀\" (\"schlüssel\" integer not null, wert varchar(10))")
    try statement.run("insert into \"größe 😀\" values (1, '東京'), (2, null)")
    #expect(try statement.changedRows() == 2 && statement.columnCount() == 0)
    try statement.run("select * from \"größe 😀\"")
    #expect(try statement.columnCount() == 2)
    let columns = try [1, 2].map { try statement.column($0) }
    #expect(columns.map(\.name) == ["schlüssel", "wert"])
    #expect(columns.map(\.type) == [4, 12] && columns[1].size == 10)
    statement.closeCursor()
    #expect(try !statement.nextResult())
    #expect(connection.text(of: 17) == "SQLite")
    #expect(!connection.isKnownToBeDead)
  }

  @Test("say what is wrong with a statement, with state, number and input")
  func failure() throws {
    let statement = try connect().statement()
    let failure = #expect(throws: ODBCFailure.self) { try statement.run("selct 1") }
    let error = try #require(failure).error(pointer: "/statement")
    #expect(error.message.contains("selct") && !error.message.contains("[SQLite]"))
    #expect(!error.vendorState.isEmpty && error.details != nil)
  }

  @Test(
    "say of a driver or a data source that is not there how to find others",
    arguments: [TextForm.wide, .utf8]
  )
  func missing(form: TextForm) throws {
    for text in ["DRIVER={No such driver}", "DSN=nowhere"] {
      let failure = #expect(throws: ODBCFailure.self) {
        try ODBCConnection(text, in: environment, form, loginTimeout: 5)
      }
      #expect(try #require(failure).error().message.contains("the action `drivers` lists"))
    }
  }

  @Test("keep what is not committed to themselves, and forget it when they are told")
  func transactions() throws {
    let (first, second) = (try connect(), try connect())
    try first.statement().run("create table t (n integer)")
    try first.setAutocommit(false)
    try first.statement().run("insert into t values (1)")
    try first.end(committing: false)
    try first.statement().run("insert into t values (2)")
    try first.end(committing: true)
    let statement = try second.statement()
    try statement.run("update t set n = n + 1")
    #expect(try statement.changedRows() == 1)
  }

  @Test("let a cancel come from another thread")
  func cancel() async throws {
    let statement = try connect().statement()
    let slow = """
      with recursive c(n) as (select 1 union all select n + 1 from c where n < 100000000)
      select count(*) from c
      """
    let running = Task.detached { try statement.run(slow) }
    let canceller = Task.detached {
      while !Task.isCancelled {
        statement.cancel()
        try? await Task.sleep(for: .milliseconds(5))
      }
    }
    defer { canceller.cancel() }
    let result = await running.result
    let failure = #expect(throws: ODBCFailure.self) { try result.get() }
    #expect(try #require(failure).error(wasStopped: .cancelled).code == .cancelled)
  }

  @Test("let a cancel come while another thread fetches rows")
  func cancelOfFetches() async throws {
    let endless = """
      with recursive c(n) as (select 1 union all select n + 1 from c)
      select n, 'text ' || n as t from c
      """
    for _ in 0..<30 {
      let statement = try connect(";StepAPI=1").statement()
      try statement.run(endless)
      let reading = Task.detached {
        while try statement.fetch() { _ = try statement.text(inColumn: 2) }
      }
      let canceller = Task.detached {
        while !Task.isCancelled {
          try? await Task.sleep(for: .milliseconds(1))
          statement.cancel()
        }
      }
      let result = await reading.result
      canceller.cancel()
      await canceller.value
      #expect(throws: ODBCFailure.self) { try result.get() }
    }
  }
}
