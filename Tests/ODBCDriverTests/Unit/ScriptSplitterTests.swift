import Testing

@testable import ODBCDriver

@Suite("A script")
struct ScriptSplitterTests {
  @Test(
    "is split at semicolons outside of quotes and comments",
    arguments: [
      ("", SQLDialect.standard, []),
      (" \r\n;; -- x\n /* ; */ ;", .standard, []),
      ("\u{FEFF}select 1;", .standard, ["select 1"]),
      ("select 1; select 2", .standard, ["select 1", "select 2"]),
      (
        "select ';', \";\" ; select 'it''s;';\n", .standard,
        ["select ';', \";\"", "select 'it''s;'"]
      ),
      ("select 1 -- ;\n, 2 /* ; */; -- end\n", .standard, ["select 1 -- ;\n, 2"]),
      ("-- a\nselect 1; -- b\nselect 2 -- c", .standard, ["select 1", "select 2"]),
      ("/*+ h */ select 1; /* x */ select 2", .standard, ["/*+ h */ select 1", "select 2"]),
      ("select 'a\\';'; select `;`", .mariaDB, ["select 'a\\';'", "select `;`"]),
      ("select [;]; select [a]];]", .sqlServer, ["select [;]", "select [a]];]"]),
      ("select '😀;ü'; select ä", .standard, ["select '😀;ü'", "select ä"]),
      (
        "begin; insert into t values (1); end;", .sqlite,
        ["begin", "insert into t values (1)", "end"]
      ),
      (
        "BEGIN TRANSACTION;select case when 1 then 2 end;commit", .postgreSQL,
        ["BEGIN TRANSACTION", "select case when 1 then 2 end", "commit"]
      ),
      ("begin work; select 1; end", .mariaDB, ["begin work", "select 1", "end"]),
      ("# a;\nselect 1;#;\n", .mariaDB, ["select 1"]),
      ("(select 1;select 2)", .postgreSQL, ["(select 1", "select 2)"]),
    ]
  )
  func plain(script: String, dialect: SQLDialect, texts: [String]) throws {
    #expect(try ScriptSplitter.statements(of: script, dialect).map(\.text) == texts)
  }

