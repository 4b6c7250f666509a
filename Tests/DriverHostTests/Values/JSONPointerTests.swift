import Testing

@testable import DriverHost

@Suite("A JSON pointer")
struct JSONPointerTests {
  @Test(
    "has the tokens that stand between its slashes, whatever Swift takes for one character",
    arguments: [
      ("", []), ("/", [""]), ("/a/b", ["a", "b"]), ("/a~1b/m~0n", ["a/b", "m~n"]), ("/~01", ["~1"]),
      // An accent right behind a slash or a tilde.
      ("/\u{301}a/b", ["\u{301}a", "b"]), ("/a/\u{301}", ["a", "\u{301}"]),
      ("/a~1\u{301}", ["a/\u{301}"]), ("/~0\u{301}", ["~\u{301}"]), ("/\r\n/x", ["\r\n", "x"]),
    ] as [(String, [String])]
  )
  func tokens(text: String, tokens: [String]) {
    let pointer = JSONPointer(text: text)
    #expect(pointer == JSONPointer(tokens))
    #expect(pointer?.description.utf8.elementsEqual(text.utf8) == true)
  }

  @Test("begins with a slash", arguments: ["a", "#/a", "~1"])
  func malformed(text: String) {
    #expect(JSONPointer(text: text) == nil)
  }

  @Test("is another than one whose names only look the same")
  func equality() {
    let (one, two) = (JSONPointer(["caf\u{E9}"]), JSONPointer(["cafe\u{301}"]))
    #expect(one != two)
    #expect(Set([one, two]).count == 2)
    #expect(JSONPointer(["a", "b"]) != JSONPointer(["ab"]))
    #expect(JSONPointer(["a"]) != JSONPointer(["a"]).name)
    #expect(JSONPointer(["a"]).name.description == "/a#")
  }

  @Test("leads to the name of a member, or else to the nearest value")
  func names() throws {
    let document = try YAML.parse(Array("a:\n  b: 1\n".utf8), file: "x.yaml")
    func place(_ pointer: JSONPointer) -> String? {
      document.locations.nearest(to: pointer)?.description
    }
    let inner = JSONPointer(["a", "b"])
    #expect(place(inner) == "x.yaml:2:6")
    #expect(place(inner.name) == "x.yaml:2:3")
    #expect(place(JSONPointer(["a", "c"]).name) == "x.yaml:2:3")
    #expect(place(JSONPointer().name) == "x.yaml:1:1")
  }
}
