import Testing

@testable import DriverHost

/// Documents by the categories in which parsers of JSON differ: arrays, objects, numbers, strings,
/// structure and white space.
@Suite("Reading JSON")
struct JSONReadingTests {
  @Test(
    "takes every document of RFC 8259",
    arguments: [
      // Structure.
      ("null", "null"), (" true", "true"), ("false\n", "false"), ("\t\r\n 1 \t\r\n", "int 1"),
      (#""""#, #"string """#), ("[]", "[]"), ("[ ]", "[]"), ("{}", "{}"), ("{\n}", "{}"),
      // Arrays.
      ("[1,2]", "[int 1, int 2]"), ("[1 , 2 ]", "[int 1, int 2]"),
      ("[[]]", "[[]]"), ("[[],{}]", "[[], {}]"), ("[null,true,false]", "[null, true, false]"),
      ("[[[1],2],3]", "[[[int 1], int 2], int 3]"),
      // Objects: order kept, any name.
      (#"{"b":1,"a":2}"#, #"{"b": int 1, "a": int 2}"#),
      (#"{"":1}"#, #"{"": int 1}"#), (#"{ "a" : {"a":{}} }"#, #"{"a": {"a": {}}}"#),
      (#"{"a":[],"b":[{}]}"#, #"{"a": [], "b": [{}]}"#),
      (#"{"\u0061":1,"b\/":2}"#, #"{"a": int 1, "b/": int 2}"#),
      (#"{"a":{"a":1},"b":{"a":2}}"#, #"{"a": {"a": int 1}, "b": {"a": int 2}}"#),
      // Strings.
      (#""a\"\\\/\b\f\n\r\t""#, #"string "a\"\\/\u{08}\u{0C}\n\r\t""#),
      (#""\u0000""#, #"string "\0""#), (#""\u00e9\u00E9""#, #"string "éé""#),
      (#""\uD83D\uDE00""#, #"string "😀""#), (#""\ud800\udc00""#, "string \"\u{10000}\""),
      (#""\uDBFF\uDFFF""#, "string \"\u{10FFFF}\""), (#""\uFFFF""#, "string \"\u{FFFF}\""),
      (#""a\u000Ab""#, #"string "a\nb""#), ("\"\u{7F}\"", #"string "\u{7F}""#),
      ("\"\u{2028}\u{2029}\"", "string \"\u{2028}\u{2029}\""),
      ("\"日本語 🌍\"", "string \"日本語 🌍\""),
      (#""1234567\"12345678\\1234567\n""#, #"string "1234567\"12345678\\1234567\n""#),
    ]
  )
  func takes(document: String, value: String) throws {
    #expect(exact(try JSON.parse(document)) == value)
    #expect(exact(try JSON.parse(Array(document.utf8))) == value)
    try check(Array(document.utf8))
    #expect(JSON.problem(in: document) == nil)
  }

  @Test(
    "refuses every other text, with its place and what should stand there",
    arguments: [
      // Structure.
      ("", "1:1: there should be a value here, not the end of the document"),
      (" \n ", "2:2: there should be a value here, not the end of the document"),
      ("1 2", "1:3: there should be the end, since one document holds one value here, not `2`"),
      ("[]]", "1:3: there should be the end, since one document holds one value here, not `]`"),
      ("{}\n{}", "2:1: there should be the end, since one document holds one value here, not `{`"),
      ("}", "1:1: there should be a value here, not `}`"),
      ("// x\n1", "1:1: there should be a value here, not `/`"),
      (
        "\u{FEFF}1",
        "1:1: a byte order mark stands in front, which JSON forbids; save it without one"
      ),
      ("\u{A0}1", "1:1: there should be a value here, not a character outside ASCII"),
      ("\u{C}1", "1:1: there should be a value here, not a control character"),
      ("\0", "1:1: there should be a value here, not a control character"),
      ("tru", "1:1: there should be true, false or null here, not `t`"),
      ("nul", "1:1: there should be true, false or null here, not `n`"),
      ("True", "1:1: there should be a value here, not `T`"),
      ("truex", "1:5: there should be the end, since one document holds one value here, not `x`"),
      // Arrays.
      ("[", "1:2: there should be a value or `]` here, not the end of the document"),
      ("[1", "1:3: there should be a comma or `]` here, not the end of the document"),
      ("[1,]", "1:4: there should be a value or `]` here, not `]`"),
      ("[,1]", "1:2: there should be a value or `]` here, not `,`"),
      ("[1,,2]", "1:4: there should be a value or `]` here, not `,`"),
      ("[1 2]", "1:4: there should be a comma or `]` here, not `2`"),
      ("[1}", "1:3: there should be a comma or `]` here, not `}`"),
      ("[- 1]", "1:3: there should be a digit here, not a blank"),
      ("[1.\t]", "1:4: there should be a digit after the point here, not a blank"),
      ("[1e\n]", "1:4: there should be a digit of the exponent here, not a line break"),
      ("[1:2]", "1:3: there should be a comma or `]` here, not `:`"),
      ("[*]", "1:2: there should be a value or `]` here, not `*`"),
      // Objects.
      ("{", "1:2: there should be a name in quotes or `}` here, not the end of the document"),
      (#"{"a"}"#, "1:5: there should be a colon here, not `}`"),
      (#"{"a":}"#, "1:6: there should be a value here, not `}`"),
      (#"{"a":1,}"#, "1:8: there should be a name in quotes here, not `}`"),
      (#"{"a":1 "b":2}"#, "1:8: there should be a comma or `}` here, not a string"),
      (#"{"a":1]"#, "1:7: there should be a comma or `}` here, not `]`"),
      ("{a:1}", "1:2: there should be a name in quotes or `}` here, not `a`"),
      (
        "{'a':1}",
        "1:2: there should be a name in quotes or `}` here, not a quotation mark other "
          + "than `\"`"
      ),
      ("{1:1}", "1:2: there should be a name in quotes or `}` here, not `1`"),
      (#"{"a"::1}"#, "1:6: there should be a value here, not `:`"),
      (#"{"a","b"}"#, "1:5: there should be a colon here, not `,`"),
      // Numbers.
      ("+1", "1:1: there should be a value here, not `+`"),
      ("-", "1:2: there should be a digit here, not the end of the document"),
      ("-a", "1:2: there should be a digit here, not `a`"),
      ("--1", "1:2: there should be a digit here, not `-`"),
      (
        "01",
        "1:1: there should be a number without a 0 in front, or the number as a string here, "
          + "not `0`"
      ),
      (
        "-012",
        "1:2: there should be a number without a 0 in front, or the number as a string "
          + "here, not `0`"
      ),
      (".5", "1:1: there should be a value here, not `.`"),
      ("1.", "1:3: there should be a digit after the point here, not the end of the document"),
      ("1.e5", "1:3: there should be a digit after the point here, not `e`"),
      ("1e", "1:3: there should be a digit of the exponent here, not the end of the document"),
      ("1e+", "1:4: there should be a digit of the exponent here, not the end of the document"),
      ("[1E-]", "1:5: there should be a digit of the exponent here, not `]`"),
      ("0x1F", "1:2: there should be the end, since one document holds one value here, not `x`"),
      ("1_000", "1:2: there should be the end, since one document holds one value here, not `_`"),
      ("NaN", "1:1: there should be a value here, not `N`"),
      ("Infinity", "1:1: there should be a value here, not `I`"),
      ("-Infinity", "1:2: there should be a digit here, not `I`"),
      ("１", "1:1: there should be a value here, not a character outside ASCII"),
      // Strings.
      ("\"", "1:2: there should be a quote that ends the string here, not the end of the document"),
      (
        "\"abc",
        "1:5: there should be a quote that ends the string here, not the end of the "
          + "document"
      ),
      ("'a'", "1:1: there should be a value here, not a quotation mark other than `\"`"),
      ("\"a\nb\"", "1:3: a control character stands in a string; write it as \\u000A"),
      ("[\"\t\"]", "1:3: a control character stands in a string; write it as \\u0009"),
      ("\"\0\"", "1:2: a control character stands in a string; write it as \\u0000"),
      ("\"12345678\u{1F}\"", "1:10: a control character stands in a string; write it as \\u001F"),
      (#""\x""#, "1:3: there should be one of `\"\\/bfnrtu` after a backslash here, not `x`"),
      (
        #""\"#,
        "1:3: there should be one of `\"\\/bfnrtu` after a backslash here, not the end of "
          + "the document"
      ),
      (#""\u12""#, "1:6: there should be four hexadecimal digits after `\\u` here, not a string"),
      (#""\u12G4""#, "1:6: there should be four hexadecimal digits after `\\u` here, not `G`"),
      (#""\ud800""#, "1:2: half of a surrogate pair stands alone here; no text can hold it"),
      (#""\udc00""#, "1:2: half of a surrogate pair stands alone here; no text can hold it"),
      (#""\ud800\ud800""#, "1:2: half of a surrogate pair stands alone here; no text can hold it"),
      (#""é\ud800x""#, "1:3: half of a surrogate pair stands alone here; no text can hold it"),
      (#""\udc00\ud800""#, "1:2: half of a surrogate pair stands alone here; no text can hold it"),
    ] as [(String, String)]
  )
  func refuses(document: String, reason: String) {
    #expect(refusal { try JSON.parse(document, file: "x.json") } == [reason])
    #expect(refusal { try JSON.parse(Array(document.utf8)) } == [reason])
    #expect(refusal { try check(Array(document.utf8)) } == [reason])
    let parts = reason.split(separator: ":", maxSplits: 2)
    #expect(JSON.problem(in: document) == "line \(parts[0]), column \(parts[1]):\(parts[2])")
  }

  @Test("counts lines by any line break and columns in characters")
  func places() {
    #expect(
      refusal { try JSON.parse("{\r\n\"é😀\": 1,\r\"b\": 2,\n\"日\" x}") } == [
        "4:5: there should be a colon here, not `x`"
      ]
    )
  }

  @Test(
    "refuses a name that stands twice in one map, whatever its spelling, and reports all of them",
    arguments: [
      (#"{"a":1,"a":2}"#, ["1:8 /a"]), (#"{"a":1,"b":2,"\u0061":3}"#, ["1:14 /a"]),
      (#"{"a":{"a":1},"a":2}"#, ["1:14 /a"]), (#"{"a":{"b":1,"b":1}}"#, ["1:13 /a/b"]),
      (#"[{"x":1},{"x":1,"x":2,"x":3}]"#, ["1:17 /1/x", "1:23 /1/x"]),
      (#"{"a":[{"c":1}],"c":{"c":1},"a":0,"c":1}"#, ["1:28 /a", "1:34 /c"]),
    ]
  )
  func duplicates(document: String, places: [String]) throws {
    let error = #expect(throws: HostError.self) { try JSON.parse(document) }
    let found = error?.faults.map { fault in
      "\(fault.location!.line):\(fault.location!.column) \(fault.pointer)"
    }
    #expect(found == places)
    #expect(throws: HostError.self) { try check(Array(document.utf8)) }
  }

  @Test("keeps canonically equivalent names apart")
  func exactNames() throws {
    let value = try JSON.parse("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
    #expect(value.mapValue?.count == 2)
    #expect(value["\u{E9}"].intValue == 1)
    #expect(value["e\u{301}"].intValue == 2)
  }

  @Test("finds duplicates among a hundred thousand names")
  func manyNames() throws {
    let members = (0..<100_000).map { "\"name \($0)\":\($0)" }.joined(separator: ",")
    let value = try JSON.parse("{\(members)}")
    #expect(value["name 99999"].intValue == 99_999)
    #expect(refusal { try JSON.parse("{\(members),\"name 5\":0}") }.count == 1)
  }

  @Test(
    "refuses what is not UTF-8, with the reason",
    arguments: [
      ([0x80], "a byte that continues no character"),
      ([0xBF], "a byte that continues no character"),
      ([0xC3], "a character that is not complete"),
      ([0xE2, 0x82], "a character that is not complete"),
      ([0xF0, 0x9F, 0x98], "a character that is not complete"),
      ([0xC0, 0xAF], "a character in more bytes than it needs"),
      ([0xE0, 0x80, 0xAF], "a character in more bytes than it needs"),
      ([0xF0, 0x80, 0x80, 0xAF], "a character in more bytes than it needs"),
      ([0xED, 0xA0, 0x80], "half of a surrogate pair"),
      ([0xF5, 0x80, 0x80, 0x80], "a byte that begins no character"),
      ([0xFF], "a byte that begins no character"),
      ([0xF4, 0x90, 0x80, 0x80], "a byte that begins no character"),
    ] as [([UInt8], String)]
  )
  func invalidUTF8(bytes: [UInt8], reason: String) {
    let document = Array("[\"ok\",\n\"é".utf8) + bytes + Array("\"]".utf8)
    let refusals = refusal { try JSON.parse(document) }
    #expect(refusals == ["2:3: this is not UTF-8: \(reason); save the document as UTF-8"])
    #expect(refusal { try check(document) } == refusals)
  }

  @Test("refuses UTF-16 by name")
  func utf16() {
    let reason = "1:1: this is UTF-16; JSON is UTF-8: save it as that"
    #expect(refusal { try JSON.parse([0xFF, 0xFE, 0x31, 0]) } == [reason])
    #expect(refusal { try JSON.parse([0xFE, 0xFF, 0, 0x31]) } == [reason])
  }

  @Test("takes 512 levels and refuses the next, in lists and in maps")
  func depth() throws {
    func lists(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    func maps(_ depth: Int) -> String {
      String(repeating: #"{"a":"#, count: depth) + "1" + String(repeating: "}", count: depth)
    }
    _ = try JSON.parse(lists(512))
    _ = try JSON.parse(maps(512))
    let reason = "nests deeper than 512 levels, which is the limit"
    #expect(refusal { try JSON.parse(lists(513)) } == ["1:513: \(reason)"])
    #expect(refusal { try JSON.parse(maps(513)) } == ["1:2561: \(reason)"])
    #expect(refusal { try JSON.parse(String(repeating: "[", count: 1_000_000)) }.count == 1)
    let flat = JSON.Limits(depth: 0)
    #expect(try JSON.parse("1", limits: flat).intValue == 1)
    #expect(refusal { try JSON.parse("[]", limits: flat) }.count == 1)
  }

  @Test("refuses a document over its limit of size, as too large")
  func size() throws {
    let limits = JSON.Limits(bytes: 4)
    #expect(try JSON.parse("1234", limits: limits).intValue == 1234)
    let error = #expect(throws: HostError.self) {
      try JSON.parse("12345", file: "big.json", limits: limits)
    }
    #expect(error?.code == .tooLarge)
    #expect(error?.location?.file == "big.json")
    #expect(error?.faults.first?.message == "has 5 bytes; the limit is 4")
  }

  @Test("names the file and the place in the value, and never more than one character of the text")
  func message() throws {
    let error = #expect(throws: HostError.self) {
      try JSON.parse(#"{"auth": [1, {"password": hunter2}]}"#, file: "my.json")
    }
    #expect(
      error?.description
        == """
        my.json has 1 fault:
          my.json:1:27: /auth/1/password: there should be a value here, not `h`
        """
    )
  }
}
