import FileKit
import Testing

@Suite("A moment told as date and time")
struct FileTimeDateTests {
  private func seconds(
    _ year: Int,
    _ month: Int,
    _ day: Int,
    _ hour: Int = 0,
    _ minute: Int = 0,
    _ second: Int = 0,
    offset: Int = 0
  ) -> Int64? {
    FileTime(
      year: year,
      month: month,
      day: day,
      hour: hour,
      minute: minute,
      second: second,
      offset: offset,
      exactness: .second
    )?
    .seconds
  }

  @Test("is counted in seconds from 1970")
  func seconds() {
    #expect(seconds(1970, 1, 1) == 0 && seconds(1969, 12, 31, 23, 59, 59) == -1)
    #expect(seconds(2024, 2, 29, 12, 30, 15) == 1_709_209_815)
    #expect(seconds(2000, 3, 1) == 951_868_800 && seconds(1601, 1, 1) == -11_644_473_600)
    #expect(seconds(1, 1, 1) == -62_135_596_800 && seconds(9999, 12, 31) == 253_402_214_400)
    #expect(seconds(2016, 12, 31, 23, 59, 60) == seconds(2017, 1, 1))
  }

  @Test("is of a clock that is ahead of UTC, or behind")
  func offsets() {
    #expect(seconds(1970, 1, 1, 1, offset: 60) == 0)
    #expect(seconds(1970, 1, 1, offset: -90) == 5400)
    #expect(seconds(1970, 1, 1, offset: 1441) == nil)
  }

  @Test("is each day in turn")
  func days() {
    var expected: Int64 = seconds(1896, 1, 1) ?? 0
    var wrong: [String] = []
    for year in 1896...2104 {
      for month in 1...12 {
        for day in 1...31 {
          guard let found = seconds(year, month, day) else { continue }
          if found != expected { wrong.append("\(year)-\(month)-\(day)") }
          expected += 86_400
        }
      }
    }
    #expect(wrong.isEmpty)
    // 209 years, and the days of 51 leap years: 1900 and 2100 are none.
    #expect(expected - (seconds(1896, 1, 1) ?? 0) == (209 * 365 + 51) * 86_400)
  }

  @Test("is none where the calendar or the clock has no such one")
  func none() {
    for (year, month, day) in [
      (0, 1, 1), (10_000, 1, 1), (2024, 0, 1), (2024, 13, 1), (2024, 1, 0), (2024, 1, 32),
      (2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, -1, -1),
    ] {
      #expect(seconds(year, month, day) == nil)
    }
    #expect(seconds(2024, 1, 1, 24) == nil && seconds(2024, 1, 1, 0, 60) == nil)
    #expect(seconds(2024, 1, 1, 0, 0, 61) == nil && seconds(2024, 1, 1, -1) == nil)
  }

  @Test("is none where in UTC its year would not have four digits")
  func years() {
    func moment(_ year: Int, _ month: Int, _ day: Int, offset: Int) -> FileTime? {
      FileTime(year: year, month: month, day: day, offset: offset, exactness: .minute)
    }
    #expect(moment(1, 1, 1, offset: 0)?.seconds == -62_135_596_800)
    #expect(moment(1, 1, 1, offset: 1) == nil && moment(1, 1, 2, offset: 1) != nil)
    #expect(moment(9999, 12, 31, offset: -1439)?.seconds == 253_402_300_740)
    #expect(moment(9999, 12, 31, offset: -1440) == nil)
    #expect(seconds(9999, 12, 31, 23, 59, 60) == nil)
  }

  @Test("keeps nanoseconds only where it is exact to them")
  func nanoseconds() {
    let exact = FileTime(
      year: 1970,
      month: 1,
      day: 1,
      nanoseconds: 5,
      exactness: .nanosecond
    )
    #expect(exact == FileTime(seconds: 0, nanoseconds: 5, exactness: .nanosecond))
    let day = FileTime(year: 1970, month: 1, day: 1, nanoseconds: 5, exactness: .day)
    #expect(day == FileTime(seconds: 0, exactness: .day))
  }
}
