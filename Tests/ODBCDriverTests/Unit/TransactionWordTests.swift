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
    "is none where it begins a block, or stands elsewhere",
    arguments: [
      "select 'begin'", "begin not_atomic_word select 1; end", "start slave",
      "insert into begin values (1)",
      "", "-- commit", "\"commit\"", "create table t (begin int)",
    ]
  )
  func none(_ sql: String) { #expect(TransactionWord.of(sql, .standard) == nil) }
}
