import Testing

@testable import DriverHost

@Suite("The nearest name")
struct NearestNameTests {
  private let known = ["REST", "ODBC", "SSH", "FTP", "OPENAI", "VAULT"]

  @Test(
    "is the one that differs by a slip",
    arguments: [
      ("REAT", "REST"), ("rest", "REST"), ("OPNEAI", "OPENAI"), ("vualt", "VAULT"), ("SH", "SSH"),
      ("FTPS", "FTP"),
    ]
  )
  func slip(name: String, nearest: String) {
    #expect(NearestName.of(name, among: known) == nearest)
  }

  @Test("is none for a name that is too long to be compared")
  func long() {
    // By the square of the length it would take a day.
    let long = String(repeating: "a", count: 1_000_000)
    #expect(NearestName.of(long, among: [long + "b", "a"]) == nil)
    #expect(NearestName.of("aaa", among: [long, "aab"]) == "aab")
  }

  @Test("is none where nothing is near", arguments: ["", "X", "KAFKA", "RESTAURANT"])
  func none(name: String) {
    #expect(NearestName.of(name, among: known) == nil)
  }
}
