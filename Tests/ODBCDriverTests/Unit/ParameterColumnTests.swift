import CODBC
import DriverHost
import DriverKit
import Testing

@testable import ODBCDriver

@Suite("Values laid out for a driver")
struct ParameterColumnTests {
  private func texts(_ values: String...) -> RecordColumn {
    var bytes = RecordBytes()
    for value in values { bytes.append(value.utf8) }
    return RecordColumn(values: .texts(bytes))
  }

  private func column(
    _ column: RecordColumn,
    _ count: Int = 1,
    as type: ParameterType? = nil,
    isUTF8: Bool = false
  ) -> ParameterColumn {
    var facts = DriverFacts()
    facts.charactersAreUTF8 = isUTF8
    return ParameterColumn(column, 0..<count, as: type, facts)
  }

  @Test("have as many digits as their texts, where they are declared as something else")
  func declaredTexts() {
    let decimal = column(texts("12.50", "-1234.5"), 2, as: .decimal)
    #expect(decimal.sqlType == SQL_DECIMAL && decimal.size == 6 && decimal.digits == 2)
    let timestamp = column(
      texts("2024-02-29 23:59:59", "2024-02-29 23:59:59.123456"),
      2,
      as: .timestamp
    )
    #expect(
      timestamp.sqlType == SQL_TYPE_TIMESTAMP && timestamp.size == 26 && timestamp.digits == 6
    )
    let time = column(texts("23:59:59.1234567891Z"), as: .time)
    #expect(time.size == 18 && time.digits == 9)
    #expect(column(texts("2024-02-29"), as: .date).digits == 0)
  }

  @Test(
    "are texts where that is what they are declared as",
    arguments: [
      (.integers([1_234_567_890]), "1234567890"), (.bools([true]), "1"), (.doubles([0.5]), "0.5"),
      (.unsignedIntegers([.max]), "18446744073709551615"), (.dates([-1]), "1969-12-31"),
      (.times([1]), "00:00:00.000001"),
      (.timestamps([-1], .millisecond, isUTC: true), "1969-12-31 23:59:59.999000"),
      (.decimals(RecordBytes(bytes: Array("1.5".utf8), ends: [3])), "1.5"),
    ] as [(RecordColumn.Values, String)]
  )
  func asTexts(values: RecordColumn.Values, text: String) {
    let wide = column(RecordColumn(values: values), as: .text)
    #expect(wide.cType == SQL_C_WCHAR && wide.sqlType == SQL_WVARCHAR)
    #expect(wide.size == text.utf8.count)
    #expect(wide.cells.bytes(0..<(2 * text.utf8.count)) == text.utf8.flatMap { [$0, 0] })
    let narrow = column(RecordColumn(values: values), as: .text, isUTF8: true)
    #expect(narrow.cType == SQL_C_CHAR && narrow.size == text.utf8.count)
    #expect(narrow.cells.bytes(0..<text.utf8.count) == Array(text.utf8))
  }

  @Test("have room for all their digits as decimals, with an exponent too")
  func decimals() {
    for (text, size, digits) in [
      ("1e-05", 5, 5), ("1.5E+3", 4, 0), ("-12.5e1", 3, 0), ("1e5", 6, 0), ("12.5", 3, 1),
    ] {
      let values = RecordColumn.Values.decimals(
        RecordBytes(bytes: Array(text.utf8), ends: [text.utf8.count])
      )
      let column = column(RecordColumn(values: values))
      #expect(column.size == size && column.digits == digits, "\(text)")
    }
    let integers = column(RecordColumn(values: .integers([123_456, -7])), 2, as: .decimal)
    #expect(integers.size == 6 && integers.digits == 0 && integers.cType == codbc_c_int64)
    let doubles = column(RecordColumn(values: .doubles([12.25])), as: .decimal)
    #expect(doubles.size == 4 && doubles.digits == 2 && doubles.cType == SQL_C_DOUBLE)
  }

  @Test("are moments at any count, also at those that no calendar has")
  func moments() {
    for unit in [.second, .millisecond, .microsecond, .nanosecond] as [RecordTimeUnit] {
      for count in [Int64.min, .min + 1, -1, 0, .max] {
        let values = RecordColumn.Values.timestamps([count], unit, isUTC: false)
        #expect(
          column(RecordColumn(values: values)).width == MemoryLayout<SQL_TIMESTAMP_STRUCT>.size
        )
        var facts = DriverFacts()
        facts.valuesAreTexts = true
        #expect(ParameterColumn(RecordColumn(values: values), 0..<1, facts).width > 19)
      }
    }
    #expect(Calendar.text(ofMoment: -62_198_755_200, .second) == "-0001-01-01 00:00:00")
    #expect(Calendar.text(ofMoment: -1, .nanosecond) == "1969-12-31 23:59:59.999999999")
  }

  @Test("of moments behind the last one in nanoseconds are none")
  func lastMoment() {
    var moment = SQL_TIMESTAMP_STRUCT(Int64.max, .nanosecond)
    #expect(Calendar.count(moment, inNanoseconds: true) == .max)
    moment.fraction += 1
    #expect(Calendar.count(moment, inNanoseconds: true) == nil)
  }

  // MARK: - What readers give

  /// Lays out all that a reader gives, as a load does.
  private func layOut(_ reader: inout some RecordReader) throws(RecordFault) {
    var sqlite = DriverFacts()
    sqlite.valuesAreTexts = true
    while let batch = try reader.next(1000) {
      for column in batch.columns {
        for facts in [DriverFacts(), sqlite] {
          for type in [nil, .text, .decimal, .timestamp] as [ParameterType?] {
            _ = ParameterColumn(column, 0..<batch.count, as: type, facts)
          }
        }
      }
    }
  }

  @Test(
    "come from any stream of Arrow, whatever byte is another one",
    arguments: ArrowStreamSamples.readable
  )
  func arrow(sample: ArrowStreamSample) throws {
    let bytes = try Base64.decode(sample.text, ignoringWhiteSpace: true)
    for index in bytes.indices {
      for change in [0, 0xFF, 0x01, 0x80] as [UInt8] {
        var damaged = bytes
        damaged[index] ^= change
        do throws(RecordFault) {
          var reader = try ArrowStreamReader(CutText(damaged, sizes: []))
          try layOut(&reader)
        } catch {
          guard case .invalid = error else { throw error }
        }
      }
    }
  }

  @Test("come from any text, whatever byte is another one")
  func damagedTexts() throws {
    let csv = Array("a,\"b\"\n1,\"x\"\"ä\"\n,2.5e3\n".utf8)
    let json = Array(
      "{\"a\":1,\"b\":\"x\\u00e4\"}\n{\"b\":2.5e-3,\"a\":[true]}\n{\"a\":null}\n".utf8
    )
    for change in [0, 0xFF, 0x01, 0x80, 0x20] as [UInt8] {
      for index in csv.indices {
        var damaged = csv
        damaged[index] ^= change
        do throws(RecordFault) {
          var reader = try CSVRecordReader(CutText(damaged, sizes: []))
          try layOut(&reader)
        } catch {
          guard case .invalid = error else { throw error }
        }
      }
      for index in json.indices {
        var damaged = json
        damaged[index] ^= change
        do throws(RecordFault) {
          var reader = try NDJSONRecordReader(CutText(damaged, sizes: []))
          try layOut(&reader)
        } catch {
          guard case .invalid = error else { throw error }
        }
      }
    }
  }
}
