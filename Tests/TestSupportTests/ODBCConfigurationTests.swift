import Foundation
import TestSupport
import Testing

@Suite("The configuration of unixODBC", .requires(Tool("isql"), Tool("odbcinst"), .odbcSQLite))
struct ODBCConfigurationTests {
  private func run(_ configuration: ODBCConfiguration, _ words: String...) async throws -> Command {
    try await Command.run(
      words[0],
      Array(words.dropFirst()),
      environment: configuration.environment,
      input: "select 40 + 2\n"
    )
  }

  @Test("lists its own drivers and data sources, and nothing else")
  func lists() async throws {
    let folder = try TemporaryFolder()
    let source = ODBCConfiguration.DataSource(
      "größe",
      driver: .sqlite,
      attributes: ["Database": folder.file("a.db")]
    )
    let configuration = try ODBCConfiguration(
      drivers: [.sqlite, .missingLibrary],
      dataSources: [source]
    )
    let drivers = try await run(configuration, "odbcinst", "-q", "-d")
    #expect(drivers.output == "[SQLite3]\n[Missing library]\n")
    #expect(try await run(configuration, "odbcinst", "-q", "-s").output == "[größe]\n")
    #expect(try await run(configuration, "isql", "größe", "-b").output.contains("42"))

    try configuration.add(
      ODBCConfiguration.DataSource("b", driver: .sqlite, attributes: ["Database": ":memory:"])
    )
    #expect(try await run(configuration, "isql", "b", "-b").output.contains("42"))
    #expect(throws: TestSupportError.self) {
      try configuration.add(ODBCConfiguration.DataSource("b", driver: .sqlite))
    }
    #expect(throws: TestSupportError.self) {
      try configuration.add(
        ODBCConfiguration.DataSource("c", driver: .sqlite, attributes: ["Database": "a\nb"])
      )
    }
  }

  @Test(
    "has drivers that are broken in their own ways",
    arguments: ODBCConfiguration.Driver.broken
  )
  func breaks(driver: ODBCConfiguration.Driver) async throws {
    let configuration = try ODBCConfiguration()
    #expect(configuration.drivers.contains(driver))
    let command = try await run(
      configuration,
      "isql",
      "-v",
      "-b",
      "-k",
      "DRIVER={\(driver.name)};Server=none"
    )
    #expect(command.status != 0)
    // It writes what is wrong to standard output.
    #expect(command.output.contains("[unixODBC]"))
  }

  @Test("is the process's own where it is shared, and its programs' too")
  func shared() async throws {
    await #expect(processExitsWith: .success) {
      let configuration = try ODBCConfiguration.shared
      let variable = getenv("ODBCSYSINI").map { String(cString: $0) }
      #expect(variable == configuration.path)
      let command = try await Command.check("odbcinst", ["-q", "-d"])
      #expect(command.output.contains("[SQLite3]\n[Missing library]\n"))
      #expect(try ODBCConfiguration.shared === configuration)
    }
  }

  @Test(
    "leads to the servers of the tests",
    .requires(.postgres, .initdb, .psql, .pgIsReady, .odbcPostgreSQL),
    .requires(.mariadbd, .mariadbInstallDB, .mariadb, .odbcMariaDB),
    .showingServerLogs
  )
  func servers() async throws {
    let configuration = try ODBCConfiguration(dataSources: [
      try await PostgreSQLServer.shared.dataSource("postgresql"),
      try await MariaDBServer.shared.dataSource("mariadb"),
    ])
    for name in ["postgresql", "mariadb"] {
      let command = try await run(configuration, "isql", name, "-v", "-b")
      #expect(command.output.contains("42"), "\(command.error)")
    }
  }
}
