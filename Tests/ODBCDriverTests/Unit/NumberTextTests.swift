import Testing

@testable import ODBCDriver

@Suite("Numbers as texts")
struct NumberTextTests {
  private func integer(_ text: String) -> Int64? { NumberText.integer(text.utf8.span) }
  private func double(_ text: String) -> Double? { NumberText.double(text.utf8.span) }
  private func bool(_ text: String) -> Bool? { NumberText.bool(text.utf8.span) }

  @Test("an integer is exact up to its last one, and no other text is one")
  func integers() {
    #expect(integer("0") == 0 && integer("-0") == 0 && integer("+7") == 7)
    #expect(integer("9223372036854775807") == .max && integer("-9223372036854775808") == .min)
    for text in [
      "", "-", "+", "9223372036854775808", "-9223372036854775809", "1.0", " 1", "1 ", "0x1",
    ] { #expect(integer(text) == nil, "\(text)") }
  }

  @Test("a double is the nearest one")
  func doubles() {
    for text in [
      "0", "-0.5", "1.1", "0.1", "123456789012345", "0.000000000000001", "1e22", "1.5e-7",
      "0.30000000000000004", "1.7976931348623157e308", "5e-324", "3.", ".5",
    ] {
      #expect(double(text) == Double(text) || text.hasSuffix(".") || text.hasPrefix("."), "\(text)")
    }
    #expect(double("3.") == 3 && double(".5") == 0.5)
    for text in ["", "-", ".", "abc", "1,5", "1 "] { #expect(double(text) == nil, "\(text)") }
  }

  @Test("a boolean is 0 or 1, or a word for them")
  func booleans() {
    #expect(bool("0") == false && bool("1") == true && bool("TRUE") == true)
    #expect(bool("f") == false && bool("False") == false)
    for text in ["", "2", "yes", "truee"] { #expect(bool(text) == nil, "\(text)") }
  }
}

@Suite("Integers of 256 bits")
struct WideIntegerTests {
  private func wide(_ text: String, precision: Int = 76, scale: Int = 0) -> String? {
    DecimalText.wideInteger(text.utf8.span, precision: precision, scale: scale)?.description
  }

  @Test("have the digits that they are made of, with either sign")
  func digits() {
    let most = String(repeating: "9", count: 76)
    #expect(wide("0") == "0" && wide("-0") == "0" && wide("1") == "1" && wide("-1") == "-1")
    #expect(wide(most) == most && wide("-\(most)") == "-\(most)")
    #expect(wide("10000000000000000000") == "10000000000000000000")
    #expect(wide("1.5", scale: 3) == "1500" && wide("1.500", scale: 1) == "15")
  }

  @Test("are not made of more digits than there is room for")
  func tooLong() {
    #expect(wide(String(repeating: "9", count: 77)) == nil)
    #expect(wide("123", precision: 2) == nil && wide("1.55", scale: 1) == nil)
    #expect(wide("1e75") == "1" + String(repeating: "0", count: 75) && wide("1e76") == nil)
  }

  @Test("agree with those of 128 bits")
  func agree() {
    for (text, precision, scale) in [
      ("-12345678901234567890.12", 38, 2), ("0.05", 10, 2), ("1E3", 10, 0), ("-0.00", 5, 2),
      ("99999999999999999999999999999999999999", 38, 0), ("000123.4500", 10, 3), ("12e-1", 5, 1),
    ] {
      let narrow = DecimalText.integer(text.utf8.span, precision: precision, scale: scale)
      #expect(narrow.map { "\($0)" } == wide(text, precision: precision, scale: scale), "\(text)")
      #expect(narrow != nil, "\(text)")
    }
  }
}
