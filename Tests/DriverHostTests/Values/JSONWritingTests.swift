import Testing

@testable import DriverHost

@Suite("Writing JSON")
struct JSONWritingTests {
  @Test(
    "writes each kind",
    arguments: [
      (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.int(0), "0"),
      (.int(.min), "-9223372036854775808"), (.int(.max), "9223372036854775807"),
      (.double(1), "1.0"), (.double(-0.0), "-0.0"), (.double(0.1), "0.1"),
      (.double(1e100), "1e+100"), (.double(.leastNonzeroMagnitude), "5e-324"),
      (.double(1e16), "1e+16"),
      (.double(0.30000000000000004), "0.30000000000000004"),
      (.decimal(DecimalText("12345678901234567890.50")!), #""12345678901234567890.50""#),
      (.string(""), #""""#), (.string("a"), #""a""#),
      (.bytes([]), #""""#), (.bytes([0, 255, 16]), #""AP8Q""#), (.list([]), "[]"),
      (.map([:]), "{}"),
      (.list([1, nil, "x"]), #"[1,null,"x"]"#),
      (.map(["b": 1, "a": .list([true])]), #"{"b":1,"a":[true]}"#),
      (.json(JSONText(checked: #"{ "a" : 1.50 }"#)), #"{ "a" : 1.50 }"#),
    ] as [(Value, String)]
  )
  func kinds(value: Value, text: String) throws {
    #expect(JSON.text(value) == text)
    #expect(JSON.problem(in: text) == nil)
    var bytes: [UInt8] = [0x78]
    JSON.append(value, to: &bytes)
    #expect(bytes == [0x78] + Array(text.utf8))
  }

  @Test("escapes what JSON asks for and nothing else")
  func escapes() throws {
    let text = String(String.UnicodeScalarView((0...0x2FF).compactMap(Unicode.Scalar.init)))
    let written = JSON.text(.string(text + "\u{2028}😀"))
    #expect(
      written.hasPrefix(
        #""\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010"#
      )
    )
    #expect(written.contains(##" !\"#$%&'()*+,-./0"##))
    #expect(written.contains(#"Z[\\]^_"#))
    #expect(written.hasSuffix("\u{2028}😀\""))
    #expect(try JSON.parse(written).stringValue == text + "\u{2028}😀")
  }

  @Test("writes decimals as numbers where it is asked to")
  func decimals() throws {
    let value: Value = ["a": .decimal(DecimalText("0.10000000000000000001")!)]
    #expect(JSON.text(value, decimals: .number) == #"{"a":0.10000000000000000001}"#)
    #expect(exact(try JSON.parse(JSON.text(value, decimals: .number))) == exact(value))
    #expect(JSON.text(value) == #"{"a":"0.10000000000000000001"}"#)
  }

  @Test("indents by two spaces where it is asked to")
  func pretty() {
    let value: Value = ["a": [1, [], ["b": [:]]], "c": "d"]
    #expect(
      JSON.text(value, pretty: true) == """
        {
          "a": [
            1,
            [],
            {
              "b": {}
            }
          ],
          "c": "d"
        }
        """
    )
  }

  @Test("pastes a document as it is, and keeps it on one line where all is on one line")
  func documents() throws {
    let text = "{\n  \"a\": \"x\\ny\",\r\n  \"b\": 12345678901234567890\n}"
    let value: Value = ["d": .json(JSONText(checked: text))]
    #expect(
      JSON.text(value) == #"{"d":{   "a": "x\ny",    "b": 12345678901234567890 }}"#
    )
    #expect(JSON.text(value, pretty: true).contains(text))
    #expect(try JSON.parse(JSON.text(value)) == value)
  }

  @Test("writes null for what no value should hold: an infinity, NaN")
  func notFinite() {
    #expect(
      JSON.text([.double(.infinity), .double(-.infinity), .double(.nan)]) == "[null,null,null]"
    )
  }

  @Test("reads back what it wrote, every kind unchanged")
  func roundTrip() throws {
    let value: Value = [
      "null": nil, "bool": true, "int": .int(.min), "double": 0.1, "negative zero": .double(-0.0),
      "string": "héllo \u{0} 🌍 \u{2028}", "list": [[], [1], [[:]]], "": ["": ""],
    ]
    #expect(exact(try JSON.parse(JSON.text(value))) == exact(value))
    #expect(exact(try JSON.parse(JSON.text(value, pretty: true))) == exact(value))
  }
}
