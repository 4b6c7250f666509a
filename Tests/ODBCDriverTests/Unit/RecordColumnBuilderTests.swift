import Testing

@testable import ODBCDriver

@Suite("Collecting the values of a column")
struct RecordColumnBuilderTests {
  /// A value of some kind.
  enum Value: Sendable, CustomTestStringConvertible {
    case null
    case bool(Bool)
    case integer(Int64)
    case unsigned(UInt64)
    case double(Double)
    case decimal(String)
    case text(String)
    case bytes([UInt8])

    var testDescription: String { "\(self)" }

    func add(to builder: inout RecordColumnBuilder) {
      switch self {
      case .null: builder.appendNull()
      case .bool(let value): builder.append(value)
      case .integer(let value): builder.append(value)
      case .unsigned(let value): builder.append(value)
      case .double(let value): builder.append(value)
      case .decimal(let value): builder.appendDecimal(value.utf8)
      case .text(let value): builder.appendText(value.utf8)
      case .bytes(let value): builder.appendBytes(value)
      }
    }
  }

  private func column(_ values: [Value]) -> RecordColumn {
    var builder = RecordColumnBuilder()
    for value in values { value.add(to: &builder) }
    #expect(builder.count == values.count)
    #expect(builder.misfit == nil)
    return builder.take()
  }

  @Test("a column of one kind has its values as they are")
  func oneKind() {
    #expect(column([.bool(true), .bool(false)]) == RecordColumn(values: .bools([true, false])))
    #expect(column([.integer(1), .integer(-2)]) == RecordColumn(values: .integers([1, -2])))
    #expect(column([.unsigned(.max)]) == RecordColumn(values: .unsignedIntegers([.max])))
    #expect(column([.double(0.5)]) == RecordColumn(values: .doubles([0.5])))
    #expect(column([.decimal("1.50")]) == RecordColumn(values: .decimals(bytes("1.50"))))
    #expect(column([.text("ä"), .text("")]) == RecordColumn(values: .texts(bytes("ä", ""))))
    #expect(
      column([.bytes([0, 255])])
        == RecordColumn(values: .bytes(RecordBytes(bytes: [0, 255], ends: [2])))
    )
  }

  @Test("nulls stand before, between and behind the values")
  func nulls() {
    #expect(
      column([.null, .null, .integer(7), .null, .integer(8)])
        == RecordColumn(
          values: .integers([0, 0, 7, 0, 8]),
          isThere: [false, false, true, false, true]
        )
    )
    #expect(
      column([.null, .text("a"), .null, .text("b")])
        == RecordColumn(
          values: .texts(bytes("", "a", "", "b")),
          isThere: [false, true, false, true]
        )
    )
    #expect(
      column([.null, .bool(true)])
        == RecordColumn(values: .bools([false, true]), isThere: [false, true])
    )
    #expect(
      column([.double(1.5), .null])
        == RecordColumn(values: .doubles([1.5, 0]), isThere: [true, false])
    )
  }

  @Test("nothing but nulls is a column of texts")
  func onlyNulls() {
    #expect(
      column([.null, .null])
        == RecordColumn(values: .texts(bytes("", "")), isThere: [false, false])
    )
    #expect(column([]) == RecordColumn(values: .texts(RecordBytes())))
  }

  @Test("integers of both kinds become the one that holds all of them, or decimals")
  func integers() {
    #expect(column([.integer(1), .unsigned(2)]) == RecordColumn(values: .integers([1, 2])))
    #expect(
      column([.integer(1), .unsigned(.max)]) == RecordColumn(values: .unsignedIntegers([1, .max]))
    )
    #expect(
      column([.unsigned(.max), .integer(1)]) == RecordColumn(values: .unsignedIntegers([.max, 1]))
    )
    #expect(
      column([.unsigned(1), .null, .integer(-1)])
        == RecordColumn(values: .integers([1, 0, -1]), isThere: [true, false, true])
    )
    #expect(
      column([.integer(-1), .unsigned(.max)])
        == RecordColumn(values: .decimals(bytes("-1", "18446744073709551615")))
    )
    #expect(
      column([.unsigned(.max), .integer(-1)])
        == RecordColumn(values: .decimals(bytes("18446744073709551615", "-1")))
    )
  }

  @Test("other numbers that mix become decimals")
  func numbers() {
    #expect(
      column([.integer(1), .null, .double(0.1), .integer(2)])
        == RecordColumn(
          values: .decimals(bytes("1", "", "0.1", "2")),
          isThere: [true, false, true, true]
        )
    )
    #expect(
      column([.double(1e300), .decimal("0.10")])
        == RecordColumn(values: .decimals(bytes("1e+300", "0.10")))
    )
    #expect(
      column([.decimal("0.10"), .unsigned(.max), .double(-0.5)])
        == RecordColumn(values: .decimals(bytes("0.10", "18446744073709551615", "-0.5")))
    )
    #expect(
      column([.double(.infinity), .integer(1)])
        == RecordColumn(values: .texts(bytes("inf", "1")))
    )
    #expect(
      column([.integer(1), .double(.nan)]) == RecordColumn(values: .texts(bytes("1", "nan")))
    )
  }

  @Test("whatever mixes with texts or truth values becomes texts")
  func texts() {
    #expect(
      column([.bool(true), .integer(1), .double(1.5), .decimal("2.0"), .text("x"), .bool(false)])
        == RecordColumn(values: .texts(bytes("true", "1", "1.5", "2.0", "x", "false")))
    )
    #expect(
      column([.text("x"), .unsigned(.max), .null, .integer(-1)])
        == RecordColumn(
          values: .texts(bytes("x", "18446744073709551615", "", "-1")),
          isThere: [true, true, false, true]
        )
    )
    #expect(column([.decimal("1.0"), .text("")]) == RecordColumn(values: .texts(bytes("1.0", ""))))
  }

  @Test(
    "bytes go with nothing else",
    arguments: [
      [Value.bytes([1]), .null, .text("a")], [.integer(1), .null, .bytes([1])],
      [.text("a"), .null, .bytes([1])], [.bytes([1]), .null, .bool(true), .integer(1)],
    ]
  )
  func misfit(values: [Value]) {
    var builder = RecordColumnBuilder()
    for value in values { value.add(to: &builder) }
    #expect(builder.misfit == 2)
    #expect(builder.take().isThere?[2] == false)
    #expect(builder.misfit == nil)
  }

  @Test("a batch knows nothing of the one before it")
  func batches() {
    var builder = RecordColumnBuilder()
    builder.appendNull()
    builder.appendText("a".utf8)
    _ = builder.take()
    #expect(builder.kind == .none)
    builder.append(Int64(1))
    #expect(builder.take() == RecordColumn(values: .integers([1])))
    #expect(builder.take() == RecordColumn(values: .texts(RecordBytes())))
  }

  private func bytes(_ texts: String...) -> RecordBytes {
    var bytes = RecordBytes()
    for text in texts { bytes.append(text.utf8) }
    return bytes
  }
}

