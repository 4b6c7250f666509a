import Testing

@testable import HTTPKit

@Suite("A JSON document")
struct JSONScannerTests {
  /// The example of RFC 6901, section 5.
  static let example = """
    {
      "foo": ["bar", "baz"],
      "": 0,
      "a/b": 1,
      "c%d": 2,
      "e^f": 3,
      "g|h": 4,
      "i\\\\j": 5,
      "k\\"l": 6,
      " ": 7,
      "m~n": 8
    }
    """

  static func text(at pointer: String, in document: String) -> String? {
    let bytes = Array(document.utf8)
    guard let range = JSONScanner.value(at: pointer, in: bytes.span) else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  @Test(
    "is looked into by the pointers of RFC 6901",
    arguments: [
      ("/foo", "[\"bar\", \"baz\"]"), ("/foo/0", "\"bar\""), ("/foo/1", "\"baz\""), ("/", "0"),
      ("/a~1b", "1"), ("/c%d", "2"), ("/e^f", "3"), ("/g|h", "4"), ("/i\\j", "5"),
      ("/k\"l", "6"), ("/ ", "7"), ("/m~0n", "8"),
    ]
  )
  func examples(pointer: String, value: String) {
    #expect(JSONScannerTests.text(at: pointer, in: JSONScannerTests.example) == value)
  }

  @Test("is the value of the empty pointer, without the space around it")
  func whole() {
    #expect(JSONScannerTests.text(at: "", in: " \n[1, 2]\t ") == "[1, 2]")
    #expect(JSONScannerTests.text(at: "", in: " 12 ") == "12")
    #expect(
      JSONScannerTests.text(at: "", in: JSONScannerTests.example) == JSONScannerTests.example
    )
  }

  @Test(
    "has nothing where a pointer leads nowhere or is none",
    arguments: [
      "foo", "/foo/2", "/foo/-", "/foo/01", "/foo/+1", "/foo/", "/foo/0/0", "/fo", "/foo~",
      "/foo~2", "/m~n", "/a/b", "/foo/99999999999999999999", "//", "#/foo", "/foo/0x1",
    ]
  )
  func nowhere(pointer: String) {
    #expect(JSONScannerTests.text(at: pointer, in: JSONScannerTests.example) == nil)
  }

