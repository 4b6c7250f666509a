import TestSupport
import Testing

@testable import ODBCDriver

/// What the driver manager and real drivers make of the strings that are built here.
@Suite("A connection string that was built", .requires(.gcc, Tool("isql")))
struct DriverManagerTests {
  /// A driver that writes what it is given into a file.
  private static let recorder = """
    #include <sql.h>
    #include <sqlext.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    SQLRETURN SQLAllocHandle(SQLSMALLINT t, SQLHANDLE i, SQLHANDLE *o) { *o = malloc(8); return SQL_SUCCESS; }
    SQLRETURN SQLFreeHandle(SQLSMALLINT t, SQLHANDLE h) { free(h); return SQL_SUCCESS; }
    SQLRETURN SQLSetEnvAttr(SQLHENV e, SQLINTEGER a, SQLPOINTER p, SQLINTEGER l) { return SQL_SUCCESS; }
    SQLRETURN SQLDisconnect(SQLHDBC h) { return SQL_SUCCESS; }
    SQLRETURN SQLGetDiagRec(SQLSMALLINT t, SQLHANDLE h, SQLSMALLINT n, SQLCHAR *s, SQLINTEGER *c, SQLCHAR *m,
                            SQLSMALLINT l, SQLSMALLINT *g) { return SQL_NO_DATA; }
    SQLRETURN SQLDriverConnect(SQLHDBC h, SQLHWND w, SQLCHAR *in, SQLSMALLINT il, SQLCHAR *out, SQLSMALLINT ol,
                               SQLSMALLINT *on, SQLUSMALLINT c) {
      FILE *file = fopen(getenv("RECORDER_FILE"), "w");
      fwrite(in, 1, il < 0 ? strlen((char *)in) : (size_t)il, file);
      fclose(file);
      return SQL_ERROR;
    }
    """

  private static let values = [
    "a", "", " a ", "a;b", "a=b", "}", "{", "{a}", "a};b", "a;DSN=none;b", "};DRIVER=none;{",
    "[x](y),?*!@", "ä€",
  ]

  @Test(
    "reaches a driver through the driver manager as it was",
    arguments: DriverFacts.table.map(\.quoting) + [.standard]
  )
  func unchanged(quoting: ValueQuoting) async throws {
    let folder = try TemporaryFolder()
    let source = try folder.write(Self.recorder, to: "recorder.c")
    let library = folder.file("lib re;co=r}der.so")
    try await Command.check(
      try Tool.gcc.required(),
      ["-shared", "-fPIC", source, "-o", library]
    )
    for value in Self.values {
      var string = ConnectionString()
      string.set("UID", to: value)
      string.set("PWD", to: value)
      string.set("DRIVER", to: library)
      guard let text = try? string.text(quoting) else { continue }
      let run = try await Command.run(
        "isql",
        ["-b", "-v", "-k", text],
        environment: ["RECORDER_FILE": folder.file("seen")]
      )
      #expect(try folder.text("seen") == text, "\(run.output + run.error)")
      try folder.write("", to: "seen")
    }
  }

  @Test(
    "opens the database of SQLite that it names",
    arguments: ["a.db", "a b.db", "a=b.db", "a}b.db", "[x](y),*!@.db", "ä.db", "a {b}.db", "a "]
  )
  func sqlite(name: String) async throws {
    let folder = try TemporaryFolder()
    let facts = DriverFacts.of("libsqlite3odbc.so")
    var string = ConnectionString(.driver("SQLite3"))
    string.set(facts.keywords.database, to: folder.file(name))
    facts.complete(&string)
    try await Command.check(
      "isql",
      ["-b", "-v", "-k", try string.text(facts.quoting)],
      input: "create table t (x);\n"
    )
    #expect(try folder.names() == [name])
  }

  @Test(
    "needs no more than what is installed for the drivers of this system",
    arguments: ["libsqlite3odbc.so", "psqlodbcw.so", "libmaodbc.so"]
  )
  func installed(name: String) {
    let library = DriverLibrary(of: name, library: name)
    #expect(library.state == .complete)
    #expect(library.path?.hasSuffix("/odbc/\(name)") == true)
  }
}
