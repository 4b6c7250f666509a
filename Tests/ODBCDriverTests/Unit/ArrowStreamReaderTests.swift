import DriverHost
import Testing

@testable import ODBCDriver

private typealias Samples = ArrowStreamSamples

@Suite("Reading Arrow streams")
struct ArrowStreamReaderTests {
  /// Bytes that come in pieces of one size.
  private struct Pieces: RecordSource {
    var bytes: ArraySlice<UInt8>
    let size: Int

    mutating func next() throws(RecordFault) -> [UInt8]? {
      guard !bytes.isEmpty else { return nil }
      defer { bytes = bytes.dropFirst(size) }
      return Array(bytes.prefix(size))
    }
  }

  /// What stands in a stream: a line for each column, with its kind and its values.
  private func lines(_ bytes: [UInt8], pieces: Int = .max, limit: Int = 4096) throws -> [String] {
    var reader = try ArrowStreamReader(Pieces(bytes: bytes[...], size: pieces))
    var kinds = [String](repeating: "", count: reader.names.count)
    var values = [String](repeating: "", count: reader.names.count)
    while let batch = try reader.next(limit) {
      try #require(1...limit ~= batch.count && batch.columns.count == reader.names.count)
      for (index, column) in batch.columns.enumerated() {
        let (kind, texts) = texts(column)
        try #require(texts.count == batch.count)
        try #require(column.isThere?.count ?? batch.count == batch.count)
        try #require(column.isThere?.contains(false) != false)
        kinds[index] = " " + kind
        for (record, text) in texts.enumerated() {
          values[index] += column.isThere?[record] == false ? " -" : " " + text
        }
      }
    }
    return zip(reader.names, zip(kinds, values)).map { $0 + $1.0 + $1.1 }
  }

  private func lines(_ sample: ArrowStreamSample, limit: Int = 4096) throws -> [String] {
    try lines(bytes(sample), limit: limit)
  }

  private func bytes(_ sample: ArrowStreamSample) throws -> [UInt8] {
    try Base64.decode(sample.text, ignoringWhiteSpace: true)
  }

  private func texts(_ column: RecordColumn) -> (kind: String, texts: [String]) {
    func each(_ values: RecordBytes) -> [ArraySlice<UInt8>] {
      (0..<values.count).map { values.bytes[values.range($0)] }
    }
    switch column.values {
    case .bools(let values): return ("bools", values.map(\.description))
    case .integers(let values): return ("integers", values.map(\.description))
    case .unsignedIntegers(let values): return ("unsigned", values.map(\.description))
    case .doubles(let values): return ("doubles", values.map(\.description))
    case .dates(let values): return ("dates", values.map(\.description))
    case .times(let values): return ("times", values.map(\.description))
    case .timestamps(let values, let unit, let isUTC):
      return ("\(unit)s\(isUTC ? " in UTC" : "")", values.map(\.description))
    case .texts(let values):
      return ("texts", each(values).map { "`\(String(validating: $0, as: UTF8.self) ?? "?")`" })
    case .decimals(let values):
      return ("decimals", each(values).map { String(decoding: $0, as: UTF8.self) })
    case .bytes(let values): return ("bytes", each(values).map { "\(Array($0))" })
    }
  }

