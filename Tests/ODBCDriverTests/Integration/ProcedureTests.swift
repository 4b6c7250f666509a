import DriverHost
import TestSupport
import Testing

@Suite("Procedures", .requires(.odbcSQLite, .odbcPostgreSQL, .odbcMariaDB, .postgres, .mariadbd))
struct ProcedureTests {
  /// A host with a function `f` of an integer and a text, and a procedure `p` of all three directions.
  private func host(_ database: TestDatabase) async throws -> (DatabaseHost, String, String) {
    let host = try await DatabaseHost(database)
    let (function, procedure) = (host.table("f"), host.table("p"))
    if database == .postgreSQL {
      try await host.set(
        up: """
          create function \(function)(n integer, s text) returns text language sql
            as $$ select s || ' ' || n $$
          """,
        """
        create procedure \(procedure)(in n integer, inout s varchar, out m bigint, out d numeric)
          language plpgsql as $$ begin s := s || ' ' || n; m := n * 1000000007::bigint; d := 1.50; end $$
        """
      )
    } else {
      try await host.set(
        up: """
          create function \(function)(n integer, s text) returns text deterministic
            return concat(s, ' ', n)
          """,
        """
        create procedure \(procedure)(in n integer, inout s varchar(100), out m bigint,
          out d decimal(10, 2))
          begin set s = concat(s, ' ', n); set m = n * 1000000007; set d = 1.50; end
        """
      )
    }
    return (host, function, procedure)
  }

  private func places(_ n: Value, _ s: Value) -> Value {
    [
      n, ["name": "s", "direction": "inout", "type": "text", "value": s],
      ["name": "m", "direction": "out", "type": "integer"],
      ["direction": "out", "type": "decimal"],
    ]
  }

