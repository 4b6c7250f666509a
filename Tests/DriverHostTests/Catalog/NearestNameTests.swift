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

  @Test("is none where nothing is near", arguments: ["", "X", "KAFKA", "RESTAURANT"])
  func none(name: String) {
    #expect(NearestName.of(name, among: known) == nil)
  }
}
