import Testing

@testable import ODBCDriver

@Suite("What is known of a driver")
struct DriverFactsTests {
  @Test(
    "is found by its name, without folder, version and case",
    arguments: [
      ("libsqlite3odbc.so", "sqlite3odbc"), ("sqlite3odbc.so", "sqlite3odbc"),
      ("/usr/lib/odbc/libsqlite3odbc-0.9998.so", "sqlite3odbc"), ("PSQLODBCW.SO", "psqlodbcw"),
      ("psqlodbca.so.13.2", "psqlodbca"), ("libmaodbc.so", "maodbc"),
      ("libtdsodbc.so.0", "tdsodbc"),
      ("libmsodbcsql-18.3.so.3.1", "msodbcsql"), ("my-driver.so", "my-driver"), ("", ""),
      ("/", ""), ("lib", ""),
    ]
  )
  func stems(name: String, stem: String) { #expect(DriverFacts.stem(of: name) == stem) }

  @Test("belongs to one driver each, by names in the form that is looked for")
  func table() {
    let names = DriverFacts.table.flatMap(\.names)
    #expect(Set(names).count == names.count)
    #expect(names.allSatisfy { DriverFacts.stem(of: "lib\($0).so") == $0 })
    #expect(DriverFacts.of("libsomething.so") == DriverFacts())
    #expect(DriverFacts.of("") == DriverFacts())
  }

  @Test("has attributes that can be written to that driver", arguments: DriverFacts.table)
  func attributes(facts: DriverFacts) throws {
    var string = ConnectionString(.driver("x"))
    facts.complete(&string)
    #expect(string.attributes.count == 1 + facts.attributes.count)
    #expect(try ConnectionString(parsing: string.text(facts.quoting)) == string)
  }

  @Test("gives way to what the user says")
  func user() throws {
    var string = try ConnectionString(parsing: "DSN=a;boolsaschar=1")
    DriverFacts.of("psqlodbcw.so").complete(&string)
    #expect(string["BoolsAsChar"] == "1" && string["KeepaliveTime"] == "60")
  }

  @Test("leaves the first of the keywords that mean the same")
  func unified() throws {
    var string = try ConnectionString(parsing: "Servername=a;Username=b;Port=1;UID=c;Server=d")
    DriverFacts.of("psqlodbcw.so").unify(&string)
    #expect(string.attributes.map(\.value) == ["a", "b", "1"])
    // FreeTDS looks up what Servername says in a file of its own.
    string = try ConnectionString(parsing: "Servername=a;Server=d")
    DriverFacts.of("libtdsodbc.so").unify(&string)
    #expect(string.attributes.count == 2)
  }

  @Test(
    "tells what a record means that says it in the driver's own way",
    arguments: [
      ("psqlodbcw.so", "57014", Int32(1), "canceling statement", "HY008"),
      ("psqlodbcw.so", "HY000", 1, "other", "HY000"),
      ("psqlodbcw.so", "08001", 101, "FATAL:  password authentication failed for user", "28P01"),
      ("psqlodbcw.so", "08001", 101, "connection refused", "08001"),
      ("libmaodbc.so", "HY018", 1317, "interrupted", "HY008"),
      ("libmaodbc.so", "HY000", 2013, "lost", "08S01"), ("other.so", "HY008", 0, "", "HY008"),
      ("sqlite3odbc.so", "HY000", 9, "interrupted", "HY000"),
    ]
  )
  func meaning(
    driver: String,
    state: String,
    native: Int32,
    message: String,
    meaning: String
  ) {
    let record = DiagnosticRecord(state: state, native: native, message: message)
    #expect(DriverFacts.of(driver).state(of: record) == meaning)
  }
}
