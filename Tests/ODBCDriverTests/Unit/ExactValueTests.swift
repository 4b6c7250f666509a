import Testing

@testable import ODBCDriver

@Suite("Exact values of texts")
struct ExactValueTests {
  @Test(
    "a decimal is a scaled integer, or none where a digit would be lost",
    arguments: [
      ("0", 5, 2, Int128(0)), ("1", 5, 2, 100), ("-1.5", 5, 2, -150), ("+12.34", 4, 2, 1234),
      (".5", 3, 1, 5), ("5.", 3, 1, 50), ("1.2300", 4, 2, 123), ("1e2", 5, 0, 100),
      ("1.5E-1", 5, 2, 15),
      ("123.456", 6, 2, nil), ("1000", 3, 0, nil), ("99999", 5, 0, 99_999), ("100000", 5, 0, nil),
      ("", 5, 2, nil), ("-", 5, 2, nil), (".", 5, 2, nil), ("1.2.3", 5, 2, nil), ("1e", 5, 2, nil),
      ("abc", 5, 2, nil),
      ("NaN", 5, 2, nil), ("1 ", 5, 2, nil), ("1e99999", 38, 0, nil), ("0e500", 5, 0, 0),
      (
        "-99999999999999999999999999999999999999", 38, 0,
        -99_999_999_999_999_999_999_999_999_999_999_999_999
      ),
      ("999999999999999999999999999999999999999", 38, 0, nil),
    ]
  )
  func decimals(text: String, precision: Int, scale: Int, value: Int128?) {
    #expect(DecimalText.integer(text.utf8.span, precision: precision, scale: scale) == value)
  }

  @Test("a date is its distance from 1970 in days")
  func dates() {
    for (year, month, day, days) in [
      (1970, 1, 1, 0), (1969, 12, 31, -1), (2000, 2, 29, 11_016), (2024, 2, 29, 19_782),
      (1, 1, 1, -719_162),
      (9999, 12, 31, 2_932_896), (0, 3, 1, -719_468), (-4712, 1, 1, -2_440_550),
    ] {
      #expect(Calendar.days(year, month, day) == days, "\(year)-\(month)-\(day)")
    }
    for (year, month, day) in [
      (1900, 2, 29), (2023, 2, 29), (2024, 13, 1), (2024, 0, 1), (2024, 4, 31), (0, 0, 0),
    ] {
      #expect(Calendar.days(year, month, day) == nil)
    }
  }

  @Test("days follow one another over all years")
  func everyDay() {
    var last: Int?
    for year in 1890...2110 {
      for month in 1...12 {
        for day in 1...31 {
          guard let days = Calendar.days(year, month, day) else { continue }
          #expect(last == nil || days == last.map { $0 + 1 })
          last = days
        }
      }
    }
  }

  @Test("a time of day is its microseconds")
  func times() {
    for (text, microseconds) in [
      ("00:00:00", Int64(0)), ("23:59:59.999999", 86_399_999_999), ("12:34:56.7", 45_296_700_000),
      ("24:00:00", 86_400_000_000), ("00:00:00.123456000", 123_456),
    ] { #expect(Calendar.microseconds(ofTime: text.utf8.span) == microseconds, "\(text)") }
    for text in [
      "", "1:2:3", "24:00:01", "12:60:00", "12:34:56.", "12:34:56.1234567", "12:34:56+02",
    ] {
      #expect(Calendar.microseconds(ofTime: text.utf8.span) == nil, "\(text)")
    }
  }
}
