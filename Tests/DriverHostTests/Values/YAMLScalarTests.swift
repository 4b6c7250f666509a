import Testing

@testable import DriverHost

@Suite("A scalar in YAML")
struct YAMLScalarTests {
  private func read(_ text: String) throws -> Value {
    try YAML.parse(Array("- \(text)\n".utf8), file: "x.yaml").value[0]
  }

  @Test(
    "without a tag is what the core schema says (YAML 1.2, 10.3.2)",
    arguments: [
      ("", "null"), ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"),
      ("nULL", #"string "nULL""#), ("~~", #"string "~~""#),
      ("true", "true"), ("True", "true"), ("TRUE", "true"), ("false", "false"),
      ("False", "false"), ("FALSE", "false"), ("tRue", #"string "tRue""#),
      // Booleans of YAML 1.1 are text.
      ("yes", #"string "yes""#), ("No", #"string "No""#), ("on", #"string "on""#),
      ("y", #"string "y""#),
      ("0", "int 0"), ("12", "int 12"), ("+12", "int 12"), ("-12", "int -12"), ("012", "int 12"),
      ("-007", "int -7"), ("-0", "double -0.0"), ("0o17", "int 15"), ("0o0", "int 0"),
      ("0x1F", "int 31"), ("0xff", "int 255"),
      ("0xFFFFFFFFFFFFFFFF", "decimal 18446744073709551615"),
      ("0o18", #"string "0o18""#), ("0xG", #"string "0xG""#), ("0o", #"string "0o""#),
      ("0x", #"string "0x""#), ("0x-1", #"string "0x-1""#), ("-0x1", #"string "-0x1""#),
      ("0X1F", #"string "0X1F""#), ("0b1", #"string "0b1""#), ("1_000", #"string "1_000""#),
      ("1:30", #"string "1:30""#), ("+", #"string "+""#), ("--1", #"string "--1""#),
      ("9223372036854775807", "int 9223372036854775807"),
      ("-9223372036854775808", "int -9223372036854775808"),
      ("9223372036854775808", "decimal 9223372036854775808"),
      ("1.5", "double 1.5"), ("-1.5", "double -1.5"), ("+1.5", "double 1.5"), (".5", "double 0.5"),
      ("-.5", "double -0.5"), ("1.", "double 1.0"), ("01.50", "double 1.5"),
      ("1e3", "double 1000.0"),
      ("1E+3", "double 1000.0"), ("1.e-3", "double 0.001"), (".5e1", "double 5.0"),
      ("-0.0", "double -0.0"), ("1e400", "decimal 1e400"), ("+01.50e400", "decimal 1.50e400"),
      ("3.14159265358979323846", "decimal 3.14159265358979323846"),
      ("1e", #"string "1e""#), ("1e+", #"string "1e+""#), (".", #"string ".""#),
      ("..5", #"string "..5""#), ("1.2.3", #"string "1.2.3""#), ("e3", #"string "e3""#),
      ("-.nan", #"string "-.nan""#), (".inF", #"string ".inF""#), ("+.e1", #"string "+.e1""#),
      ("2024-01-31", #"string "2024-01-31""#), ("1 2", #"string "1 2""#), ("١", #"string "١""#),
      ("=", #"string "=""#), ("<<", #"string "<<""#), ("a # b", #"string "a""#),
      ("a#b", #"string "a#b""#), ("http://x", #"string "http://x""#),
    ]
  )
  func plain(text: String, value: String) throws {
    #expect(exact(try read(text)) == value)
  }

  @Test(
    "in quotes, in a block or behind `!` is text, whatever it looks like",
    arguments: [
      (#""12""#, "12"), ("'12'", "12"), ("\"\"", ""), ("'null'", "null"), ("! 12", "12"),
      ("! true", "true"), ("&a ! 12", "12"), ("! &a 12", "12"), ("|-\n  12", "12"),
      (">-\n  true", "true"),
      ("'it''s'", "it's"), (#""a\tb\x41\u00e9\U0001F600\0""#, "a\tbAé😀\0"),
      (#""\e\a\_\N\L\P""#, "\u{1B}\u{7}\u{A0}\u{85}\u{2028}\u{2029}"), (#""a\/b""#, "a/b"),
      ("\"a\n  b\n\n  c\"", "a b\nc"), ("\"a\\\n  b\"", "ab"), ("'a\n  b'", "a b"),
      ("a\n  b\n\n  c", "a b\nc"),
      ("|\n  a\n   b\n\n", "a\n b\n"), ("|+\n  a\n", "a\n\n"), ("|1\n   a", "  a\n"),
      (">\n  a\n  b\n\n  c\n", "a b\nc\n"), (">\n  a\n    b\n  c\n", "a\n  b\nc\n"),
      ("| # comment\n  # text\n", "# text\n"), ("é😀", "é😀"),
    ]
  )
  func text(text: String, value: String) throws {
    #expect(try read(text).stringValue == value)
  }

  @Test(
    "with a tag of the core schema is what the tag says",
    arguments: [
      ("!!str 12", #"string "12""#), ("!!str", #"string """#), ("!!str null", #"string "null""#),
      (#"!!int "12""#, "int 12"), ("!!int 0x1F", "int 31"), ("!!int '-7'", "int -7"),
      ("!!float 12", "double 12.0"), ("!!float '1.5'", "double 1.5"),
      ("!!float 9007199254740993", "decimal 9007199254740993.0"),
      ("!!float 0x10", "string"), ("!!bool 'true'", "true"), ("!!bool FALSE", "false"),
      ("!!null ''", "null"), ("!!null", "null"), ("!!null '~'", "null"),
      ("!<tag:yaml.org,2002:int> '3'", "int 3"), ("!!seq [1]", "[int 1]"),
      ("!!map {a: 1}", #"{"a": int 1}"#),
    ]
  )
  func coreTags(text: String, value: String) throws {
    // A float is decimal: section 10.2.1.4.
    if value == "string" {
      #expect(throws: HostError.self) { try read(text) }
    } else {
      #expect(exact(try read(text)) == value)
    }
  }

  @Test(
    "with a local or a foreign tag is read by its kind",
    arguments: [
      ("!x 12", "int 12"), ("!x '12'", #"string "12""#), ("!x", "null"), ("!x [1]", "[int 1]"),
      ("!x {a: !y b}", #"{"a": string "b"}"#), ("!x/y:z true", "true"),
      ("!ruby/object:A {}", "{}"), ("!<tag:example.com,2000:app/thing> 5", "int 5"),
      ("!<!x> 5", "int 5"),
      // Words that are languages elsewhere.
      ("!<tag:example.com,2000:network> 5", "int 5"), ("!<tag:example.net,2000:x/go/y> 5", "int 5"),
      ("!<http://node.example/x/js> 5", "int 5"), ("!<http://example.com/path/net> 5", "int 5"),
      // Letters that are indicators elsewhere.
      ("!<http://x/?a&b*c> 5", "int 5"), ("!a&b:c 5", "int 5"), ("!a*b:c 5", "int 5"),
      ("!a?b [!c&d:e f]", #"[string "f"]"#), ("!a?b {!c*d:e f: !<x&y> g}", #"{"f": string "g"}"#),
    ]
  )
  func otherTags(text: String, value: String) throws {
    #expect(exact(try read(text)) == value)
  }

  @Test(
    "is refused where no value can hold it",
    arguments: [
      (".inf", "a number must be finite"), ("-.Inf", "a number must be finite"),
      ("+.INF", "a number must be finite"), (".nan", "a number must be finite"),
      (".NaN", "a number must be finite"), ("!!float '.inf'", "a number must be finite"),
      ("0x\(String(repeating: "F", count: 33))", "more than 128 bits"),
      ("!!int 1.5", "`!!int` wants an integer"), ("!!int ''", "`!!int` wants an integer"),
      ("!!float abc", "`!!float` wants a number"),
      ("!!bool yes", "`!!bool` wants `true` or `false`"),
      ("!!null 0", "`!!null` wants nothing"), ("!!seq 1", "`!!seq` wants a list"),
      ("!!map 1", "`!!map` wants a map"), ("!!str [1]", "`!!str` stands on a list"),
      ("!!seq {}", "`!!seq` stands on a map"), ("!!map []", "`!!map` stands on a list"),
      ("!!binary aGk=", "`!!binary` is not in YAML's core schema"),
      ("!!binary aGk=", "write base64 text"), ("!!timestamp 2024-01-31", "write the time as text"),
      ("!!set {a}", "write a map or a list"), ("!!omap []", "not in YAML's core schema"),
      ("!!merge <<", "not in YAML's core schema"), ("!!value =", "not in YAML's core schema"),
      ("!!Str a", "not in YAML's core schema"),
      ("!!python/object/apply:os.system [ls]", "names a type of a programming language"),
      ("!<tag:ruby.yaml.org,2002:object:A> {}", "names a type of a programming language"),
      ("!!java.net.URL x", "names a type of a programming language"),
      ("!!perl/code x", "names a type of a programming language"),
      ("!<tag:example.com,2000:python/name:x> {}", "names a type of a programming language"),
      ("!<tag:example.com,2000:ruby:x> {}", "names a type of a programming language"),
    ]
  )
  func refusals(text: String, reason: String) {
    let found = refusal { try read(text) }
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("1:3: ") == true, "\(found)")
    #expect(found.first?.contains(reason) == true, "\(found)")
  }

  @Test("as a key is its text, whatever it looks like")
  func keys() throws {
    let text = """
      12: a
      1.0: b
      true: c
      ~: d
      ?
      : e
      "x y": f
      0x1F: g
      .inf: h
      ! 5: i
      !!int 6: j
      <<: {a: 1}
      ? |
        long
      : k
      """
    let value = try YAML.parse(Array(text.utf8), file: "x.yaml").value
    #expect(
      value.mapValue?.names == [
        "12", "1.0", "true", "~", "", "x y", "0x1F", ".inf", "5", "6", "<<", "long\n",
      ]
    )
    #expect(exact(value["<<"]) == #"{"a": int 1}"#)
  }
}
