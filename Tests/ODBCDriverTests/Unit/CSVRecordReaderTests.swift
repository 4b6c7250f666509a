import DriverKit
import Testing

@testable import ODBCDriver

/// A text that comes in pieces.
struct CutText: RecordSource {
  private var pieces: [[UInt8]]

  init(_ bytes: [UInt8], sizes: [Int]) {
    pieces = []
    var place = 0
    for size in sizes + [bytes.count] where place < bytes.count {
      let end = min(place + size, bytes.count)
      if end > place { pieces.append(Array(bytes[place..<end])) }
      place = end
    }
    pieces.reverse()
  }

  mutating func next() throws(RecordFault) -> [UInt8]? { pieces.popLast() }

  /// All ways to cut a text in two, and into pieces of one, two and three bytes.
  static func all(_ bytes: [UInt8]) -> [CutText] {
    (0...bytes.count).map { CutText(bytes, sizes: [$0]) }
      + (1...3).map { CutText(bytes, sizes: Array(repeating: $0, count: bytes.count)) }
  }
}

extension RecordReader {
  /// The batches that there are.
  mutating func batches(_ limit: Int = 100) throws(RecordFault) -> [RecordBatch] {
    var batches: [RecordBatch] = []
    while let batch = try next(limit) { batches.append(batch) }
    return batches
  }
}

/// What is wrong with a text, as `record:line message`; nil: nothing is.
func recordFault<T>(_ body: () throws(RecordFault) -> T) -> String? {
  do throws(RecordFault) {
    _ = try body()
    return nil
  } catch {
    switch error {
    case .source(let error): return "source: \(error.message)"
    case .invalid(let place, let text):
      return "\(place.record):\(place.line.map { "\($0)" } ?? "-") \(text)"
    }
  }
}

@Suite("Reading records from CSV")
struct CSVRecordReaderTests {
  /// Names and rows, where a line is a record with its values between bars and `∅` for null.
  private func read(
    _ source: CutText,
    _ options: CSVOptions = CSVOptions(),
    limit: Int = 100
  ) throws(RecordFault) -> [String] {
    var reader = try CSVRecordReader(source, options)
    var lines = [reader.names.joined(separator: "|")]
    for batch in try reader.batches(limit) {
      for record in 0..<batch.count {
        let values = batch.columns.map { column in
          guard case .texts(let texts) = column.values else { return "?" }
          guard column.isThere?[record] ?? true else { return "∅" }
          return String(decoding: texts.bytes[texts.range(record)], as: UTF8.self)
        }
        lines.append(values.joined(separator: "|"))
      }
    }
    return lines
  }

  private func read(
    _ text: String,
    _ options: CSVOptions = CSVOptions(),
    limit: Int = 100
  ) throws(RecordFault) -> [String] {
    try read(CutText(Array(text.utf8), sizes: []), options, limit: limit)
  }

  private func options(_ change: (inout CSVOptions) -> Void) -> CSVOptions {
    var options = CSVOptions()
    change(&options)
    return options
  }

  @Test(
    "takes fields as RFC 4180 has them",
    arguments: [
      ("a,b\r\n1,2\r\n", ["a|b", "1|2"]),
      ("a,b\n1,2", ["a|b", "1|2"]),
      ("a,b\r1,2\r3,4", ["a|b", "1|2", "3|4"]),
      ("\u{FEFF}a,b\n1,2", ["a|b", "1|2"]),
      ("\u{FEFF}\"a\",b\n1,2", ["a|b", "1|2"]),
      ("\"a\",\"b,c\"\n\"x\"\"y\",\"1\r\n2\"\n", ["a|b,c", "x\"y|1\r\n2"]),
      ("a,b\n\"\"\"\",\"\"\"\"\"\"\n", ["a|b", "\"|\"\""]),
      ("a,b\n,\"\"\n\"\",\n", ["a|b", "∅|", "|∅"]),
      ("a,b\n1,", ["a|b", "1|∅"]),
      ("a,b\n1,\"\"", ["a|b", "1|"]),
      ("\n\r\na,b\n\n1,2\r\n\r\n\r3,4\n\n", ["a|b", "1|2", "3|4"]),
      ("a\n1\n\n2\n", ["a", "1", "∅", "2"]),
      ("a\r\n\r\n2\r\n", ["a", "∅", "2"]),
      ("a\n\n", ["a", "∅"]),
      ("ä, b \n € ,😀\n", ["ä| b ", " € |😀"]),
      ("a,b\n\0,\t\n", ["a|b", "\0|\t"]),
      ("a,b\n", ["a|b"]),
      ("a", ["a"]),
    ]
  )
  func fields(text: String, lines: [String]) throws {
    #expect(try read(text) == lines)
  }