  @Test("that are functions return a value", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func function(database: TestDatabase) async throws {
    let (host, function, _) = try await host(database)
    let done = try await host.run(
      "procedure",
      ["procedure": .string(function), "arguments": [7, "größe 😀"], "returns": "text"]
    )
    #expect(done["return_value"] == "größe 😀 7")
    let none = try await host.run(
      "procedure",
      ["procedure": .string(function), "arguments": [7, .null], "returns": "text"]
    )
    #expect(none["return_value"] == .null)
  }

  @Test("take and hand back values of parameters", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func parameters(database: TestDatabase) async throws {
    let (host, _, procedure) = try await host(database)
    let done = try await host.run(
      "procedure",
      ["procedure": .string(procedure), "arguments": places(7, "größe 😀")]
    )
    #expect(done["arguments"]["s"] == "größe 😀 7" && done["arguments"]["m"] == 7_000_000_049)
    #expect(done["arguments"]["4"] == exact("1.50") || done["arguments"]["4"] == exact("1.5"))
  }

  @Test("take nulls, and hand them back", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func nulls(database: TestDatabase) async throws {
    let (host, _, procedure) = try await host(database)
    let done = try await host.run(
      "procedure",
      ["procedure": .string(procedure), "arguments": places(.null, "x")]
    )
    #expect(done["arguments"]["s"] == .null && done["arguments"]["m"] == .null)
    let again = try await host.run(
      "procedure",
      ["procedure": .string(procedure), "arguments": places(2, .null)]
    )
    #expect(again["arguments"]["s"] == .null && again["arguments"]["m"] == 2_000_000_014)
  }

  @Test("tell nulls from empty texts in what comes out, and hand over no row of them")
  func onlyNulls() async throws {
    let host = try await DatabaseHost(.mariaDB)
    let procedure = host.table("n")
    try await host.set(
      up: "create procedure \(procedure)(inout s varchar(9)) set s = nullif(nullif(s, 'x'), 'y')"
    )
    for (given, out): (Value, Value) in [("x", .null), (.null, .null), ("", ""), ("z", "z")] {
      let done = try await host.run(
        "procedure",
        [
          "procedure": .string(procedure),
          "arguments": [["name": "s", "direction": "inout", "type": "text", "value": given]],
        ]
      )
      #expect(done["arguments"] == ["s": out] && done["rows"] == .null)
    }
  }

  @Test("hand over their results beside what comes out of parameters")
  func results() async throws {
    let host = try await DatabaseHost(.mariaDB)
    let procedure = host.table("r")
    try await host.set(
      up: """
        create procedure \(procedure)(in n integer, out total integer) begin
          select 1 as a union select 2;
          select 'x' as b;
          set total = n * 2;
        end
        """
    )
    let done = try await host.run(
      "procedure",
      [
        "procedure": .string(procedure),
        "arguments": [21, ["name": "total", "direction": "out", "type": "integer"]],
      ]
    )
    #expect(done["rows"] == [["a": 1], ["a": 2]] && done["rows_2"] == [["b": "x"]])
    #expect(done["arguments"] == ["total": 42])
  }

  @Test("without parameters are called too", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func bare(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let (table, procedure) = (host.table("t"), host.table("b"))
    let body = "insert into \(table) values (1)"
    try await host.set(
      up: "create table \(table) (n integer)",
      database == .postgreSQL
        ? "create procedure \(procedure)() language sql as $$ \(body) $$"
        : "create procedure \(procedure)() \(body)"
    )
    try await host.run("procedure", ["procedure": .string(procedure)])
    #expect(try await host.scalar("select count(*) from \(table)") == 1)
  }

  @Test("that are not there are refused", arguments: [TestDatabase.postgreSQL, .mariaDB])
  func missing(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let error = try await host.failure("procedure", ["procedure": "no_such", "arguments": [1]])
    #expect(error.message.contains("no_such") && error.vendorState?.hasPrefix("42") == true)
    #expect(error.pointer?.description == "/procedure")
    // The connection goes on.
    #expect(try await host.scalar("select 1") == 1)
  }

  @Test("have names that are a part of no other statement")
  func names() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    for name in [
      "f(); drop table x", "f(1)", "f}", "it's", "f?", "password from users --", "f g", "f.", "\"f",
      "f/* */", "a + b", "1",
    ] {
      let error = try await host.failure("procedure", ["procedure": .string(name)])
      #expect(error.code == .invalidInput && error.pointer?.description == "/procedure")
    }
  }

  @Test(
    "have names of several parts, in quotes too",
    arguments: [TestDatabase.postgreSQL, .mariaDB]
  )
  func quotedNames(database: TestDatabase) async throws {
    let host = try await DatabaseHost(database)
    let schema = database == .postgreSQL ? "public" : "tests"
    let name = "\(schema).\(database.quoted(host.table("p q")))"
    let body = database == .postgreSQL ? "language sql as $$ select 1 $$" : "set @x = 1"
    try await host.set(up: "create procedure \(name)() \(body)")
    try await host.run("procedure", ["procedure": .string(name)])
  }

  @Test("that are functions hand over what they warn of")
  func warnings() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    let function = host.table("w")
    try await host.set(
      up: """
        create function \(function)(d date) returns text language plpgsql as
          $$ begin raise notice 'from inside'; return d + 1; end $$
        """
    )
    let done = try await host.run(
      "procedure",
      ["procedure": .string(function), "arguments": ["2026-01-31"], "returns": "text"]
    )
    #expect(done["return_value"] == "2026-02-01")
    #expect(done["warnings"][0]["message"].stringValue?.contains("from inside") == true)
  }

  @Test("tell empty bytes from nulls in what comes out")
  func emptyBytes() async throws {
    let host = try await DatabaseHost(.mariaDB)
    let procedure = host.table("e")
    try await host.set(
      up:
        "create procedure \(procedure)(in n integer, out b varbinary(9), out s varchar(9)) begin set b = if(n = 0, null, if(n = 1, '', x'00ff')); set s = if(n = 0, null, if(n = 1, '', 'x')); end"
    )
    for (n, bytes, text): (Value, Value, Value) in [
      (0, .null, .null), (1, .bytes([]), ""), (2, .bytes([0, 255]), "x"),
    ] {
      let done = try await host.run(
        "procedure",
        [
          "procedure": .string(procedure),
          "arguments": [
            n, ["name": "b", "direction": "out", "type": "binary"],
            ["name": "s", "direction": "out", "type": "text"],
          ],
        ]
      )
      #expect(done["arguments"] == ["b": bytes, "s": text])
    }
  }

  @Test("take one value for each parameter, and a type where one comes out")
  func wrongArguments() async throws {
    let host = try await DatabaseHost(.postgreSQL)
    for argument: Value in [
      [1, 2], ["value": [1]], ["direction": "out"], ["direction": "up"], ["valeu": 1],
      ["name": "a"], [:],
      ["value": 1, "sise": 7],
    ] {
      let error = try await host.failure(
        "procedure",
        ["procedure": "f", "arguments": [1, argument]]
      )
      #expect(error.code == .invalidInput)
      let pointer = error.pointer ?? error.faults.first?.pointer
      #expect(pointer?.description.hasPrefix("/arguments/1") == true, "\(argument)")
    }
  }

  @Test("are nothing that SQLite has")
  func none() async throws {
    let error = try await DatabaseHost(.sqlite).failure("procedure", ["procedure": "f"])
    #expect(error.code == .unsupported)
  }
}
