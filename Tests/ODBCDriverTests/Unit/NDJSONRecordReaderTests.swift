import Testing

@testable import ODBCDriver

@Suite("Reading records from lines of JSON")
struct NDJSONRecordReaderTests {
  /// Names with the kinds of their columns, and rows as `read` of CSV has them.
  private func read(
    _ source: CutText,
    _ options: NDJSONOptions = NDJSONOptions(),
    limit: Int = 100
  ) throws(RecordFault) -> [String] {
    var reader = try NDJSONRecordReader(source, options)
    var lines = [reader.names.joined(separator: "|")]
    for batch in try reader.batches(limit) {
      for record in 0..<batch.count {
        lines.append(batch.columns.map { text($0, record) }.joined(separator: "|"))
      }
    }
    return lines
  }

  private func read(
    _ text: String,
    _ options: NDJSONOptions = NDJSONOptions(),
    limit: Int = 100
  ) throws(RecordFault) -> [String] {
    try read(CutText(Array(text.utf8), sizes: []), options, limit: limit)
  }

  /// A value with a letter for its kind.
  private func text(_ column: RecordColumn, _ record: Int) -> String {
    guard column.isThere?[record] ?? true else { return "∅" }
    func text(_ bytes: RecordBytes) -> String {
      String(decoding: bytes.bytes[bytes.range(record)], as: UTF8.self)
    }
    switch column.values {
    case .bools(let values): return "b \(values[record])"
    case .integers(let values): return "i \(values[record])"
    case .unsignedIntegers(let values): return "u \(values[record])"
    case .doubles(let values): return "d \(values[record])"
    case .decimals(let bytes): return "n \(text(bytes))"
    case .texts(let bytes): return "t \(text(bytes))"
    default: return "?"
    }
  }

  private func fault(_ text: String, _ options: NDJSONOptions = NDJSONOptions()) -> String? {
    recordFault { () throws(RecordFault) in try read(text, options) }
  }

