import Testing

@testable import DriverHost

@Suite("A document that is YAML or JSON")
struct DocumentTests {
  private func read(_ text: String, _ file: String) throws -> String {
    exact(try Document.parse(Array(text.utf8), file: file).value)
  }

  @Test(
    "is read as what it is",
    arguments: [
      // JSON, whatever the name.
      ("{\"a\":\t1.0}", "x.json", #"{"a": double 1.0}"#),
      ("{\"a\":\t1}", "x.yaml", #"{"a": int 1}"#),
      ("\n\t[1]", "<standard input>", "[int 1]"), ("\u{FEFF}{}", "x.json", "{}"),
      (#"["\ud83d\ude00"]"#, "x", #"[string "😀"]"#), ("\"a\"", "x.json", #"string "a""#),
      (#""\ud83d\ude00""#, "x", #"string "😀""#), (" \"a\\/b\" ", "x", #"string "a/b""#),
      // YAML that looks like JSON.
      ("{a: 1, }", "x", #"{"a": int 1}"#), ("[a, b]", "x.yml", #"[string "a", string "b"]"#),
      ("{\"a\": 1} # c", "x.yaml", #"{"a": int 1}"#), ("{a: 1}: b", "x", nil),
      // YAML.
      ("a: 1", "x.yaml", #"{"a": int 1}"#), ("\u{FEFF}a: 1", "x", #"{"a": int 1}"#),
      ("'a'", "x", #"string "a""#), ("", "x", "null"), ("12", "x", "int 12"),
      ("\"a\": 1", "x", #"{"a": int 1}"#), ("\"a\\x41\"", "x", #"string "aA""#),
      // Not what its name says.
      ("a: 1", "x.json", nil), ("{\"a\": 1,}", "x.json", nil), ("", "x.json", nil),
    ] as [(String, String, String?)]
  )
  func kinds(text: String, file: String, value: String?) throws {
    guard let value else {
      #expect(throws: HostError.self) { try read(text, file) }
      return
    }
    #expect(try read(text, file) == value)
  }

  @Test(
    "is refused with the words of the reader that its author meant",
    arguments: [
      ("{\"a\": 1,\n \"b\": 2 \"c\": 3}", "x", "2:9: there should be a comma or `}`"),
      ("{\"a\": 1,\n \"b\": 2 \"c\": 3}", "x.yaml", "2:12: did not find expected ','"),
      ("{a: 1,\n b: 'x}", "x", "2:8: found unexpected end of stream"),
      ("{\"a\": 1, \"a\": 2}", "x", "1:10: this name stands twice"),
      ("{\"a\": hunter2}}", "x", "1:15: did not find expected <document start>"),
      ("{\"a\": 1}}", "x", "1:9: there should be the end"), ("[1, 2", "x", "1:6: there should be"),
      ("{\"a\": 1,}", "x.json", "1:9: there should be a name in quotes here, not `}`"),
      ("\"a\": b: c", "x", "1:7: mapping values are not allowed"),
      ("{a: 1}", "x.json", "1:2: there should be a name in quotes or `}` here, not `a`"),
    ]
  )
  func errors(text: String, file: String, reason: String) {
    let found = refusal { try read(text, file) }
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(reason) == true, "\(found)")
  }

  @Test("that is large JSON is not held to the limits of YAML")
  func limits() throws {
    let text = "[" + String(repeating: "1,", count: 1000) + "1]"
    let parsed = try Document.parse(
      Array(text.utf8),
      file: "x",
      yaml: YAML.Limits(bytes: 10)
    )
    #expect(parsed.value.listValue?.count == 1001)
    #expect(throws: HostError.self) {
      try Document.parse(Array(text.utf8), file: "x", json: JSON.Limits(bytes: 10))
    }
  }
}
