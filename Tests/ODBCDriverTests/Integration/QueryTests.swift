import DriverHost
import TestSupport
import Testing

@Suite("The driver, with SQLite")
struct QueryTests {
  private let host: Host
  private let folder: TemporaryFolder

  init() throws {
    _ = try ODBCConfiguration.shared
    folder = try TemporaryFolder()
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/libODBCDriver.so", origin: .option)
    ])
    host = try Host(configuration)
  }

  private func run(
    _ action: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil
  ) async throws(HostError) -> ConnectionResult {
    var all: ValueMap = ["driver": "SQLite3", "database": .string(folder.file("größe.db"))]
    for (name, value) in inputs { all[name] = value }
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    return try await host.connect(type: "ODBC", all, options: options)
  }

  @Test("hands rows over, and says how many were changed")
  func query() async throws {
    _ = try await run("query", ["statement": "create table t (n integer, s text)"])
    let changed = try await run(
      "query",
      ["statement": "insert into t values (1, 'größer 😀'), (2, null)"]
    )
    #expect(changed["row_count"] == 2)
    let read = try await run("query", ["statement": "select * from t order by n"])
    #expect(read["rows"] == [["n": 1, "s": "größer 😀"], ["n": 2, "s": .null]])
  }

  @Test(
    "says that a statement was run where it has no first row",
    arguments: ["first_row", "scalar"]
  )
  func noRows(fetch: String) async throws {
    _ = try await run("query", ["statement": "create table t (n integer)"])
    do throws(HostError) {
      _ = try await run(
        "query",
        ["statement": "insert into t values (1)", "fetch": .string(fetch)]
      )
      Issue.record("it succeeded")
    } catch {
      #expect(error.message.contains("was run") && error.pointer?.description == "/fetch")
      #expect(error.outputs["row_count"] == 1)
    }
    let count = try await run("query", ["statement": "select count(*) from t", "fetch": "scalar"])
    #expect(count["result"] == 1)
  }

  @Test("says what is wrong with a statement at its input")
  func wrong() async throws {
    do throws(HostError) {
      _ = try await run("query", ["statement": "selct 1"])
      Issue.record("it succeeded")
    } catch {
      #expect(error.message.contains("selct") && error.vendorState == "HY000")
    }
  }

  @Test("names the drivers that there are where one is not installed")
  func missing() async throws {
    do throws(HostError) {
      _ = try await run("query", ["driver": "SQLite33", "statement": "select 1"])
      Issue.record("it succeeded")
    } catch {
      #expect(error.code == .notFound && error.message.contains("SQLite3"))
    }
  }

  @Test("lists what is installed without an address, and what a connection leads to with one")
  func analysis() async throws {
    var options = CallOptions()
    options.action = "drivers"
    let installed = try await host.connect(type: "ODBC", [:], options: options)
    let names = (installed["drivers"].listValue ?? []).map { $0.mapValue?["name"] ?? .null }
    #expect(names.contains("SQLite3"))
    #expect(try await run("server_info")["server"] == "SQLite")
  }

  @Test("ends a statement that takes too long, and goes on with the connection")
  func deadline() async throws {
    let slow = """
      with recursive c(n) as (select 1 union all select n + 1 from c where n < 1000000000)
      select count(*) as n from c
      """
    do throws(HostError) {
      _ = try await run("query", ["statement": .string(slow)], timeout: .milliseconds(200))
      Issue.record("it succeeded")
    } catch {
      #expect(error.code == .timedOut)
    }
    #expect(try await run("server_info")["server"] == "SQLite")
    #expect(host.statistics.wedgedThreads == 0)
  }
}
