import Testing

@testable import ODBCDriver

@Suite("A pattern for names")
struct NamePatternTests {
  @Test(
    "means the names that its stars and question marks make of it",
    arguments: [
      ("orders", "orders", true), ("orders", "Orders", false), ("order*", "orders", true),
      ("order*", "order", true), ("*", "", true), ("*", "größe", true), ("?", "ö", true),
      ("?", "", false), ("a*b*c", "a-b-b-c", true), ("a*b*c", "a-c-b", false),
      ("a_b", "a_b", true), ("a_b", "axb", false), ("100%", "100%", true), ("100%", "1000", false),
      ("**a", "xxa", true), ("*a?", "aaab", true), ("", "", true), ("", "a", false),
    ]
  )
  func matches(_ pattern: String, _ name: String, _ isMeant: Bool) {
    #expect(NamePattern(pattern).matches(name) == isMeant)
  }

  @Test("is written for ODBC with what the driver has in front of characters that mean others")
  func patterns() {
    #expect(NamePattern("a_b*c?%").pattern(escape: "\\") == "a\\_b%c_\\%")
    #expect(NamePattern("a\\b").pattern(escape: "\\") == "a\\\\b")
    #expect(NamePattern("a_b").pattern(escape: "") == "a_b")
    #expect(NamePattern(exactly: "a*b?").pattern(escape: "\\") == "a*b?")
    #expect(NamePattern(exactly: "a*b").matches("a*b"))
    #expect(!NamePattern(exactly: "a*b").matches("axb"))
  }
}