  @Test("reads the same wherever the text is cut")
  func cuts() throws {
    let text = "\u{FEFF}ä,\"b\"\"\"\r\n\"x\r\n€\",\r\n\n😀,\"\"\r\"\"\"\",y\n,z"
    let lines = ["ä|b\"", "x\r\n€|∅", "😀|", "\"|y", "∅|z"]
    for source in CutText.all(Array(text.utf8)) {
      for limit in [1, 2, 100] { #expect(try read(source, limit: limit) == lines) }
    }
  }

  @Test("says the same of what is wrong wherever the text is cut")
  func cutFaults() {
    for (text, fault) in [
      (
        "a,b\r\n\"1\r\n\r\n\",2\r\n3\r\n",
        "2:5 the number of fields is 1, but the number of columns is 2"
      ),
      ("a,b\n1,2,3,,5\n", "1:2 the number of fields is 5, but the number of columns is 2"),
      ("a,b\n1,\"2\"3\n", "1:2 column \"b\" has text behind its closing quote"),
    ] {
      for source in CutText.all(Array(text.utf8)) {
        #expect(recordFault { () throws(RecordFault) in try read(source) } == fault)
      }
    }
  }

  @Test("gives as many records as are asked for")
  func limits() throws {
    let text = "a,b\n" + (0..<10).map { "\($0),\n" }.joined()
    var reader = try CSVRecordReader(CutText(Array(text.utf8), sizes: [7, 9]))
    #expect(try reader.next(4)?.count == 4)
    #expect(try reader.next(1)?.count == 1)
    let batch = try reader.next(100)
    #expect(batch?.count == 5)
    #expect(batch?.columns[1].isThere == Array(repeating: false, count: 5))
    #expect(try reader.next(1) == nil)
    #expect(try reader.next(1) == nil)
  }

  @Test("gives less than is asked for where records are large, and always whole ones")
  func batchSize() throws {
    let bytes = Array("a,b\n1,abcdefghij\n\n2,b\n3,abc\n4,d".utf8)
    for source in CutText.all(bytes) {
      var reader = try CSVRecordReader(source, options { $0.batchSize = 5 })
      #expect(try reader.batches().map(\.count) == [1, 2, 1])
    }
  }

  @Test("has no list of what is there where all is")
  func allThere() throws {
    var reader = try CSVRecordReader(CutText(Array("a,b\n1,\n\n2,\n".utf8), sizes: []))
    let batch = try #require(try reader.next(10))
    #expect(
      batch.columns == [
        RecordColumn(values: .texts(RecordBytes(bytes: Array("12".utf8), ends: [1, 2]))),
        RecordColumn(
          values: .texts(RecordBytes(bytes: [], ends: [0, 0])),
          isThere: [false, false]
        ),
      ]
    )
  }

