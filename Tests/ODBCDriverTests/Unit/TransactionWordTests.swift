import Testing

@testable import ODBCDriver

@Suite("A word that begins or ends a transaction")
struct TransactionWordTests {
  @Test(
    "is found in front of a statement, behind comments too",
    arguments: [
      ("begin", "BEGIN"), ("BEGIN TRANSACTION", "BEGIN"), ("start transaction read only", "START"),
      ("-- x\n/* y */ commit work", "COMMIT"), ("Rollback to savepoint a", "ROLLBACK"),
      ("savepoint a", "SAVEPOINT"), ("release savepoint a", "RELEASE"), ("end", "END"),
      ("begin;", "BEGIN"), ("begin immediate", "BEGIN"),
    ]
  )
  func found(_ sql: String, _ word: String) {
    #expect(TransactionWord.of(sql, .standard) == word)
  }

  @Test(
    "is found behind other statements, and behind semicolons",
    arguments: [
      (";begin", "BEGIN", SQLDialect.standard), ("; ;commit", "COMMIT", .sqlite),
      ("insert into t values (1); begin; insert into t values (2)", "BEGIN", .postgreSQL),
      ("select 1; end", "END", .postgreSQL), ("select 1;\nrollback", "ROLLBACK", .mariaDB),
      ("begin not deferrable", "BEGIN", .postgreSQL), ("begin deferrable", "BEGIN", .postgreSQL),
      ("begin distributed tran", "BEGIN", .sqlServer),
      ("declare @x int; begin tran", "BEGIN", .sqlServer),
    ]
  )
  func behind(_ sql: String, _ word: String, _ dialect: SQLDialect) {
    #expect(TransactionWord.of(sql, dialect) == word)
  }

  @Test(
    "is none in a block of statements",
    arguments: [
      ("begin not atomic set @x = 1; commit; end", SQLDialect.mariaDB),
      ("create procedure p() begin start transaction; commit; end", .mariaDB),
      ("create trigger a after insert on t begin select 1; end", .sqlite),
      ("declare x number; begin select 1 into x from dual; end;", .standard),
      ("create package body p as procedure q as begin select 1; end; end", .mariaDB),
      ("do $$ begin commit; end $$; select 1", .postgreSQL),
      ("select '; begin'; select 1", .postgreSQL), ("select 'open; begin", .postgreSQL),
    ]
  )
  func block(_ sql: String, _ dialect: SQLDialect) {
    #expect(TransactionWord.of(sql, dialect) == nil)
  }

  @Test(
    "is none where it begins a block, or stands elsewhere",
    arguments: [
      "select 'begin'", "begin not_atomic_word select 1; end", "start slave",
      "insert into begin values (1)",
      "", "-- commit", "\"commit\"", "create table t (begin int)",
    ]
  )
  func none(_ sql: String) { #expect(TransactionWord.of(sql, .standard) == nil) }
}
