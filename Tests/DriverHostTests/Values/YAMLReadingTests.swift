import Testing

@testable import DriverHost

/// Documents in the order of the chapters of the YAML 1.2.2 specification.
@Suite("Reading YAML")
struct YAMLReadingTests {
  @Test(
    "takes what YAML 1.2 has",
    arguments: [
      // 5 Characters: encodings, line breaks.
      ("a: 1\r\nb: 2\rc: 3\n", #"{"a":1,"b":2,"c":3}"#), ("\u{FEFF}a: 1", #"{"a":1}"#),
      ("a: \u{A0}é", #"{"a":"\#u{A0}é"}"#),
      // 6 Structures: indentation, comments, directives, properties.
      ("", "null"), ("\n\n", "null"), ("# only\n", "null"), ("---\n", "null"),
      ("--- # c\n...\n", "null"),
      ("%YAML 1.2\n---\na", #""a""#), ("%YAML 1.1\n--- a", #""a""#),
      ("%TAG !e! tag:example.com,2000:\n---\n!e!x a", #""a""#),
      ("a:\n   b:\n     c: 1\n   d: 2", #"{"a":{"b":{"c":1},"d":2}}"#),
      ("a: # c\n  # d\n  - 1 # e\n\n  - 2", #"{"a":[1,2]}"#),
      ("&a !x a: &b !y\n  - &c 1", #"{"a":[1]}"#),
      // 7.1 Aliases.
      ("- &a x\n- *a\n- &a y\n- *a", #"["x","x","y","y"]"#),
      ("a: &x {b: 1}\nc: *x\nd: [*x, *x]", #"{"a":{"b":1},"c":{"b":1},"d":[{"b":1},{"b":1}]}"#),
      ("&k a: b\n*k : c\nd: *k", nil), ("x: &k key\n*k : c", #"{"x":"key","key":"c"}"#),
      ("&k 1: a\nb: *k", #"{"1":"a","b":1}"#), ("a: &k 0x1F\n*k : b", #"{"a":31,"0x1F":"b"}"#),
      ("&a\n- &a 1\n- *a", "[1,1]"),
      // 7.2 Empty nodes.
      ("a:\nb:", #"{"a":null,"b":null}"#), ("-\n- ", "[null,null]"), ("? a", #"{"a":null}"#),
      ("{a, b: , c: d}", #"{"a":null,"b":null,"c":"d"}"#),
      // 7.3, 7.4 Flow scalars and collections.
      ("[]", "[]"), ("{}", "{}"), ("[a, [b], {c: d},]", #"["a",["b"],{"c":"d"}]"#),
      ("{a: 1, 'b': 2, \"c\": 3,}", #"{"a":1,"b":2,"c":3}"#),
      (#"{"a":1,"b":[]}"#, #"{"a":1,"b":[]}"#),
      ("[a: b, c]", #"[{"a":"b"},"c"]"#), ("[a b,\n c d]", #"["a b","c d"]"#),
      ("{a: [1,\n  2 # c\n ], # d\n b: 'x'}", #"{"a":[1,2],"b":"x"}"#),
      ("{http://x: y, a:b: c}", #"{"http://x":"y","a:b":"c"}"#),
      // 8.1 Block scalars.
      ("a: |\n x\n  y\nb: >-\n x\n y\n", #"{"a":"x\n y\n","b":"x y"}"#),
      ("- |2-\n   x\n- |+\n\n- >1\n  y", #"[" x","\n"," y"]"#),
      ("|\n a\n# c", #""a\n""#),
      // 8.2 Block collections.
      ("- a\n- - b\n  - c\n- d: e\n  f: g", #"["a",["b","c"],{"d":"e","f":"g"}]"#),
      ("a:\n- b\n- c", #"{"a":["b","c"]}"#), ("? a\n: b\n? c\n: - d", #"{"a":"b","c":["d"]}"#),
      ("a: 'b'\n\"c\": d\ne f: g", #"{"a":"b","c":"d","e f":"g"}"#),
      ("a: b: c", nil), ("a:\n  b\n  c", #"{"a":"b c"}"#),
      // 9 Documents.
      ("--- a", #""a""#), ("---\na: 1\n...\n", #"{"a":1}"#), ("a\n...\n# end\n", #""a""#),
    ] as [(String, String?)]
  )
  func takes(document: String, json: String?) throws {
    guard let json else {
      #expect(throws: HostError.self) { try YAML.parse(Array(document.utf8), file: "x.yaml") }
      return
    }
    #expect(JSON.text(try YAML.parse(Array(document.utf8), file: "x.yaml").value) == json)
  }

  @Test(
    "refuses what is no YAML or what no value can hold, with its place",
    arguments: [
      // Characters.
      ("a: \u{1}", "1:4: the control character U+0001 stands here"),
      ("a: 1\nb: é\u{7F}", "2:5: the control character U+007F stands here"),
      ("\"\0\"", "1:2: the control character U+0000 stands here"),
      ("a: b\u{85}c", "1:5: the character U+0085 stands here, which not all YAML readers take"),
      ("# \u{2028}a: 1", "1:3: the character U+2028 stands here"),
      ("a: \u{FEFF}", "1:4: a byte order mark stands inside the document"),
      ("a: \u{FFFE}", "1:4: the control character U+FFFE stands here"),
      // Structure.
      ("a: b: c", "1:5: mapping values are not allowed in this context"),
      (
        "a:\n\tb: 1",
        "2:1: found character that cannot start any token while scanning for the next "
          + "token: indent with spaces, not with a tab"
      ),
      (
        "a: @b",
        "1:4: found character that cannot start any token while scanning for the next token: "
          + "put the value in quotes"
      ),
      ("a: 1\n b: 2", "2:3: mapping values are not allowed in this context"),
      (
        "a:\n  b: 1\n c: 2",
        "3:2: did not find expected key while parsing a block mapping that "
          + "begins in line 1"
      ),
      ("- a\nb", "2:2: could not find expected ':'"),
      ("[a, b", "1:6: did not find expected ',' or ']' while parsing a flow sequence"),
      ("[a\nb: 1", "2:2: did not find expected"),
      ("{a: 1", "1:6: did not find expected ',' or '}'"),
      (
        "[1,,2]",
        "1:4: did not find expected node content while parsing a flow node: write the value that "
          + "is missing here, or take a comma that is too many away"
      ),
      (
        "\"a\\nb\": 1\n\"a\\nb\": 2",
        "2:1: the key `a\\nb` stands in this map already, in line 1"
      ),
      (
        "\"a", "1:3: found unexpected end of stream while scanning a quoted scalar: close the quote"
      ),
      (#""\q""#, "1:2: found unknown escape character"), (#""\ud83d\ude00""#, "1:"),
      ("a: 'b' c", "1:8: did not find expected key"), ("a\nb: 1", "2:2: mapping values"),
      ("key: [a]]", "1:9: did not find expected key"),
      ("!e!x a", "1:1: found undefined tag handle"),
      ("%YAML 2.0\n--- a", "1:1: found incompatible YAML document"),
      ("a: *", "1:5: did not find expected alphabetic"),
      // What libyaml takes and YAML 1.2 does not, or takes for something else.
      ("a: \"b\"#c", "1:7: a `#` stands right behind something else"),
      ("[a]#c", "1:4: a `#` stands right behind something else"),
      ("[a,#c\n b]", "1:4: a `#` stands right behind something else"),
      ("a: |#c\n b", "1:5: a `#` stands right behind something else"),
      ("{ ?a: b }", "1:3: put the text that begins with `?` in quotes"),
      ("a: &b:c d", "1:4: the name of an anchor has letters, digits"),
      ("[-]", "1:2: put the `-` in quotes"),
      // Values.
      (
        "a: 1\nb: 2\na: 3",
        "3:1: the key `a` stands in this map already, in line 1; remove or rename "
          + "one of them"
      ),
      ("{1: a, '1': b}", "1:8: the key `1` stands in this map already, in line 1"),
      ("a: *b", "1:4: `*b` refers to nothing: no `&b` stands before it"),
      ("&a [1, *a]", "1:8: `*a` stands inside the value that `&a` names, which would never end"),
      ("a: &x 1\nb: &x {c: *x}", "2:11: `*x` stands inside the value that `&x` names"),
      ("{[1]: 2}", "1:2: a list or a map cannot be a key"),
      ("? {a: 1}\n: b", "1:3: a list or a map cannot be a key"),
      ("a: &x [1]\n*x : b", "2:1: a list or a map cannot be a key"),
      ("a\n---\nb", "2:1: a second document begins here; put it in a file of its own"),
      ("--- a\n--- b", "2:1: a second document begins here"),
      ("a\n...\nb", "3:1: "),
    ]
  )
  func refuses(document: String, reason: String) {
    let found = refusal { try YAML.parse(Array(document.utf8), file: "x.yaml") }
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix(reason) == true, "\(found)")
  }

  @Test("reports all that is wrong with values at once, each with its place in the value")
  func allFaults() throws {
    let text = """
      a: .inf
      b:
        - !!int x
        - {c: 1, c: 2}
      a: !!binary aGk=
      """
    let error = #expect(throws: HostError.self) { try YAML.parse(Array(text.utf8), file: "c.yaml") }
    let found = error?.faults.map { "\($0.location!) \($0.pointer)" }
    #expect(
      found == [
        "c.yaml:1:4 /a", "c.yaml:3:5 /b/0", "c.yaml:4:12 /b/1/c", "c.yaml:5:1 /a",
        "c.yaml:5:4 /a",
      ]
    )
  }

  @Test("never shows a value, which may be a secret")
  func secrets() {
    for text in [
      "a: !!int hunter2", "a: !!bool hunter2", "a: hunter2: x", "a: \"hunter2", "- !!null hunter2",
    ] {
      let found = refusal { try YAML.parse(Array(text.utf8), file: "x.yaml") }
      #expect(found.count == 1)
      #expect(!found[0].contains("hunter"))
    }
  }

  @Test("refuses invalid UTF-8 and UTF-32, and reads UTF-16 with a byte order mark")
  func encodings() throws {
    #expect(
      refusal { try YAML.parse(Array("a: é\nb: ".utf8) + [0xC3, 0x28], file: "x") } == [
        "2:4: this is not UTF-8: a character that is not complete; save the document as UTF-8"
      ]
    )
    #expect(refusal { try YAML.parse([0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0], file: "x") }.count == 1)
    let units = Array("\u{FEFF}a: é😀".utf16)
    let little = units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    let big = units.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    for bytes in [little, big] {
      #expect(JSON.text(try YAML.parse(bytes, file: "x").value) == #"{"a":"é😀"}"#)
      #expect(refusal { try YAML.parse(bytes.dropLast(1), file: "x") }.count == 1)
      #expect(refusal { try YAML.parse(bytes.dropLast(2), file: "x") }.count == 1)
    }
  }

  @Test("takes 512 levels and refuses the next, also through aliases")
  func depth() throws {
    func lists(_ depth: Int) -> [UInt8] {
      Array((String(repeating: "[", count: depth) + String(repeating: "]", count: depth)).utf8)
    }
    _ = try YAML.parse(lists(512), file: "x")
    #expect(
      refusal { try YAML.parse(lists(513), file: "x") } == [
        "1:513: nests deeper than 512 levels, which is the limit"
      ]
    )
    #expect(refusal { try YAML.parse(lists(200_000), file: "x") }.count == 1)
    // Each line holds the one before: written flat, as deep as there are lines.
    func chain(_ lines: Int) -> [UInt8] {
      let rest = (1..<lines).map { "- &a\($0) [*a\($0 - 1)]\n" }.joined()
      return Array("- &a0 []\n\(rest)".utf8)
    }
    _ = try YAML.parse(chain(511), file: "x")
    #expect(
      refusal { try YAML.parse(chain(512), file: "x") } == [
        "512:10: nests deeper than 512 levels, which is the limit"
      ]
    )
    let blocks = (0..<600).map { String(repeating: " ", count: $0) + "a:\n" }.joined()
    #expect(refusal { try YAML.parse(Array(blocks.utf8), file: "x") }.count == 1)
  }

  @Test("refuses aliases that expand without bound, of values and of text")
  func bombs() {
    let lines = (1..<12).map {
      "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1), *a\($0 - 1), "
        + "*a\($0 - 1), *a\($0 - 1), *a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]\n"
    }.joined()
    let values = Array("a0: &a0 x\n\(lines)".utf8)
    let found = refusal { try YAML.parse(values, file: "x") }
    #expect(found.count == 1)
    #expect(found[0].contains("aliases expand to more than 1000000 values, which is the limit"))
    let text =
      "- &a \"\(String(repeating: "x", count: 1 << 20))\"\n"
      + String(repeating: "- *a\n", count: 100)
    #expect(refusal { try YAML.parse(Array(text.utf8), file: "x") }.count == 1)
    let tags = (0...100).map { "%TAG !a\($0)! tag:x\n" }.joined() + "--- a"
    #expect(
      refusal { try YAML.parse(Array(tags.utf8), file: "x") } == [
        "101:1: the document has more than 100 %TAG lines; remove them"
      ]
    )
    let limits = YAML.Limits(aliasedValues: 2)
    #expect(
      refusal { try YAML.parse(Array("[&a x, *a, *a]".utf8), file: "x", limits: limits) } == []
    )
    #expect(
      refusal { try YAML.parse(Array("[&a x, *a, *a, *a]".utf8), file: "x", limits: limits) } == [
        "1:16: aliases expand to more than 2 values, which is the limit"
      ]
    )
  }

  @Test("refuses a document over its limit of size, as too large")
  func size() {
    let error = #expect(throws: HostError.self) {
      try YAML.parse(Array("a: 12".utf8), file: "x.yaml", limits: YAML.Limits(bytes: 4))
    }
    #expect(error?.code == .tooLarge)
  }

  @Test(
    "tells which lines are lost with their comments",
    arguments: [
      ("a: 1\n", [], []), ("# a\nb: 1 # c\n\n  # d\ne: 2\n", [1, 4], [2]),
      ("%YAML 1.2\n--- # x\na: 1\n...\n", [1, 2, 4], []), ("--- a # x\n", [], [1]),
      ("a: '# no' # yes\nb: \"x # no\n  # no\" # yes\n", [], [1, 3]),
      ("a: | # yes\n  # no\n\n  # no\n# yes\nb: x#no\n", [5], [1]),
      ("a: >-\n  x # no\n   # no\n # yes\n", [4], []),
      ("- &a # yes\n  !x # yes\n  # yes\n  'é # no'\n", [3], [1, 2]),
      ("a:\n  x # yes\n", [], [2]), ("{a: b, # yes\n # yes\n c: d} # yes\n", [2], [1, 3]),
      ("# é\r\na: 😀 # b\r\n# c\r\n", [1, 3], [2]), ("é: '😀 # no' # yes", [], [1]),
      ("? a # yes\n# yes\n: b\n", [2], [1]), ("# only", [1], []),
      ("a\n%b\n", [], []),
    ] as [(String, [Int], [Int])]
  )
  func lostLines(document: String, dropped: [Int], cut: [Int]) throws {
    let parsed = try YAML.parse(Array(document.utf8), file: "x.yaml")
    #expect(parsed.droppedLines == dropped)
    #expect(parsed.cutLines == cut)
  }
}