@Suite("Names of columns")
struct RecordNamesTests {
  @Test("have to be there and differ")
  func names() {
    #expect(RecordNames.fault(in: ["a", "A", "ä", "a\u{308}"]) == nil)
    #expect(RecordNames.fault(in: ["a", ""]) == "column 2 has no name")
    #expect(
      RecordNames.fault(in: ["a", "b", "a"]) == "columns 1 and 3 have the same name, \"a\""
    )
    #expect(RecordNames.fault(in: (0..<32_767).map { "\($0)" }) == nil)
    #expect(
      RecordNames.fault(in: (0..<32_768).map { "\($0)" })
        == "there are 32768 columns, and ODBC has room for 32767"
    )
  }

  @Test("stand in messages on one line, and not at any length")
  func quoted() {
    #expect(RecordNames.quoted("a\nb") == #""a\nb""#)
    #expect(RecordNames.quoted(String(repeating: "a", count: 1000)).utf8.count < 100)
  }
}

@Suite("Parts of records")
struct RecordPartsTests {
  @Test("have no more bytes of cells than they may, where one text makes all of its column as long")
  func parts() {
    var texts = RecordBytes()
    for index in 0..<64 { texts.append([UInt8](repeating: 0x78, count: index == 20 ? 1000 : 2)) }
    let integers = RecordColumn(values: .integers([Int64](repeating: 0, count: 64)))
    let batch = RecordBatch(count: 64, columns: [RecordColumn(values: .texts(texts)), integers])
    let parts = batch.parts(0..<64, [0, 1], 4096)
    // Those beside the long one are few, and the others go together.
    #expect(parts == [0..<16, 16..<20, 20..<24, 24..<32, 32..<64])
    #expect(batch.parts(0..<64, [0, 1], 100).contains(20..<21))
    #expect(batch.parts(0..<64, [1], 4096) == [0..<64])
  }
}
