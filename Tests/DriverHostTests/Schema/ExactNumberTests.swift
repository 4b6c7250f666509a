import Testing

@testable import DriverHost

@Suite("Exact numbers")
struct ExactNumberTests {
  /// A number as JSON reads it.
  private func number(_ text: String) throws -> Value { try JSON.parse(text) }

  @Test(
    "divide without a rounding",
    arguments: [
      ("0.07", "0.01", true), ("19.99", "0.01", true), ("0.075", "0.01", false),
      ("9007199254740993", "1", true), ("1e308", "0.5", true), ("1e400", "3", false),
      ("3e400", "3", true), ("12345678901234567890", "10", true),
      ("12345678901234567891", "10", false), ("4.5", "1.5", true), ("0", "0.3", true),
      ("-7.5", "2.5", true), ("1", "3", false),
      ("246913578024691357802469135780", "123456789012345678901234567890", true),
      ("246913578024691357802469135781", "123456789012345678901234567890", false),
      ("5e-324", "5e-324", true),
      // Exponents farther apart than an integer of the machine says.
      ("100e99999999999999999999", "0.01e-99999999999999999999", true),
      ("0.01e-99999999999999999999", "100e99999999999999999999", false),
      ("7e99999999999999999999", "3e-99999999999999999999", false),
    ]
  )
  func multiples(value: String, divisor: String, isMultiple: Bool) throws {
    let divisor = try #require(Divisor(number(divisor)))
    #expect(try divisor.divides(number(value)) == isMultiple)
  }

  @Test("have no divisor of 0 or less", arguments: ["0", "-1", "-0.5"])
  func divisors(text: String) throws {
    #expect(try Divisor(number(text)) == nil)
  }

  @Test(
    "compare by their digits",
    arguments: [
      ("1", "1.0", 0), ("9007199254740993", "9007199254740992.0", 1), ("-1", "-0.5", -1),
      ("1e400", "9e399", 1), ("-1e400", "1e-400", -1), ("0", "-0.0", 0),
      ("12345678901234567890.5", "12345678901234567890", 1), ("0.1", "0.1000000000000000055", -1),
    ]
  )
  func compare(left: String, right: String, order: Int) throws {
    #expect(try ExactNumber.compare(number(left), number(right)).signum() == order)
    #expect(try ExactNumber.compare(number(right), number(left)).signum() == -order)
  }

  @Test(
    "become an int64 where one holds them",
    arguments: [
      ("1.0", 1), ("10e-1", 1), ("-9223372036854775808", Int64.min), ("9223372036854775807", .max),
      ("9223372036854775808", nil), ("1e19", nil), ("1.5", nil), ("-9223372036854775809", nil),
      ("1e400", nil),
    ] as [(String, Int64?)]
  )
  func int64(text: String, integer: Int64?) throws {
    #expect(try ExactNumber.int64(number(text)) == integer)
  }
}
