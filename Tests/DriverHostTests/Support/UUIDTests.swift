import Testing

@testable import DriverHost

@Suite("An execution's identifier")
struct UUIDTests {
  @Test("is a UUID of version 7, in the order of time, and never the same twice")
  func version7() throws {
    let ids = (0..<2000).map { _ in UUID.makeV7() }
    #expect(Set(ids).count == ids.count)
    for id in ids {
      #expect(
        id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/)
          != nil
      )
    }
    #expect(ids == ids.sorted())
    // The first 48 bits are milliseconds.
    let milliseconds = Int64(ids[0].prefix(13).replacing("-", with: ""), radix: 16) ?? 0
    #expect(abs(milliseconds - WallTime.now.nanoseconds / 1_000_000) < 60_000)
  }
}
