import Testing

@testable import HTTPKit

@Suite("A date in HTTP")
struct HTTPDateTests {
  /// The 26th of November in 2026.
  static let now = 1_795_651_200

  @Test(
    "is in one of three forms",
    arguments: [
      ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
      ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
      ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Sun Nov 16 08:49:37 1994", 784_975_777),
      ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
      ("Tue, 29 Feb 2000 00:00:00 GMT", 951_782_400),
      ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
      // No year is over 50 years ahead.
      ("Friday, 01-Jan-76 00:00:00 GMT", 3_345_062_400),
      ("Saturday, 01-Jan-77 00:00:00 GMT", 220_924_800),
    ]
  )
  func forms(text: String, seconds: Int) {
    #expect(HTTPDate.epochSeconds(text, now: HTTPDateTests.now) == seconds)
  }

  @Test(
    "is nothing else",
    arguments: [
      "", " ", "GMT", ",", ", GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
      "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 94 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT",
      "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 29 Feb 1900 08:49:37 GMT",
      "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 Foo 1994 08:49:37 GMT",
      "Foo, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
      "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
      "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 +8:49:37 GMT",
      "Sun, 06-Nov-94 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT",
      "Sunday, 06-Nov 08:49:37 GMT", "Sun Nov 6 08:49:37 94", "Sun Nov 006 08:49:37 1994",
      "1994-11-06T08:49:37Z", "Sun, 06 Nov 0000 08:49:37 GMT", "Sun, ６ Nov 1994 08:49:37 GMT",
    ]
  )
  func malformed(text: String) {
    #expect(HTTPDate.epochSeconds(text, now: HTTPDateTests.now) == nil)
  }

  @Test("is the same there and back")
  func thereAndBack() {
    for day in stride(from: -719_162, through: 2_932_896, by: 61) {
      let seconds = day * 86_400 + 86_399
      let time = CivilTime(epochSeconds: seconds)
      #expect(time.epochSeconds == seconds)
      #expect(
        CivilTime(year: time.year, month: time.month, day: time.day)?.epochSeconds == day * 86_400
      )
    }
    for year in 1...9998 {
      let first = CivilTime(year: year + 1, month: 1, day: 1)?.epochSeconds ?? 0
      #expect(CivilTime(epochSeconds: first - 1).year == year)
      #expect(CivilTime(epochSeconds: first).year == year + 1)
    }
  }
}
