import Testing

@testable import DriverHost

@Suite("A version")
struct SemanticVersionTests {
  @Test("is ordered as semver.org has it")
  func order() {
    let ascending = [
      "0.9.0", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
      "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.0+build.2", "1.0.1", "1.2.0", "1.10.0", "2.0.0",
      "2.0.18446744073709551615",
    ].compactMap(SemanticVersion.init)
    #expect(ascending.count == 15)
    #expect(ascending.reversed().sorted() == ascending)
  }

  @Test("gives its text back", arguments: ["1.2.3", "1.0.0-a-b.0.x+001.sha", "0.0.0"])
  func roundTrip(text: String) {
    #expect(SemanticVersion(text)?.description == text)
  }

  @Test(
    "is refused in any other form",
    arguments: [
      "", "1", "1.2", "1.2.3.4", "01.2.3", "1.2.03", "v1.2.3", "1.2.x", "1.2.-3", "1.2.3-",
      "1.2.3-01",
      "1.2.3-a..b", "1.2.3+", "1.2.3-é", " 1.2.3", "1.2.3 ", "1.2.99999999999999999999",
    ]
  )
  func refused(text: String) {
    #expect(SemanticVersion(text) == nil)
  }
}
