import Glibc
import Testing

@testable import DriverHost

@Suite("A number")
struct NumberTests {
  @Test(
    "is an integer, a double or a decimal, whichever keeps its value",
    arguments: [
      // Integers that Int64 holds, and -0, which no integer is.
      ("0", "int 0"), ("7", "int 7"), ("-1", "int -1"),
      ("9223372036854775807", "int 9223372036854775807"),
      ("-9223372036854775808", "int -9223372036854775808"),
      ("999999999999999999", "int 999999999999999999"), ("-0", "double -0.0"),
      // Beyond: decimals, unless a double is written with the same digits.
      ("9223372036854775808", "decimal 9223372036854775808"),
      ("-9223372036854775809", "decimal -9223372036854775809"),
      ("9999999999999999999", "decimal 9999999999999999999"),
      ("18446744073709551616", "decimal 18446744073709551616"),
      ("10000000000000000000", "double 1e+19"),
      ("100000000000000000000000", "double 1e+23"),
      ("123456789012345678901234567890", "decimal 123456789012345678901234567890"),
      // Doubles: what has a point or an exponent.
      ("0.0", "double 0.0"), ("-0.0", "double -0.0"), ("1.0", "double 1.0"), ("1e0", "double 1.0"),
      ("0.1", "double 0.1"), ("1.50", "double 1.5"), ("1E3", "double 1000.0"),
      ("1e+3", "double 1000.0"), ("25e-2", "double 0.25"), ("-2.5E-1", "double -0.25"),
      ("0e400", "double 0.0"), ("0.000001", "double 1e-06"), ("123456.789e3", "double 123456789.0"),
      ("1e22", "double 1e+22"), ("1e23", "double 1e+23"), ("123e-20", "double 1.23e-18"),
      // 16 and 17 digits, the most that a double is written with.
      ("0.30000000000000004", "double 0.30000000000000004"),
      ("3.141592653589793", "double 3.141592653589793"),
      ("-65.61361699999998", "double -65.61361699999998"),
      ("1.7976931348623157e308", "double 1.7976931348623157e+308"),
      ("2.2250738585072014e-308", "double 2.2250738585072014e-308"),
      ("5e-324", "double 5e-324"), ("4.9e-324", "decimal 4.9e-324"),
      ("9007199254740993.0", "decimal 9007199254740993.0"),
      ("1.000000000000000000000000000000", "double 1.0"),
      // More digits than a double has.
      ("0.30000000000000005", "decimal 0.30000000000000005"),
      ("3.14159265358979323846", "decimal 3.14159265358979323846"),
      ("0.1000000000000000055511151231257827", "decimal 0.1000000000000000055511151231257827"),
      ("1e309", "decimal 1e309"), ("-1e400", "decimal -1e400"), ("1e-400", "decimal 1e-400"),
      ("1e99999999999999999999", "decimal 1e99999999999999999999"),
      ("1e-99999999999999999999", "decimal 1e-99999999999999999999"),
    ]
  )
  func kinds(text: String, value: String) throws {
    #expect(exact(try JSON.parse(text)) == value)
    #expect(exact(try JSON.parse("[\(text)]")[0]) == value)
    #expect(exact(try JSON.parse("{\"a\": \(text) }")["a"]) == value)
    try check(Array(text.utf8))
  }

  @Test("comes back from the writer as it went in")
  func roundTrips() throws {
    var numbers = SeededNumbers(state: 1)
    var values: [Value] = [
      .int(.min), .int(.max), .int(.max - 1), .double(.leastNonzeroMagnitude),
      .double(.leastNormalMagnitude), .double(.greatestFiniteMagnitude), .double(0.1 + 0.2),
    ]
    for _ in 0..<4000 {
      values.append(.int(Int64(bitPattern: numbers.next() >> numbers.next() % 64)))
      let double = Double(bitPattern: numbers.next())
      if double.isFinite { values.append(.double(double)) }
      values.append(.double(Double.random(in: -1000...1000, using: &numbers)))
    }
    let read = try JSON.parse(JSON.text(.list(values)))
    for (index, value) in values.enumerated() { #expect(exact(read[index]) == exact(value)) }
  }

  @Test("is rounded to the nearest double, as the C library rounds it")
  func rounding() throws {
    var numbers = SeededNumbers(state: 2)
    var doubles = 0
    for _ in 0..<20_000 {
      // Up to 19 digits and all places of the point: most of them beyond the exact products.
      let digits = String(numbers.next() >> (numbers.next() % 34))
      let point = Int(numbers.next() % 30)
      let text =
        point < digits.count && point > 0
        ? "\(digits.dropLast(point)).\(digits.suffix(point))" : "\(digits)e-\(point)"
      switch try JSON.parse(text) {
      case .double(let double):
        doubles += 1
        #expect(double == strtod(text, nil), "\(text)")
      case .decimal(let decimal):
        #expect(decimal.text == text)
        // Not a double only because that would be written with other digits.
        let nearest = DecimalText("\(strtod(text, nil))")!
        #expect(!nearest.isNumericallyEqual(to: decimal), "\(text)")
      case let other: #expect(other.intValue != nil, "\(text)")
      }
    }
    #expect(doubles > 5000)
  }

  @Test(
    "equals another of the same value, and hashes as it does",
    arguments: [
      ("1", "1.0"), ("1", "1e0"), ("100", "1e2"), ("0", "-0.0"), ("0.5", "5e-1"),
      ("10e4000000000000000000", "1.0e4000000000000000001"),
      ("12345678901234567890", "1234567890123456789.0e1"), ("1e400", "10e399"),
    ]
  )
  func equality(left: String, right: String) throws {
    let (left, right) = (try JSON.parse(left), try JSON.parse(right))
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
  }

  @Test(
    "differs from one of another value, however near",
    arguments: [
      ("9007199254740992", "9007199254740993.0"), ("0.1", "0.1000000000000000055511151231257827"),
      ("1e400", "1e401"), ("1e-400", "0"), ("9223372036854775807", "9223372036854775808"),
      // Exponents that no integer of the machine holds.
      ("10e9223372036854775807", "1e-9223372036854775807"),
      ("0.1e-99999999999999999999", "0.1e99999999999999999999"),
    ]
  )
  func inequality(left: String, right: String) throws {
    #expect(try JSON.parse(left) != JSON.parse(right))
  }
}
