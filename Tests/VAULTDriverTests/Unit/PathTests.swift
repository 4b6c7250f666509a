import DriverHost
import DriverKit
import Testing

@testable import VAULTDriver

@Suite("A path")
struct PathTests {
  @Test(
    "is percent-encoded name by name, and keeps its slashes",
    arguments: [
      ("app/db", "app/db"), ("a b/ü", "a%20b/%C3%BC"), ("a%2Fb", "a%252Fb"), ("q?x#y", "q%3Fx%23y"),
    ]
  )
  func encoded(text: String, url: String) {
    #expect(EnginePath.encoded(text) == url)
  }

  @Test("that is one name keeps no slash")
  func name() {
    #expect(EnginePath.encoded("a/b", keepsSlashes: false) == "a%2Fb")
  }

  @Test("has no slashes around it", arguments: ["app/db", "/app/db", "app/db//", "//app/db/"])
  func trimmed(text: String) {
    #expect(EnginePath.trimmed(text) == "app/db")
  }

  @Test("does not lead elsewhere", arguments: ["..", "a/../b", "a/./b", "a//b", "a\nb", "a\u{7F}"])
  func refused(text: String) {
    let error = #expect(throws: DriverError.self) { try EnginePath.check(text, "/path") }
    #expect(error?.code == .invalidInput && error?.pointer == "/path")
  }
}

@Suite("The text of a token")
struct TokenTextTests {
  @Test("is taken without the line end that files have", arguments: ["t", "t\n", "t\r\n", "t \n"])
  func taken(text: String) throws {
    #expect(try Login.token(text, "/authentication") == "t")
  }

  @Test("is refused where no header can hold it", arguments: ["", "\n", "a b", "a\nb", "ü"])
  func refused(text: String) {
    let error = #expect(throws: DriverError.self) { try Login.token(text, "/authentication") }
    #expect(error?.code == .invalidInput && error?.message.contains(text) != true || text.isEmpty)
  }
}

@Suite("The path of a log-in")
struct LoginPathTests {
  /// Where a user logs in.
  private func path(_ username: String, mount: String = "userpass") throws(DriverError) -> String? {
    let inputs: ValueMap = [
      "authentication_method": "userpass", "username": .string(username), "password": "p",
      "mount_path": .string(mount),
    ]
    return try withInputs(inputs) { map throws(DriverError) in try Login(map).path }
  }

  @Test(
    "has the user's name as one segment",
    arguments: [
      ("ann", "ann"), ("a.b", "a.b"), ("...", "..."), ("a b", "a%20b"), ("%2e%2e", "%252e%252e"),
      ("a?b#c", "a%3Fb%23c"), ("ü", "%C3%BC"), ("d\\a", "d%5Ca"),
    ]
  )
  func encoded(username: String, segment: String) throws {
    #expect(try path(username) == "auth/userpass/login/\(segment)")
    #expect(try path(username, mount: "/a b/c/") == "auth/a%20b/c/login/\(segment)")
  }

  @Test(
    "is not changed by the user's name",
    arguments: ["", ".", "..", "/", "a/b", "/a", "a/", "../x", "a/..", "a\nb", "a\u{7F}"]
  )
  func username(text: String) {
    let error = #expect(throws: DriverError.self) { try path(text) }
    #expect(error?.code == .invalidInput && error?.pointer == "/username")
  }

  @Test("is not changed by the method's", arguments: ["/", ".", "..", "a/../b", "a//b", "a\nb"])
  func mount(text: String) {
    let error = #expect(throws: DriverError.self) { try path("ann", mount: text) }
    #expect(error?.code == .invalidInput && error?.pointer == "/mount_path")
  }
}