  @Test("a text can stand for null, so that nothing stands for an empty text")
  func nullText() throws {
    let options = options { $0.nullText = "NULL" }
    #expect(
      try read("NULL,b\nNULL,\n\"NULL\",NULLS\n", options) == ["NULL|b", "∅|", "NULL|NULLS"]
    )
    #expect(try read("a\n\n\\N\n", self.options { $0.nullText = "\\N" }) == ["a", "", "∅"])
    #expect(try read("a,b\n,\"\"\n", self.options { $0.nullText = "" }) == ["a|b", "∅|"])
  }

  @Test("other characters can stand between and around fields")
  func characters() throws {
    let options = options {
      $0.delimiter = UInt8(ascii: "\t")
      $0.quote = UInt8(ascii: "'")
    }
    #expect(try read("a\tb\n'it''s\t'\t\"x,\"\n", options) == ["a|b", "it's\t|\"x,\""])
    for (delimiter, quote) in [(",", ","), ("\n", "\""), (",", "\r")]
      as [(Unicode.Scalar, Unicode.Scalar)]
    {
      let options = self.options {
        $0.delimiter = UInt8(ascii: delimiter)
        $0.quote = UInt8(ascii: quote)
      }
      #expect(!options.isUsable)
    }
    #expect(!self.options { $0.delimiter = 0xA7 }.isUsable)
    #expect(options.isUsable)
  }

  @Test("names can be given instead of the header, and without one")
  func names() throws {
    let given = options { $0.names = ["x", "y"] }
    #expect(try read("a,a\n1,2\n", given) == ["x|y", "1|2"])
    #expect(
      recordFault { () throws(RecordFault) in try read("a\n1\n", given) }
        == "0:1 the number of fields is 1, but the number of names is 2"
    )
    let bare = options { $0.hasHeader = false }
    #expect(try read("1,\n2,\"3\"\n", bare) == ["column1|column2", "1|∅", "2|3"])
    #expect(try read("1,2\n", bare, limit: 1) == ["column1|column2", "1|2"])
    #expect(try read("", bare) == [""])
    #expect(try read("\u{FEFF}\n", bare) == [""])
    let both = options {
      $0.hasHeader = false
      $0.names = ["x"]
    }
    #expect(try read("1\n\n2\n", both) == ["x", "1", "∅", "2"])
    #expect(try read("", both) == ["x"])
    let nulls = options {
      $0.hasHeader = false
      $0.nullText = "-"
    }
    #expect(try read("-,\n,-", nulls) == ["column1|column2", "∅|", "|∅"])
  }

  @Test(
    "says what is wrong and where",
    arguments: [
      ("", "0:1 there is no header: the text is empty"),
      ("\r\n\n", "0:1 there is no header: the text is empty"),
      ("a,b,a\n", "0:1 columns 1 and 3 have the same name, \"a\""),
      ("\n\na,b,a\n", "0:3 columns 1 and 3 have the same name, \"a\""),
      ("a,,b\n", "0:1 column 2 has no name"),
      ("a,\"\"\n", "0:1 column 2 has no name"),
      ("a\"b\n1\n", "0:1 field 1 has a quote, but does not begin with one"),
      ("a,b\n1,2\n3\n", "2:3 the number of fields is 1, but the number of columns is 2"),
      ("a,b\n1,2\n\n3,4,5\n", "2:4 the number of fields is 3, but the number of columns is 2"),
      ("a\n1,\n", "1:2 the number of fields is 2, but the number of columns is 1"),
      ("a,b\n1,2\r\n3", "2:3 the number of fields is 1, but the number of columns is 2"),
      ("a,b\n1, \"2\"\n", "1:2 column \"b\" has a quote, but does not begin with one"),
      ("a,b\n1,\"2\" \n", "1:2 column \"b\" has text behind its closing quote"),
      (
        "a,b\n\"1\n\",\"2\n\n",
        "1:2 column \"b\" has a quote, opened on line 3, that is never closed"
      ),
      ("a,b\n1,\"", "1:2 column \"b\" has a quote, opened on line 2, that is never closed"),
      ("a,b\n\"\n\n\",2\n3", "2:5 the number of fields is 1, but the number of columns is 2"),
      ("a,b\n1,2,\"3", "1:2 field 3 has a quote, opened on line 2, that is never closed"),
    ]
  )
  func faults(text: String, fault: String) {
    #expect(recordFault { () throws(RecordFault) in try read(text) } == fault)
  }

  @Test("says which column of which record is not UTF-8")
  func encoding() {
    /// What is wrong in each way to cut the text and to ask for records: one fault, if all are the same.
    func faults(_ parts: [String], bytes: [UInt8]) -> Set<String?> {
      let whole = Array(parts.map { Array($0.utf8) }.joined(separator: bytes))
      var found: Set<String?> = []
      for source in CutText.all(whole) {
        for limit in [1, 2, 100] {
          found.insert(recordFault { () throws(RecordFault) in try read(source, limit: limit) })
        }
      }
      return found
    }
    #expect(
      faults(["a,b\n1,2\n3,x", "y\n5,6\n"], bytes: [0xFF]) == ["2:3 column \"b\" is not UTF-8"]
    )
    #expect(faults(["a,b\n1,2\n3,", ""], bytes: [0xC3]) == ["2:3 column \"b\" is not UTF-8"])
    #expect(
      faults(["a,b\n1,2\n3,4\n5,", "\n6\n"], bytes: [0x80]) == ["3:4 column \"b\" is not UTF-8"]
    )
    #expect(faults(["a", ",b\n"], bytes: [0xE2, 0x82]) == ["0:1 field 1 is not UTF-8"])
    // A character whose halves stand in two records.
    #expect(
      recordFault { () throws(RecordFault) in
        let bytes = Array("a\nx".utf8) + [0xC3, 0x0A, 0xA4] + Array("y\n".utf8)
        return try read(CutText(bytes, sizes: []))
      } == "1:2 column \"a\" is not UTF-8"
    )
    #expect(
      recordFault { () throws(RecordFault) in
        let bytes = Array("a,b\n".utf8) + [0x78, 0x2C, 0xC3, 0x0A, 0x79, 0x2C, 0xA4, 0x0A]
        return try read(CutText(bytes, sizes: []))
      } == "1:2 column \"b\" is not UTF-8"
    )
  }

  @Test("what is wrong further in front comes first")
  func order() {
    let bytes = Array("a,b\n1,2\n3,".utf8) + [0xFF] + Array("\n5\n".utf8)
    for source in CutText.all(bytes) {
      #expect(
        recordFault { () throws(RecordFault) in try read(source) }
          == "2:3 column \"b\" is not UTF-8"
      )
    }
  }

  @Test("gives the records in front of what is wrong, wherever the text is cut")
  func goodOnes() throws {
    let good = RecordBatch(
      count: 2,
      columns: [
        RecordColumn(values: .texts(RecordBytes(bytes: Array("12".utf8), ends: [1, 2]))),
        RecordColumn(
          values: .texts(RecordBytes(bytes: Array("a".utf8), ends: [1, 1])),
          isThere: [true, false]
        ),
      ]
    )
    for wrong in ["3,c,d\n", "3\n", "3,\"c\"d\n", "3,\"c"] {
      for source in CutText.all(Array("id,s\n1,a\n2,\n\(wrong)".utf8)) {
        var reader = try CSVRecordReader(source)
        #expect(try reader.next(100) == good)
        let fault = recordFault { () throws(RecordFault) in try reader.next(100) }
        #expect(fault?.hasPrefix("3:4 ") == true)
      }
    }
    for source in CutText.all(Array("id,s\n1,a\n2,\n3,".utf8) + [0xFF] + Array("\n,\n".utf8)) {
      var reader = try CSVRecordReader(source)
      var batches: [RecordBatch] = []
      let fault = recordFault { () throws(RecordFault) in
        while let batch = try reader.next(100) { batches.append(batch) }
      }
      #expect(batches == [good] && fault == "3:4 column \"s\" is not UTF-8")
    }
  }

  @Test("gives batches of no more than some MiB, whatever their fields are")
  func largeBatches() throws {
    let long = String(repeating: "x", count: 1 << 20)
    let text = "a\n" + (0..<12).map { "\($0)\(long)\n" }.joined()
    var reader = try CSVRecordReader(CutText(Array(text.utf8), sizes: []))
    #expect(try reader.batches(1000).map(\.count) == [4, 4, 4])
    // A thousand fields that are all null.
    let nulls = String(repeating: ",", count: 999)
    let header = (0..<1000).map { "c\($0)" }.joined(separator: ",")
    let empty = header + "\n" + String(repeating: "\(nulls)\n", count: 6000)
    var other = try CSVRecordReader(CutText(Array(empty.utf8), sizes: []))
    #expect(try other.batches(100_000).map(\.count) == [4195, 1805])
  }

  @Test("goes no further once something was wrong")
  func sticky() throws {
    var reader = try CSVRecordReader(CutText(Array("a,b\n1,2\n3\n4,5\n".utf8), sizes: []))
    #expect(try reader.next(1)?.count == 1)
    for _ in 0..<2 {
      #expect(
        recordFault { () throws(RecordFault) in try reader.next(1) }
          == "2:3 the number of fields is 1, but the number of columns is 2"
      )
    }
  }

  @Test("a field has its limit, whether it is one of the columns or not")
  func limit() throws {
    let options = options { $0.fieldLimit = 4 }
    #expect(try read("a,b\nabcd,1\n", options) == ["a|b", "abcd|1"])
    for (text, fault) in [
      ("a,b\n1,abcde\n", "1:2 column \"b\" has more than 4 bytes"),
      ("a,b\n1,\"ab\"\"de\"\n", "1:2 column \"b\" has more than 4 bytes"),
      ("a,b\n1,2,abcde\n", "1:2 field 3 has more than 4 bytes"),
      ("a,abcde\n", "0:1 field 2 has more than 4 bytes"),
    ] {
      for source in CutText.all(Array(text.utf8)) {
        #expect(recordFault { () throws(RecordFault) in try read(source, options) } == fault)
      }
    }
  }

  @Test("large values and many columns go through")
  func large() throws {
    let text = String(repeating: "lorem \"\" ipsum\r\n", count: 20_000)
    let value = text.replacing("\"\"", with: "\"")
    let source = CutText(
      Array("a,b\n1,\"\(text)\"\n2,\n".utf8),
      sizes: Array(repeating: 4096, count: 200)
    )
    #expect(try read(source) == ["a|b", "1|\(value)", "2|∅"])
    let header = (0..<2000).map { "c\($0)" }.joined(separator: ",")
    let values = (0..<2000).map { "\($0)" }
    #expect(
      try read("\(header)\n\(values.joined(separator: ","))\n")[1] == values.joined(separator: "|")
    )
    let commas = String(repeating: ",", count: 1 << 16)
    #expect(
      recordFault { () throws(RecordFault) in try read(commas) }
        == "0:1 there are more than 32767 columns: ODBC has no room for them"
    )
  }
}
