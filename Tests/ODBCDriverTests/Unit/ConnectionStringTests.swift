import Testing

@testable import ODBCDriver

@Suite("A connection string")
struct ConnectionStringTests {
  @Test("knows a keyword in any case, and keeps the one that was there first")
  func cases() {
    var string = ConnectionString()
    string.set("Uid", to: "a")
    string.set("UID", to: "b")
    string.add("uid", "c")
    #expect(string["uID"] == "b")
    #expect(string.attributes == [ConnectionString.Attribute(keyword: "Uid", value: "b")])
    string.remove("UID")
    #expect(string["Uid"] == nil && string.attributes.isEmpty)
  }

  @Test("leads to what was set last: a driver takes the place of a data source")
  func target() {
    var string = ConnectionString(.dataSource("sales"))
    #expect(string.target == .dataSource("sales"))
    string.set("Driver", to: "SQLite3")
    #expect(string.target == .driver("SQLite3") && string["DSN"] == nil)
    string.set("dsn", to: "sales")
    #expect(string.target == .dataSource("sales") && string["DRIVER"] == nil)
    #expect(ConnectionString(.file("/a.dsn")).target == .file("/a.dsn"))
    #expect(ConnectionString().target == nil)
  }

  @Test("adds nothing that what is there excludes")
  func excluded() {
    var string = ConnectionString(.dataSource("sales"))
    string.add("DRIVER", "SQLite3")
    string.add("FILEDSN", "/a.dsn")
    #expect(string.attributes.map(\.keyword) == ["DSN"])
  }

  @Test("has one keyword of those that mean the same")
  func synonyms() {
    var string = ConnectionString()
    string.set("Username", to: "a")
    string.set("Port", to: "1")
    #expect(string.value(ofAny: ["UID", "Username"]) == "a")
    string.set(["UID", "Username"], to: "b")
    #expect(string.attributes.map(\.keyword) == ["Port", "UID"])
    #expect(string.value(ofAny: ["UID", "Username"]) == "b")
  }
}