  @Test(
    "keeps a body together",
    arguments: [
      (
        "create trigger t after insert on a begin update b set c = case when 1 then 2 end; delete from d; end",
        SQLDialect.sqlite
      ),
      ("create temp trigger if not exists t before update on a begin select 1; end", .sqlite),
      (
        "CREATE TRIGGER t AFTER DELETE ON a WHEN old.end > case 1 when 1 then 2 end BEGIN SELECT 1; END",
        .sqlite
      ),
      (
        "create or replace procedure p() begin if a then set b = 1; else if c then select 1; end if; end if; end",
        .mariaDB
      ),
      (
        "create procedure p() begin declare exit handler for 1062 begin end; l: loop leave l; end loop l; end",
        .mariaDB
      ),
      (
        "create procedure p() begin while a do set a = 0; end while; repeat set b = 1; until b end repeat; end",
        .mariaDB
      ),
      (
        "create procedure p() begin for i in 1..3 do select i; end for; select if(a, 1, 2), repeat('a', 2); end",
        .mariaDB
      ),
      (
        "create procedure p() begin case a when 1 then select 1; else begin end; end case; select 2; end",
        .mariaDB
      ),
      (
        "create procedure p() begin select case when a then if(b, 1, 2) else if(c, 1, 2) end; select 1; end",
        .mariaDB
      ),
      (
        "create procedure p() begin select begin, end, e.end from t order by begin; select 1; end",
        .mariaDB
      ),
      (
        "create procedure p() begin select 1 as end, case when 1 then 2 end as begin; select 2; end",
        .postgreSQL
      ),
      (
        "create definer=`root`@`localhost` trigger t before insert on a for "
          + "each row if new.b then set new.b = 1; end if",
        .mariaDB
      ),
      (
        "create definer=trig@localhost function f() returns int deterministic begin return 1; end",
        .mariaDB
      ),
      (
        "create procedure p() while a do set a = 0; if b then select 1; end if; end while", .mariaDB
      ),
      ("create procedure p() l: loop leave l; end loop l", .mariaDB),
      ("create procedure p() case a when 1 then select 1; else select 2; end case", .mariaDB),
      (
        "create event e on schedule every 1 day do begin delete from a; delete from b; end",
        .mariaDB
      ),
      ("alter event e do begin select 1; end", .mariaDB),
      ("begin not atomic declare a int; set a = 1; end", .mariaDB),
      ("if a then select 1; end if", .mariaDB),
      (
        "/*!50003 CREATE*/ /*!50017 DEFINER=`a`@`%`*/ /*!50003 TRIGGER t "
          + "BEFORE INSERT ON a FOR EACH ROW BEGIN SET @x = 1; END */",
        .mariaDB
      ),
      ("/*!40101 SET a = 1; SET b = 2 */", .mariaDB),
      (
        "create function f() returns int language sql begin atomic select 1; select case when 1=1 then 2 end; end",
        .postgreSQL
      ),
      (
        "create function f() returns int as $$ begin; return ';'; end; $$ language plpgsql",
        .postgreSQL
      ),
      ("create function f() returns int as $a$ select $$;$$; $a$ language sql", .postgreSQL),
      ("create function f() returns text as 'select 1; select 2' language sql", .postgreSQL),
      ("do $do$ begin perform 1; end; $do$", .postgreSQL),
      (
        "create or replace rule r as on insert to a do also (insert into b values (1); delete from c)",
        .postgreSQL
      ),
      ("if @a = 1 begin select 1; begin tran; select 2; commit; end", .sqlServer),
      ("begin try select 1; end try begin catch select 2; end catch", .sqlServer),
      ("begin begin select 1; end if @x = 1 select @end; end", .sqlServer),
    ]
  )
  func bodies(statement: String, dialect: SQLDialect) throws {
    for script in ["\(statement);\nselect 9;", "select 9; \(statement);", "select 9;\(statement)"] {
      let texts = try ScriptSplitter.statements(of: script, dialect).map(\.text)
      #expect(
        texts.count == 2 && texts.contains(statement) && texts.contains("select 9"),
        "\(texts)"
      )
    }
  }

  @Test(
    "ends a statement without a body at the first semicolon",
    arguments: [
      (
        "create trigger t after insert on a for each row set new.b = if(new.c, 1, 2)",
        SQLDialect.mariaDB
      ),
      ("create trigger t before insert on a for each row execute function f()", .postgreSQL),
      ("create event trigger t on ddl_command_start execute function f()", .postgreSQL),
      ("create event e on schedule every 1 hour do delete from t", .mariaDB),
      ("create function f() returns int return case when 1 then 2 else 3 end", .mariaDB),
      ("create table if not exists begin (a int)", .sqlite),
      ("create view trigger_view as select begin from t", .standard),
      ("create definer=a@b view v as select 1", .mariaDB),
      ("select begin from t", .mariaDB),
      ("create rule r as on insert to a do nothing", .postgreSQL),
      ("begin transaction", .sqlServer),
    ]
  )
  func bodiless(statement: String, dialect: SQLDialect) throws {
    let texts = try ScriptSplitter.statements(of: "\(statement); select 9", dialect).map(\.text)
    #expect(texts == [statement, "select 9"])
  }

  @Test("tells the line of the first word of each statement, whatever ends lines")
  func lines() throws {
    let script =
      "-- a\r\n\r\nselect 1;\r\n/* b\r\n*/ select\r\n2; select 'a\r\nb'; select 3\r;\rselect 4\n;"
    let statements = try ScriptSplitter.statements(of: script, .sqlite)
    #expect(statements.map(\.line) == [3, 5, 6, 7, 9])
    #expect(statements[1].text == "select\r\n2" && statements[2].text == "select 'a\r\nb'")
    let hint = try ScriptSplitter.statements(of: "\n/*+ a */\nselect 1", .standard)
    #expect(hint == [ScriptStatement(text: "/*+ a */\nselect 1", line: 3)])
  }

  @Test("has the delimiter that a line of MySQL's client says")
  func delimiters() throws {
    let script = """
      select 1;
      DELIMITER //
      create procedure p()
      begin
        select '//', 2; -- //
      end//
      select 3 //
      delimiter $$
      begin not atomic select 4; END$$
      select a$$
        delimiter ;
      select 5; select delimiter from t;
      """
    let expected = [
      "select 1", "create procedure p()\nbegin\n  select '//', 2; -- //\nend", "select 3",
      "begin not atomic select 4; END", "select a", "select 5", "select delimiter from t",
    ]
    for end in ["\n", "\r\n"] {
      let text = script.split(separator: "\n").joined(separator: end)
      let statements = try ScriptSplitter.statements(of: text, .mariaDB)
      #expect(
        statements.map(\.text) == expected.map { $0.split(separator: "\n").joined(separator: end) }
      )
      #expect(statements.map(\.line) == [1, 3, 7, 9, 10, 12, 12])
    }
  }

  @Test("ends a statement where the delimiter changes, and takes the rest at its end")
  func openDelimiter() throws {
    let script = "delimiter ;;\nbegin select 1; end\ndelimiter ;\nselect\ndelimiter ; select 2"
    #expect(
      try ScriptSplitter.statements(of: script, .mariaDB).map(\.text)
        == ["begin select 1; end", "select\ndelimiter", "select 2"]
    )
    #expect(
      try ScriptSplitter.statements(of: "delimiter //\nselect 1; select 2; ", .mariaDB).map(\.text)
        == ["select 1; select 2;"]
    )
    #expect(
      try ScriptSplitter.statements(of: "delimiter //\n; //", .mariaDB).isEmpty
    )
    #expect(
      try ScriptSplitter.statements(of: "delimiter //\nselect 1;", .sqlite).map(\.text)
        == ["delimiter //\nselect 1"]
    )
  }

  @Test("ends a statement of Transact-SQL at GO, and a module nowhere else")
  func batches() throws {
    let script = """
      select 1
      go
      create procedure p as select 2; select 3;
        GO -- end
      create table go (a int); select 'x
      go
      ' as go
      GO
      alter function f() returns int as begin return 1; end;
      exec p
      """
    let statements = try ScriptSplitter.statements(of: script, .sqlServer)
    #expect(
      statements.map(\.text) == [
        "select 1", "create procedure p as select 2; select 3;", "create table go (a int)",
        "select 'x\ngo\n' as go", "alter function f() returns int as begin return 1; end;\nexec p",
      ]
    )
    #expect(statements.map(\.line) == [1, 3, 5, 5, 9])
    #expect(throws: StatementFault.self) {
      try ScriptSplitter.statements(of: "select 1\ngo 5", .sqlServer)
    }
  }

  @Test("leaves out a comment that begins behind GO, however many lines it has")
  func commentBehindGo() throws {
    let script = "select 1\nGO /* a;\nGO\n b */ select 2"
    let statements = try ScriptSplitter.statements(of: script, .sqlServer)
    #expect(statements.map(\.text) == ["select 1", "select 2"])
    #expect(statements.map(\.line) == [1, 4])
    #expect(throws: StatementFault.self) {
      try ScriptSplitter.statements(of: "select 1\nGO /* a", .sqlServer)
    }
  }

  @Test(
    "cannot be split where something does not end, and says where that begins",
    arguments: [
      ("select 1;\n  select 'a;\n", SQLDialect.standard, 2, 10, "quoted text"),
      ("select 'ü', \"a;", .standard, 1, 13, "quoted name"),
      ("select 1;\r\n/* a", .standard, 2, 1, "comment"),
      ("/* a /* b */ ;", .postgreSQL, 1, 1, "comment"),
      ("select $x$ ; $y$", .postgreSQL, 1, 8, "quoted text"),
      ("/*!40101 set a = 1;", .mariaDB, 1, 1, "comment"),
      ("create trigger t after insert on a\nbegin select 1;", .sqlite, 2, 1, "BEGIN"),
      ("create procedure p() begin begin end; select 1;", .mariaDB, 1, 22, "BEGIN"),
      ("create procedure p() l: loop select 1;", .mariaDB, 1, 25, "LOOP"),
      ("if a then select 1;", .mariaDB, 1, 1, "IF"),
      ("select 1;\n delimiter\n", .mariaDB, 2, 2, "DELIMITER"),
    ]
  )
  func faults(script: String, dialect: SQLDialect, line: Int, column: Int, words: String) throws {
    let fault = try #require(throws: StatementFault.self) {
      try ScriptSplitter.statements(of: script, dialect)
    }
    #expect(fault.line == line && fault.column == column && fault.message.contains(words))
  }
}
