import Testing

@testable import ODBCDriver

@Suite("A statement as a part of another one")
struct TypeProbeTests {
  @Test(
    "has no semicolon before or behind it, and nothing behind that",
    arguments: [
      ("select 1", "select 1"), ("select 1;", "select 1"), ("select 1 ; \n-- ; x", "select 1 "),
      ("select ';' as a; ;", "select ';' as a"), ("/* ; */ select 1;", "/* ; */ select 1"),
      ("select \";\" from t -- ;", "select \";\" from t -- ;"), ("", ""),
      (";select 1", "select 1"), ("; /* x */ ; select 1;", " select 1"),
    ]
  )
  func withoutTerminator(text: String, part: String) {
    #expect(text.withoutTerminator(.sqlite) == part)
  }
}
