import Testing

@testable import DriverHost

@Suite("Where things stand in a document")
struct SourceMapTests {
  private func places(
    _ document: ParsedDocument,
    _ pointers: [String]
  ) -> [String] {
    pointers.map { pointer in
      let pointer = JSONPointer(text: pointer)!
      let key = document.locations.key(at: pointer).map { "\($0.line):\($0.column)" } ?? "-"
      let value = document.locations.value(at: pointer).map { "\($0.line):\($0.column)" } ?? "-"
      return "\(key) \(value)"
    }
  }

  @Test("is known of every value and name in JSON")
  func json() throws {
    let text = """
      {"a": 1, "é😀": [true,
        {"x": null}, []],
       "c": {}, "d/~": "e"}
      """
    let document = try Document.parse(Array(text.utf8), file: "x.json")
    let found = places(
      document,
      [
        "", "/a", "/é😀", "/é😀/0", "/é😀/1", "/é😀/1/x", "/é😀/2", "/c", "/d~1~0", "/b", "/é😀/3",
        "/a/b",
      ]
    )
    #expect(
      found == [
        "- 1:1", "1:2 1:7", "1:10 1:16", "- 1:17", "- 2:3", "2:4 2:9", "- 2:16", "3:2 3:7",
        "3:11 3:18", "- -", "- -", "- -",
      ]
    )
  }

  @Test("is known of every value and name in YAML")
  func yaml() throws {
    let text = """
      # comment
      a: 1
      é😀:
        - true
        - x: ~
          y:
        - []
      c: {k: v}
      """
    let document = try YAML.parse(Array(text.utf8), file: "x.yaml")
    let found = places(
      document,
      ["", "/a", "/é😀", "/é😀/0", "/é😀/1", "/é😀/1/x", "/é😀/1/y", "/é😀/2", "/c/k"]
    )
    #expect(
      found == [
        "- 2:1", "2:1 2:4", "3:1 4:3", "- 4:5", "- 5:5", "5:5 5:8", "6:5 6:7", "- 7:5", "8:5 8:8",
      ]
    )
  }

  @Test("is that of the anchor for what is below an alias, and that of the alias for itself")
  func aliases() throws {
    let text = """
      a: &a
        b: [1, 2]
      c: &key d
      e: *a
      f: [*a, *key]
      """
    let document = try YAML.parse(Array(text.utf8), file: "x.yaml")
    #expect(
      places(document, ["/e", "/e/b", "/e/b/1", "/f/0", "/f/0/b/0", "/f/1"]) == [
        "4:1 4:4", "2:3 2:6", "- 2:10", "- 5:5", "- 2:7", "- 5:9",
      ]
    )
  }

  @Test(
    "is known of each item of a list as of a document of its own",
    arguments: ["- a: 1\n- [x, {b: 2}]\n- c\n", "[{a: 1},\n [x, {b: 2}], c]"]
  )
  func items(text: String) throws {
    let document = try YAML.parse(Array(text.utf8), file: "x.yaml")
    let items = document.locations.items()
    #expect(items.count == 3)
    for (index, item) in items.enumerated() {
      for tokens in [[], ["a"], ["1"], ["1", "b"], ["9"]] {
        let whole = document.locations.value(at: JSONPointer([String(index)] + tokens))
        #expect(item.value(at: JSONPointer(tokens)) == whole)
      }
    }
    #expect(items[1].value(at: JSONPointer(["1", "b"]))?.line == 2)
    #expect(try YAML.parse(Array("a: 1".utf8), file: "x.yaml").locations.items().isEmpty)
  }

  @Test("is that of the nearest value above, for what is missing")
  func nearest() throws {
    let document = try YAML.parse(Array("a:\n  b: 1\n".utf8), file: "my.yaml")
    #expect(
      document.locations.nearest(to: JSONPointer(["a", "c", "d"]))
        == SourceLocation(file: "my.yaml", line: 2, column: 3)
    )
    #expect(document.locations.nearest(to: JSONPointer(["x"]))?.description == "my.yaml:1:1")
  }

  @Test(
    "is within the text where a value is missing at its end",
    arguments: [
      ("? a", "/a", "1:3 1:4"), ("b: 1\r\n?  é", "/é", "2:4 2:5"), ("a:", "/a", "1:1 1:3"),
      ("a:\n", "/a", "1:1 1:3"), ("---", "", "- 1:4"),
    ]
  )
  func missing(text: String, pointer: String, place: String) throws {
    let document = try YAML.parse(Array(text.utf8), file: "x.yaml")
    #expect(places(document, [pointer]) == [place])
  }
}