  @Test(
    "has names that are compared by what they say",
    arguments: [
      (#"{"caf\u00e9":1}"#, "/caf\u{E9}", "1"), (#"{"café":1}"#, "/caf\u{E9}", "1"),
      (#"{"\ud83d\ude00":2}"#, "/😀", "2"), (#"{"a\/b":3}"#, "/a~1b", "3"),
      (#"{"\u007e":4}"#, "/~0", "4"), (#"{"a":1,"a":2}"#, "/a", "1"),
      (#"{"x":{"a":1},"a":{"x":5}}"#, "/a/x", "5"), (#"{"1":6}"#, "/1", "6"),
    ]
  )
  func names(document: String, pointer: String, value: String) {
    #expect(JSONScannerTests.text(at: pointer, in: document) == value)
  }

  @Test("has other names for other code points that look the same")
  func composed() {
    #expect(JSONScannerTests.text(at: "/e\u{301}", in: "{\"\u{E9}\":1}") == nil)
  }

  @Test("is looked into from a value within it")
  func within() throws {
    let bytes = Array(#"{"items":[{"id":1},{"id":2}],"id":3}"#.utf8)
    let place = JSONScanner.value(at: "/items", in: bytes.span)
    let list = try #require(place)
    let items = JSONScanner.items(of: list, in: bytes.span)
    let ids = items.map { item in
      JSONScanner.value(at: "/id", in: bytes.span, within: item)
        .flatMap { JSONScanner.scalarText(of: $0, in: bytes.span) }
    }
    #expect(ids == ["1", "2"])
  }

  @Test(
    "gives an array's elements",
    arguments: [
      ("[]", []), ("[ ]", []), ("[1]", ["1"]), ("{\"a\":1}", []), ("1", []), ("\"[1]\"", []),
      (
        "[ 1 , \"a,]\" ,[2,[3]], {\"b\":[4]} , null ]",
        ["1", "\"a,]\"", "[2,[3]]", "{\"b\":[4]}", "null"]
      ),
      ("[\"\\\"\",\"\\\\\"]", ["\"\\\"\"", "\"\\\\\""]),
    ]
  )
  func items(document: String, items: [String]) {
    let bytes = Array(document.utf8)
    let ranges = JSONScanner.items(of: 0..<bytes.count, in: bytes.span)
    #expect(ranges.map { String(decoding: bytes[$0], as: UTF8.self) } == items)
  }

  @Test("gives an object's members in order, repeated ones too")
  func members() {
    let bytes = Array(#" { "a" : 1 , "\u0062" : [ 2 ] , "a" : {"c":3} } "#.utf8)
    let members = JSONScanner.members(of: 0..<bytes.count, in: bytes.span)
    #expect(members.map(\.name) == ["a", "b", "a"])
    #expect(
      members.map { String(decoding: bytes[$0.value], as: UTF8.self) } == [
        "1", "[ 2 ]", "{\"c\":3}",
      ]
    )
    let none = [0..<0, 5..<6].flatMap { JSONScanner.members(of: $0, in: bytes.span) }
    #expect(none.isEmpty)
  }

  @Test(
    "tells kinds and texts apart",
    arguments: [
      ("{}", .object, nil), ("[]", .array, nil), ("\"\"", .string, ""), (" \"a\" ", .string, "a"),
      ("-1.50e+3", .number, "-1.50e+3"), ("12345678901234567890", .number, "12345678901234567890"),
      ("true", .boolean, "true"), ("false ", .boolean, "false"), ("null", .null, nil),
      ("", nil, nil), ("?", nil, nil),
    ] as [(String, JSONScanner.Kind?, String?)]
  )
  func kinds(document: String, kind: JSONScanner.Kind?, text: String?) {
    let bytes = Array(document.utf8)
    let found = JSONScanner.kind(of: 0..<bytes.count, in: bytes.span)
    let scalar = JSONScanner.scalarText(of: 0..<bytes.count, in: bytes.span)
    let string = JSONScanner.string(of: 0..<bytes.count, in: bytes.span)
    #expect(found == kind)
    #expect(scalar == text)
    #expect(string == (kind == .string ? text : nil))
  }

  @Test(
    "has strings whose escapes are taken out",
    arguments: [
      (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u20AC\u20ac""#, "€€"),
      (#""\uD834\uDD1E""#, "\u{1D11E}"), (#""a\u0000b""#, "a\u{0}b"), (#""ü😀""#, "ü😀"),
      // None of these is valid.
      (#""\ud834""#, "\u{FFFD}"), (#""\udd1ex""#, "\u{FFFD}x"), (#""\ud834\u0041""#, "\u{FFFD}A"),
      (#""\ud834\n""#, "\u{FFFD}\n"), (#""\u12""#, "\u{FFFD}12"), (#""\uzzzz""#, "\u{FFFD}zzzz"),
      (#""\q""#, "\u{FFFD}"),
    ]
  )
  func escapes(document: String, text: String) {
    let bytes = Array(document.utf8)
    let string = JSONScanner.string(of: 0..<bytes.count, in: bytes.span)
    #expect(string == text)
  }

  @Test("that is deeply nested is looked into without recursion")
  func deep() {
    let depth = 1_000_000
    let open = [UInt8](repeating: UInt8(ascii: "["), count: depth)
    let bytes = open + [UInt8](repeating: UInt8(ascii: "]"), count: depth)
    let whole = JSONScanner.value(at: "", in: bytes.span)
    let unclosed = JSONScanner.value(at: "", in: open.span)
    let inner = JSONScanner.value(at: String(repeating: "/0", count: 100_000), in: bytes.span)
    #expect(whole == 0..<bytes.count)
    #expect(unclosed == nil)
    #expect(inner == 100_000..<(bytes.count - 100_000))
  }

  @Test("cut anywhere or changed anywhere is read within its bounds")
  func malformed() {
    let document = Array(#"{"a":[1,"x\"\ud83d\ude00",{"b":null}],"c\n":true} "#.utf8)
    var documents = document.indices.map { Array(document[..<$0]) }
    for place in document.indices {
      for byte in "\"\\[]{}:,u0 ".utf8 + [0, 0xFF] {
        var changed = document
        changed[place] = byte
        documents.append(changed)
      }
    }
    for bytes in documents {
      for pointer in ["", "/a", "/a/2/b", "/c\n"] {
        guard let range = JSONScanner.value(at: pointer, in: bytes.span) else { continue }
        #expect(range.lowerBound >= 0 && range.upperBound <= bytes.count && !range.isEmpty)
        _ = JSONScanner.scalarText(of: range, in: bytes.span)
      }
      let far = -5..<(bytes.count + 100)
      for range in JSONScanner.items(of: far, in: bytes.span) {
        #expect(range.upperBound <= bytes.count)
      }
      for member in JSONScanner.members(of: far, in: bytes.span) {
        #expect(member.value.upperBound <= bytes.count)
      }
      _ = JSONScanner.kind(of: far, in: bytes.span)
      _ = JSONScanner.string(of: far, in: bytes.span)
    }
  }

  @Test("has texts that come back from the way they are written")
  func written() {
    let text = "\u{0}\u{1}\u{8}\t\n\u{C}\r\u{1F}\"\\/ü😀\u{7F}\u{2028}"
    var bytes: [UInt8] = []
    JSONText.append(text, to: &bytes)
    #expect(
      String(decoding: bytes, as: UTF8.self)
        == #""\u0000\u0001\b\t\n\f\r\u001f\"\\/ü😀"# + "\u{7F}\u{2028}\""
    )
    let string = JSONScanner.string(of: 0..<bytes.count, in: bytes.span)
    #expect(string == text)
  }
}
