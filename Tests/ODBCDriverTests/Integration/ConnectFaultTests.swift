import DriverHost
import TestSupport
import Testing

@Suite(
  "A connection that is not made",
  .requires(.odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd)
)
struct ConnectFaultTests {
  private static let servers: [TestDatabase] = [.postgreSQL, .mariaDB]

  private func failure(_ database: TestDatabase, _ inputs: ValueMap) async throws -> HostError {
    let host = try await DatabaseHost(database)
    var all = inputs
    all["retry"] = false
    do throws(HostError) {
      try await host.run("server_info", all)
    } catch {
      return error
    }
    throw TestSupportError("it was made")
  }

  @Test("with a wrong password is not tried again", arguments: servers)
  func password(_ database: TestDatabase) async throws {
    let login: Value = [
      "authentication_method": "username_password", "username": "tester", "password": "wrong",
    ]
    let error = try await failure(database, ["authentication": login])
    #expect(error.code == .unauthenticated && !error.isRetryable)
    #expect(!error.message.contains("wrong"))
  }

  @Test("to a database that is not there is not tried again", arguments: servers)
  func database(_ database: TestDatabase) async throws {
    let error = try await failure(database, ["database": "nowhere"])
    #expect(error.code == .notFound && !error.isRetryable)
  }

  @Test("to a port where nobody listens may be tried again", arguments: servers)
  func port(_ database: TestDatabase) async throws {
    let error = try await failure(database, ["port": .int(Int64(try freePort()))])
    #expect(error.code == .unavailable && error.isRetryable)
  }
}