  private func fault(_ bytes: [UInt8]) throws -> (record: Int, text: String) {
    let fault = #expect(throws: RecordFault.self) { try lines(bytes) }
    guard case .invalid(let place, let text) = try #require(fault) else {
      throw try #require(fault)
    }
    #expect(place.line == nil)
    return (place.record, text)
  }

  @Test("gives integers with and without a sign")
  func integers() throws {
    #expect(
      try lines(Samples.signed) == [
        "a integers -128 - 127", "b integers -32768 - 32767",
        "c integers -2147483648 - 2147483647",
        "d integers -9223372036854775808 - 9223372036854775807",
      ]
    )
    #expect(
      try lines(Samples.unsigned) == [
        "a integers 0 - 255", "b integers 0 - 65535", "c integers 0 - 4294967295",
        "d unsigned 0 - 18446744073709551615",
      ]
    )
  }

  @Test("gives fractions, Booleans, and texts for columns that have no type")
  func others() throws {
    #expect(
      try lines(Samples.others) == [
        "a doubles 1.5 - -0.25", "b doubles 1.5 - -0.10000000149011612",
        "c doubles 1e+300 - inf", "d bools true - false", "e texts - - -",
      ]
    )
  }

  @Test("gives texts and bytes, however their lengths are written")
  func texts() throws {
    #expect(
      try lines(Samples.texts) == [
        "a texts `` - `ä€😀`", "b texts `x` - `y`", "c texts `twelve bytes` - `thirteen byte`",
      ]
    )
    #expect(
      try lines(Samples.bytes) == [
        "a bytes [] - [0, 255]", "b bytes [49] - [50]", "c bytes [49, 50] - [51, 52]",
        "d bytes [] - \([UInt8](repeating: 255, count: 13))",
      ]
    )
  }

  @Test("gives decimals with all their digits")
  func decimals() throws {
    let nines = String(repeating: "9", count: 70) + ".999999"
    #expect(
      try lines(Samples.decimals) == [
        "a decimals -12.50 - 0.05", "b decimals -1\(String(repeating: "0", count: 37)) - 0",
        "c decimals \(nines) - -18446744073709551616.000000", "d decimals 1200 - 0",
      ]
    )
    #expect(
      try lines(Samples.smallDecimals) == ["a decimals -1.5 - 99.9", "b decimals -1.5 - 99.9"]
    )
  }

  @Test("gives dates in days, times in microseconds, and moments in their unit")
  func moments() throws {
    #expect(
      try lines(Samples.dates) == [
        "a dates -1 - 19000", "b dates -1 - 0", "c times 1000000 - 86399000000",
        "d times 1000 - 86399999000", "e times 1 - 86399999999", "f times 1 - 0",
      ]
    )
    #expect(
      try lines(Samples.timestamps) == [
        "a seconds -1 - 1", "b milliseconds in UTC -1 - 1", "c microseconds in UTC -1 - 1",
        "d nanoseconds -1 - 1",
      ]
    )
  }

  @Test("gives the values of dictionaries, which may change and grow")
  func dictionaries() throws {
    #expect(
      try lines(Samples.categories) == [
        "a texts `x` - `yy` `x`", "b decimals - 1.5 - 2.0", "c texts - - - -",
      ]
    )
    #expect(try lines(Samples.replaced) == ["a texts `x` `y` `z` - `x`"])
    #expect(try lines(Samples.delta) == ["a texts `x` - - `x` `y`"])
  }

  @Test("gives batches in parts of any size", arguments: [1, 2, 3, 7, 8, 9, 19, 20, 21])
  func parts(limit: Int) throws {
    let numbers = (Array(0..<3) + Array(0..<20))
    #expect(
      try lines(Samples.batches, limit: limit) == [
        "a integers " + numbers.map(\.description).joined(separator: " "),
        "b texts " + numbers.map { $0 % 3 == 0 ? "`\($0)`" : "-" }.joined(separator: " "),
        "c bools " + numbers.map { "\($0 % 2 == 0)" }.joined(separator: " "),
      ]
    )
  }

  @Test("knows the columns of a stream without records")
  func empty() throws {
    var reader = try ArrowStreamReader(Pieces(bytes: bytes(Samples.empty)[...], size: 8))
    #expect(reader.names == ["a", "b"])
    #expect(try reader.next(1) == nil)
    #expect(try reader.next(1) == nil)
  }

  @Test("takes a file from its front, and streams of older versions")
  func forms() throws {
    #expect(try lines(Samples.file) == ["a integers 1 - 3"])
    #expect(try lines(Samples.old) == ["a integers 1 -"])
  }

  @Test("takes a stream that ends without saying so")
  func endless() throws {
    let bytes = try bytes(Samples.signed)
    #expect(Array(bytes.suffix(8)) == [255, 255, 255, 255, 0, 0, 0, 0])
    #expect(try lines(Array(bytes.dropLast(8))) == lines(bytes))
  }

  @Test("gives the same, in whatever pieces the bytes come", arguments: Samples.readable)
  func pieces(sample: ArrowStreamSample) throws {
    let bytes = try bytes(sample)
    let whole = try lines(bytes)
    for size in [1, 7, 64] { #expect(try lines(bytes, pieces: size, limit: 2) == whole) }
  }

  @Test("names the column that no parameter can be made of, and says what helps")
  func types() throws {
    let structure = try fault(bytes(Samples.structure))
    #expect(structure.record == 0)
    #expect(
      structure.text
        == "the column `nested` is of the Arrow type struct: cast it to a text, or leave it out"
    )
    #expect(
      try fault(bytes(Samples.durations)).text.contains("`wait` is of the Arrow type duration")
    )
  }

  @Test("says which value would not be kept as it is")
  func values() throws {
    let time = try fault(bytes(Samples.nanoseconds))
    #expect(time.record == 3)
    #expect(
      time.text == "the column `at` has a time with nanoseconds: cast it to whole microseconds"
    )
    let date = try fault(bytes(Samples.dayParts))
    #expect(date.record == 1)
    #expect(date.text == "the column `day` has no whole day: cast it to a timestamp")
  }

  /// Streams of moments whose second or third values are others: the second ones are null.
  private func moments(second: Int64 = 0, third: Int64 = 1) throws -> [UInt8] {
    func bytes(_ values: Int64...) -> [UInt8] {
      values.flatMap { value in (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }
    let text = try self.bytes(Samples.timestamps)
    let changed = text.replacing(bytes(-1, 0, 1), with: bytes(-1, second, third))
    #expect((changed == text) == (second == 0 && third == 1))
    return changed
  }

  @Test("takes whatever stands where there is no moment")
  func nullMoments() throws {
    #expect(try lines(moments(second: .min)) == lines(moments()))
  }

  @Test("says which moment and which date no database has")
  func years() throws {
    let moment = try fault(moments(third: .min))
    #expect(moment.record == 3)
    #expect(
      moment.text
        == "the column `a` has a moment outside of the years 1 to 9999: cast the column to a text"
    )
    var bytes = try bytes(Samples.dates)
    // 19000 days, which the first column has.
    let third = try #require(bytes.firstRange(of: [0x38, 0x4A, 0, 0] as [UInt8]))
    bytes.replaceSubrange(third, with: [0xFF, 0xFF, 0xFF, 0x7F])
    let date = try fault(bytes)
    #expect(date.record == 3 && date.text.contains("`a` has a date outside of the years 1 to 9999"))
  }

  @Test("says which text is none")
  func notUTF8() throws {
    var bytes = try bytes(Samples.texts)
    let umlaut = try #require(bytes.indices.first { bytes[$0...].starts(with: [0xC3, 0xA4]) })
    bytes[umlaut + 1] = 0x41
    let fault = try fault(bytes)
    #expect(fault.record == 3)
    #expect(fault.text == "the column `a` has a text that is not UTF-8")
    // Those in front of it are given.
    var reader = try ArrowStreamReader(Pieces(bytes: bytes[...], size: .max))
    let good = try #require(try reader.next(100))
    #expect(good.count == 2)
    #expect(good.columns.map { texts($0).texts[0] } == ["``", "`x`", "`twelve bytes`"])
    for _ in 0..<2 { #expect(throws: RecordFault.self) { try reader.next(100) } }
  }

  @Test("takes other names for the columns, as many as there are")
  func names() throws {
    let bytes = try bytes(Samples.batches)
    let reader = try ArrowStreamReader(
      Pieces(bytes: bytes[...], size: .max),
      names: ["x", "a", "y"]
    )
    #expect(reader.names == ["x", "a", "y"])
    for (names, fault) in [
      (["x"], "0:- the number of columns is 3, but the number of names is 1"),
      (["x", "y", "x"], "0:- columns 1 and 3 have the same name, \"x\""),
    ] {
      let found = recordFault { () throws(RecordFault) in
        try ArrowStreamReader(Pieces(bytes: bytes[...], size: .max), names: names)
      }
      #expect(found == fault)
    }
  }

  @Test("asks for batches without compression")
  func compressed() throws {
    let fault = try fault(bytes(Samples.compressed))
    #expect(fault.record == 1)
    #expect(fault.text.hasPrefix("the batches are compressed: write them uncompressed"))
  }

  @Test("does not take big-endian streams")
  func bigEndian() throws {
    // A message whose header is a schema of nothing but its endianness.
    let fault = try fault([
      255, 255, 255, 255, 48, 0, 0, 0,
      16, 0, 0, 0, 10, 0, 12, 0, 4, 0, 6, 0, 8, 0, 0, 0,
      12, 0, 0, 0, 4, 0, 1, 0, 12, 0, 0, 0, 6, 0, 8, 0,
      4, 0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
    ])
    #expect(fault.text.hasPrefix("the stream is big-endian"))
  }

  @Test(
    "says of other formats that they are not this one",
    arguments: ["a,b\n1,2\n", "PAR1\u{15}\u{4}", "{\"a\":1}\n", "ARROW2\0\0"]
  )
  func otherFormats(text: String) throws {
    #expect(try fault(Array(text.utf8)).text == "this is no Arrow stream and no Arrow file")
    #expect(try fault([]).text == "there is nothing: no Arrow stream")
  }

  @Test("does not take a file that can be read from its end only, as polars writes it")
  func endFirst() throws {
    let bytes = Array("ARROW1\0\0".utf8) + [4, 0, 0, 0, 0xF2, 0xFF, 0xFF, 0xFF, 0x14, 0, 0, 0]
    #expect(try fault(bytes).text.contains("write_ipc_stream"))
  }

  @Test("fails, or gives fewer records, wherever a stream is cut off", arguments: Samples.readable)
  func cut(sample: ArrowStreamSample) throws {
    let bytes = try bytes(sample)
    let whole = try lines(bytes)
    for count in bytes.indices {
      do {
        let part = try lines(Array(bytes[..<count]))
        #expect(zip(part, whole).allSatisfy { $1.hasPrefix($0) })
      } catch let fault as RecordFault {
        guard case .invalid = fault else { throw fault }
      }
    }
  }

  @Test("does no harm, whatever byte is another one", arguments: Samples.readable)
  func damaged(sample: ArrowStreamSample) throws {
    let bytes = try bytes(sample)
    for index in bytes.indices {
      for change in [0xFF, 0x01, 0x80] as [UInt8] {
        var damaged = bytes
        damaged[index] ^= change
        do {
          var reader = try ArrowStreamReader(Pieces(bytes: damaged[...], size: .max))
          while try reader.next(1 << 16) != nil {}
        } catch {
          guard case .invalid = error else { throw error }
        }
      }
    }
  }

  @Test("says that a message is cut off, or too large, before its bytes have come")
  func claims() throws {
    // The metadata says that 16 MiB of it follow, then that it is larger than any.
    let text = "the stream ends in the middle of a message"
    #expect(try fault([255, 255, 255, 255, 0, 0, 0, 1, 1, 2, 3]).text == text)
    #expect(
      try fault([255, 255, 255, 255, 255, 255, 255, 127]).text.contains("metadata of a message")
    )
  }
}
