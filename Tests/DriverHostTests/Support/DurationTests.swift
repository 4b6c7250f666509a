import Testing

@testable import DriverHost

@Suite("A duration in words")
struct DurationTests {
  @Test(
    "has a unit in which it is not nothing",
    arguments: [
      (.zero, "0 s"), (.seconds(2), "2 s"), (.milliseconds(250), "0.25 s"),
      (.milliseconds(1), "0.001 s"), (.microseconds(300), "300 µs"), (.nanoseconds(5), "5 ns"),
      (.nanoseconds(Int64.max), "9223372036.854 s"), (.seconds(Int64.min), "-9223372036.854 s"),
    ] as [(Duration, String)]
  )
  func words(duration: Duration, text: String) {
    #expect(duration.inWords == text)
  }
}