  @Test(
    "a value is what holds it exactly",
    arguments: [
      ("null", "∅"), ("true", "b true"), ("false", "b false"),
      ("0", "i 0"), ("-0", "i 0"), ("-1", "i -1"),
      ("9223372036854775807", "i 9223372036854775807"),
      ("-9223372036854775808", "i -9223372036854775808"),
      ("9223372036854775808", "u 9223372036854775808"),
      ("18446744073709551615", "u 18446744073709551615"),
      ("18446744073709551616", "n 18446744073709551616"),
      ("99999999999999999999", "n 99999999999999999999"),
      ("100000000000000000000000", "n 100000000000000000000000"),
      ("-9223372036854775809", "n -9223372036854775809"),
      ("-18446744073709551616", "n -18446744073709551616"),
      ("1.0", "d 1.0"), ("-1.50", "d -1.5"), ("1e5", "d 100000.0"), ("1E+2", "d 100.0"),
      ("12.5e-1", "d 1.25"), ("-0.0", "d -0.0"), ("0e999999999999999999999", "d 0.0"),
      ("0.1", "d 0.1"), ("123456789.012345", "d 123456789.012345"),
      ("1.500000000000000000000000000000000000000000000000", "d 1.5"),
      ("1e22", "d 1e+22"), ("1e23", "d 1e+23"), ("1e-23", "d 1e-23"), ("1.7e308", "d 1.7e+308"),
      ("0.14285714285714285", "d 0.14285714285714285"),
      ("0.142857142857142857", "n 0.142857142857142857"),
      ("1234567890123456.5", "d 1234567890123456.5"),
      ("1234567890123456.25", "n 1234567890123456.25"),
      ("9007199254740993.0", "n 9007199254740993.0"),
      ("0.1000000000000000055511151231257827", "n 0.1000000000000000055511151231257827"),
      ("5e-324", "d 5e-324"), ("3e-324", "n 3e-324"),
      ("1.23456789012345e-320", "n 1.23456789012345e-320"),
      ("2.2250738585072014e-308", "d 2.2250738585072014e-308"),
      ("1e400", "n 1e400"), ("1e-400", "n 1e-400"),
      ("-1e99999999999999999999", "n -1e99999999999999999999"),
      ("\"\"", "t "), ("\"a\"", "t a"), ("\"ä€😀\"", "t ä€😀"),
      (#""\"\\\/\b\f\n\r\t""#, "t \"\\/\u{8}\u{C}\n\r\t"),
      (#""\u0041\u00e4\u20AC\ud83d\uDE00\u0000x""#, "t Aä€😀\0x"),
      ("[]", "t []"), ("{}", "t {}"),
      (#"[1, {"a" : [ null,"]}\"" ]} ]"#, #"t [1, {"a" : [ null,"]}\"" ]} ]"#),
      (#"{"a":{"a":1,"a":[[]]},"b":-1.5e3}"#, #"t {"a":{"a":1,"a":[[]]},"b":-1.5e3}"#),
    ]
  )
  func values(json: String, value: String) throws {
    #expect(try read("{\"x\":\(json)}\n") == ["x", value])
    #expect(try read(" { \"x\" \t: \(json) } \r\n") == ["x", value])
    let given = NDJSONOptions(names: ["x"])
    #expect(try read("[\(json)]", given) == ["x", value])
    #expect(try read("[ \(json) ] ", given) == ["x", value])
  }

  @Test("digits that mean nothing change nothing, however many there are")
  func zeros() throws {
    let zeros = String(repeating: "0", count: 10_000)
    #expect(try read("{\"x\":0.\(zeros)e999999}") == ["x", "d 0.0"])
    #expect(try read("{\"x\":1\(zeros).\(zeros)e-10000}") == ["x", "d 1.0"])
    #expect(try read("{\"x\":-0.\(zeros)15e10001}") == ["x", "d -1.5"])
    #expect(try read("{\"x\":1.5\(zeros)e-99999999999}") == ["x", "n 1.5\(zeros)e-99999999999"])
    #expect(try read("{\"x\":1\(zeros)}") == ["x", "n 1\(zeros)"])
  }

  @Test("the first object has the names, and later ones may lack some or have another order")
  func names() throws {
    #expect(
      try read(
        """
        {"a":1,"ä":"x","c d":true}
        {"c d":false,"a":2}

        {}
        {"\\u00e4":"y"}
        {"ä":null,"c d":null,"a":3}
        """
      ) == ["a|ä|c d", "i 1|t x|b true", "i 2|∅|b false", "∅|∅|∅", "∅|t y|∅", "i 3|∅|∅"]
    )
  }

  @Test("names can be given, so that lists are records too")
  func givenNames() throws {
    let given = NDJSONOptions(names: ["a", "b"])
    #expect(
      try read("[1,\"x\"]\n{\"b\":\"y\"}\n[ null , null ]\n", given)
        == ["a|b", "i 1|t x", "∅|t y", "∅|∅"]
    )
    #expect(try read("", given) == ["a|b"])
    #expect(
      fault("[1]", given) == "1:1 byte 1: the number of values is 1, but the number of columns is 2"
    )
    #expect(
      fault("\n[1,2,[3],{}]", given)
        == "1:2 byte 1: the number of values is 4, but the number of columns is 2"
    )
    #expect(fault("[1,2,]", given) == "1:1 byte 6: a comma stands behind the last one")
    #expect(
      fault("[]", given) == "1:1 byte 1: the number of values is 0, but the number of columns is 2"
    )
    #expect(
      fault("{}", NDJSONOptions(names: ["a", "a"]))
        == "0:- columns 1 and 2 have the same name, \"a\""
    )
    #expect(
      fault("{\"c\":1}", given) == "1:1 byte 2: there is no column with the name \"c\""
    )
  }

  @Test(
    "lines with nothing on them are no records",
    arguments: ["", "\n", " \t\r\n\r\n", "\u{FEFF}", "\u{FEFF}\n"]
  )
  func empty(text: String) throws {
    #expect(try read(text) == [""])
    #expect(try read("\(text)\n{\"a\":1}\n\(text.filter { $0 != "\u{FEFF}" })") == ["a", "i 1"])
  }

  @Test("kinds that mix in a batch become one that holds all")
  func mixed() throws {
    #expect(try read("{\"a\":1}\n{\"a\":0.5}\n{}\n") == ["a", "n 1", "n 0.5", "∅"])
    #expect(try read("{\"a\":1}\n{\"a\":0.5}\n", limit: 1) == ["a", "i 1", "d 0.5"])
    #expect(
      try read("{\"a\":true}\n{\"a\":[1]}\n{\"a\":\"x\"}\n{\"a\":1.5}")
        == ["a", "t true", "t [1]", "t x", "t 1.5"]
    )
    #expect(
      try read("{\"a\":-1}\n{\"a\":18446744073709551615}") == [
        "a", "n -1", "n 18446744073709551615",
      ]
    )
    #expect(try read("{\"a\":null}\n{\"a\":null}") == ["a", "∅", "∅"])
  }

  @Test("a column of nothing but nulls is one of texts")
  func nulls() throws {
    var reader = try NDJSONRecordReader(CutText(Array("{\"a\":null}\n{}".utf8), sizes: []))
    let texts = RecordBytes(bytes: [], ends: [0, 0])
    #expect(
      try reader.next(5)
        == RecordBatch(
          count: 2,
          columns: [RecordColumn(values: .texts(texts), isThere: [false, false])]
        )
    )
    #expect(try reader.next(5) == nil)
    #expect(try reader.next(5) == nil)
  }

  @Test("reads the same wherever the text is cut")
  func cuts() throws {
    let text =
      "\u{FEFF}{\"ä\":1,\"b\":\"\\ud83d\\ude00€\"}\r\n\n{\"b\":[\"😀\", {}],\"\\u00e4\":-1.25e1}\n{\"ä\":null}"
    let lines = ["ä|b", "n 1|t 😀€", "n -12.5|t [\"😀\", {}]", "∅|∅"]
    for source in CutText.all(Array(text.utf8)) { #expect(try read(source) == lines) }
    let single = ["ä|b", "i 1|t 😀€", "d -12.5|t [\"😀\", {}]", "∅|∅"]
    for source in CutText.all(Array(text.utf8)) { #expect(try read(source, limit: 1) == single) }
  }

  @Test("says the same of what is wrong wherever the text is cut")
  func cutFaults() {
    let text = "{\"a\":\"ä\"}\r\n\r\n{\"a\":[1,2,]}\n{}"
    for source in CutText.all(Array(text.utf8)) {
      #expect(
        recordFault { () throws(RecordFault) in try read(source) }
          == "2:3 byte 11: a comma stands behind the last one"
      )
    }
  }

  @Test("gives as many records as are asked for")
  func limits() throws {
    let text = (0..<10).map { "{\"a\":\($0)}\n" }.joined()
    var reader = try NDJSONRecordReader(CutText(Array(text.utf8), sizes: [13, 20]))
    #expect(reader.names == ["a"])
    #expect(try reader.next(4)?.columns == [RecordColumn(values: .integers([0, 1, 2, 3]))])
    #expect(try reader.next(1)?.columns == [RecordColumn(values: .integers([4]))])
    #expect(try reader.next(100)?.columns == [RecordColumn(values: .integers([5, 6, 7, 8, 9]))])
    #expect(try reader.next(1) == nil)
  }

  @Test("gives less than is asked for where lines are long, and no end where they are empty")
  func batchSize() throws {
    let blanks = String(repeating: " \n", count: 20)
    let text = "\(blanks){\"a\":123456}\n\(blanks){\"a\":1}\n{\"a\":2}\n{\"a\":3}\n\(blanks)"
    for source in CutText.all(Array(text.utf8)) {
      var reader = try NDJSONRecordReader(source, NDJSONOptions(batchSize: 10))
      #expect(try reader.batches().map(\.count) == [1, 2, 1])
    }
  }

  @Test(
    "says what is wrong with a record and where",
    arguments: [
      ("1", "byte 1: '1' stands where '{' must"),
      ("[1]", "byte 1: '[' stands where '{' must"),
      ("{}", "byte 2: the first object has no names"),
      ("{\"\":1}", "byte 2: a name is empty"),
      ("{\"a\":1,\"b\":2,\"a\":3}", "byte 14: the name \"a\" comes twice"),
      ("{\"a\":1,\"\\u0061\":3}", "byte 8: the name \"a\" comes twice"),
      ("{\"a\":null,\"a\":1}", "byte 11: the name \"a\" comes twice"),
      ("{\"a\":1,}", "byte 8: a comma stands behind the last one"),
      ("{,}", "byte 2: ',' stands where a name in quotes must"),
      ("{a:1}", "byte 2: 'a' stands where a name in quotes must"),
      ("{'a':1}", "byte 2: ''' stands where a name in quotes must"),
      ("{\"a\" 1}", "byte 6: '1' stands where a colon must"),
      ("{\"a\":1 \"b\":2}", "byte 8: '\"' stands where a comma or '}' must"),
      ("{\"a\":1", "byte 7: the line ends where a comma or '}' must stand"),
      ("{\"a\":", "byte 6: the line ends where a value must stand"),
      ("{\"a\"", "byte 5: the line ends where a colon must stand"),
      ("{", "byte 2: the line ends where a name in quotes must stand"),
      ("{\"a\":1}}", "byte 8: '}' stands where the end of the line must"),
      ("{\"a\":1} {\"a\":2}", "byte 9: '{' stands where the end of the line must"),
      ("{\"a\":1} // x", "byte 9: '/' stands where the end of the line must"),
      ("{\"a\":/**/1}", "byte 6: '/' stands where a value must"),
      ("{\"a\":ä}", "byte 6: a character that is not ASCII stands where a value must"),
      ("{\"a\":\u{B}1}", "byte 6: the byte 11 stands where a value must"),
    ]
  )
  func recordFaults(text: String, message: String) {
    #expect(fault(text) == "1:1 \(message)")
    #expect(fault("\n\(text)\n") == "1:2 \(message)")
  }

  @Test(
    "says what is wrong with a value and where",
    arguments: [
      ("", "byte 6: '}' stands where a value must"),
      ("NaN", "byte 6: 'N' stands where a value must"),
      ("-Infinity", "byte 7: 'I' stands where a digit must"),
      ("nul", "byte 6: 'n' stands where a value must"),
      ("True", "byte 6: 'T' stands where a value must"),
      ("truer", "byte 10: 'r' stands where a comma or '}' must"),
      ("01", "byte 6: a number begins with 0"),
      ("-01", "byte 7: a number begins with 0"),
      ("00", "byte 6: a number begins with 0"),
      ("+1", "byte 6: '+' stands where a value must"),
      (".5", "byte 6: '.' stands where a value must"),
      ("1.", "byte 8: '}' stands where a digit must"),
      ("1.e5", "byte 8: 'e' stands where a digit must"),
      ("1e", "byte 8: '}' stands where a digit must"),
      ("1e+-2", "byte 9: '-' stands where a digit must"),
      ("-", "byte 7: '}' stands where a digit must"),
      ("0x10", "byte 7: 'x' stands where a comma or '}' must"),
      ("1 2", "byte 8: '2' stands where a comma or '}' must"),
      ("\"a", "byte 6: the string is not closed on its line"),
      ("\"a\tb\"", "byte 8: a control character (byte 9) stands in a string"),
      ("\"\0\"", "byte 7: a control character (byte 0) stands in a string"),
      ("\"\\x\"", "byte 8: 'x' stands where one of \"\\/bfnrtu must"),
      ("\"\\u12g4\"", "byte 11: 'g' stands where a hexadecimal digit must"),
      ("\"\\u12\"", "byte 11: '\"' stands where a hexadecimal digit must"),
      ("\"\\ud83d\"", "byte 7: half of a surrogate pair stands alone"),
      ("\"\\ude00\"", "byte 7: half of a surrogate pair stands alone"),
      ("\"\\ud83d\\n\"", "byte 7: half of a surrogate pair stands alone"),
      ("\"\\ud83d\\ud83d\"", "byte 7: half of a surrogate pair stands alone"),
      ("\"x\\ud83dx\"", "byte 8: half of a surrogate pair stands alone"),
      ("[1,]", "byte 9: a comma stands behind the last one"),
      ("[,1]", "byte 7: ',' stands where a value must"),
      ("[1 2]", "byte 9: '2' stands where a comma or ']' must"),
      ("[1}", "byte 8: '}' stands where a comma or ']' must"),
      ("[", "byte 7: '}' stands where a value must"),
      ("{\"a\":1,}", "byte 13: a comma stands behind the last one"),
      ("{\"a\"}", "byte 10: '}' stands where a colon must"),
      ("{\"a\":}", "byte 11: '}' stands where a value must"),
      ("{1:2}", "byte 7: '1' stands where a name in quotes must"),
      ("{\"a\":[\"\\ud83d\"]}", "byte 13: half of a surrogate pair stands alone"),
      ("[01]", "byte 7: a number begins with 0"),
      ("[NaN]", "byte 7: 'N' stands where a value must"),
    ]
  )
  func valueFaults(json: String, message: String) {
    #expect(fault("{\"x\":\(json)}") == "1:1 \(message)")
  }

  @Test("names what is none of the columns")
  func unknownName() {
    #expect(
      fault("{\"a\":1}\n\n{\"a\":1}\n{\"b\":2}\n")
        == "3:4 byte 2: there is no column with the name \"b\""
    )
    #expect(
      fault("{\"e\\u0301\":1}\n{\"é\":1}\n")
        == "2:2 byte 2: there is no column with the name \"é\""
    )
  }

  @Test("says where a line is not UTF-8")
  func encoding() {
    for bytes in [[0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80]] as [[UInt8]] {
      let text = Array("{\"a\":1}\n{\"a\":\"x".utf8) + bytes + Array("\"}\n".utf8)
      for source in CutText.all(text) {
        #expect(
          recordFault { () throws(RecordFault) in try read(source) }
            == "2:2 byte 8: the text is not UTF-8"
        )
      }
    }
  }

  @Test("lists and maps have their limit of depth")
  func depth() throws {
    func nested(_ depth: Int) -> String {
      String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(try read("{\"a\":\(nested(199))}") == ["a", "t \(nested(199))"])
    #expect(
      fault("{\"a\":\(nested(200))}")
        == "1:1 byte 205: lists and maps stand more than 200 deep"
    )
    #expect(fault("{\"a\":\(nested(1_000_000))}")?.hasSuffix("200 deep") == true)
  }

  @Test("lines have their limit of length, also where none ends")
  func lineLimit() throws {
    let options = NDJSONOptions(lineLimit: 10)
    #expect(try read("{\"a\":\"xy\"}\n", options) == ["a", "t xy"])
    for text in [
      "{\"a\":\"xy\"}\n{\"a\":\"xyz\"}\n", "{\"a\":1}\n{\"a\":\"xyz\"}",
      "{\"a\":1}\n{\"a\":\"xyzxyz",
    ] {
      for source in CutText.all(Array(text.utf8)) {
        #expect(
          recordFault { () throws(RecordFault) in try read(source, options) }
            == "2:2 the line has more than 10 bytes"
        )
      }
    }
  }

  @Test("gives the records in front of what is wrong as if nothing stood there")
  func goodOnes() throws {
    for wrong in [
      "{\"b\":\"x\",\"a\":\"y\",\"a\":1}", "{\"a\":1.5,\"b\":", "{\"a\":[1],\"c\":1}", "[1]",
      "{\"a\":1}x",
    ] {
      for source in CutText.all(Array("{\"a\":1,\"b\":true}\n\n{\"a\":2}\n\(wrong)\n{}".utf8)) {
        var reader = try NDJSONRecordReader(source)
        #expect(
          try reader.next(100)
            == RecordBatch(
              count: 2,
              columns: [
                RecordColumn(values: .integers([1, 2])),
                RecordColumn(values: .bools([true, false]), isThere: [true, false]),
              ]
            )
        )
        let fault = recordFault { () throws(RecordFault) in try reader.next(100) }
        #expect(fault?.hasPrefix("3:4 byte ") == true)
      }
    }
  }

  @Test("gives batches of no more than some MiB, whatever their lines are")
  func largeBatches() throws {
    let long = String(repeating: "x", count: 1 << 20)
    let text = String(repeating: "{\"a\":\"\(long)\"}\n", count: 12)
    var reader = try NDJSONRecordReader(CutText(Array(text.utf8), sizes: []))
    #expect(try reader.batches(1000).map(\.count) == [4, 4, 4])
    let names = (0..<1000).map { "\"c\($0)\":1" }.joined(separator: ",")
    let empty = "{\(names)}\n" + String(repeating: "{}\n", count: 5000)
    var other = try NDJSONRecordReader(CutText(Array(empty.utf8), sizes: []))
    #expect(try other.batches(100_000).map { $0.count < 4300 } == [true, true])
  }

  @Test("takes no more columns than ODBC has room for")
  func columnLimit() throws {
    func line(_ count: Int) -> String {
      "{" + (0..<count).map { "\"\($0)\":1" }.joined(separator: ",") + "}"
    }
    var reader = try NDJSONRecordReader(CutText(Array(line(32_767).utf8), sizes: []))
    #expect(try reader.next(1)?.columns.count == 32_767)
    #expect(
      fault(line(32_768))?.hasSuffix("there are more than 32767 columns: ODBC has no room for them")
        == true
    )
  }

  @Test("goes no further once something was wrong")
  func sticky() throws {
    var reader = try NDJSONRecordReader(CutText(Array("{\"a\":1}\n{\n{\"a\":2}\n".utf8), sizes: []))
    #expect(try reader.next(1)?.count == 1)
    for _ in 0..<2 {
      #expect(
        recordFault { () throws(RecordFault) in try reader.next(1) }
          == "2:2 byte 2: the line ends where a name in quotes must stand"
      )
    }
  }

  @Test("many columns in any order go through")
  func manyColumns() throws {
    let names = (0..<500).map { "name of column \($0)" }
    let line = names.map { "\"\($0)\":1" }.joined(separator: ",")
    let back = names.reversed().map { "\"\($0)\":2" }.joined(separator: ",")
    let few = "\"\(names[499])\":3,\"\(names[7])\":4"
    var reader = try NDJSONRecordReader(
      CutText(Array("{\(line)}\n{\(back)}\n{\(few)}".utf8), sizes: [1000, 5000])
    )
    #expect(reader.names == names)
    let batch = try #require(try reader.next(10))
    #expect(
      batch.columns[0] == RecordColumn(values: .integers([1, 2, 0]), isThere: [true, true, false])
    )
    #expect(batch.columns[7] == RecordColumn(values: .integers([1, 2, 4])))
    #expect(batch.columns[499] == RecordColumn(values: .integers([1, 2, 3])))
  }
}
