/// A signed integer of 256 bits as Arrow's decimals have it: the lowest word first, in two's complement.
struct WideInteger: Sendable, Hashable, BitwiseCopyable {
  private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

  static func == (left: WideInteger, right: WideInteger) -> Bool { left.words == right.words }

  func hash(into hasher: inout Hasher) {
    hasher.combine(words.0)
    hasher.combine(words.1)
    hasher.combine(words.2)
    hasher.combine(words.3)
  }

  /// Whether it is 0.
  var isZero: Bool { words == (0, 0, 0, 0) }

  /// Appends a decimal digit to a magnitude; false where 255 bits do not hold it.
  mutating func append(digit: UInt8) -> Bool {
    var carry = UInt64(digit)
    words.0 = WideInteger.multiply(words.0, &carry)
    words.1 = WideInteger.multiply(words.1, &carry)
    words.2 = WideInteger.multiply(words.2, &carry)
    words.3 = WideInteger.multiply(words.3, &carry)
    return carry == 0 && words.3 >> 63 == 0
  }

  private static func multiply(_ word: UInt64, _ carry: inout UInt64) -> UInt64 {
    let (high, low) = word.multipliedFullWidth(by: 10)
    let (sum, overflow) = low.addingReportingOverflow(carry)
    carry = high + (overflow ? 1 : 0)
    return sum
  }

  /// The same with the other sign.
  var negated: WideInteger {
    var result = self
    var carry = true
    func negate(_ word: UInt64) -> UInt64 {
      let (sum, overflow) = (~word).addingReportingOverflow(carry ? 1 : 0)
      carry = overflow
      return sum
    }
    result.words = (negate(words.0), negate(words.1), negate(words.2), negate(words.3))
    return result
  }
}

extension WideInteger: CustomStringConvertible {
  /// Its decimal digits.
  var description: String {
    let isNegative = words.3 >> 63 == 1
    var magnitude = isNegative ? negated.words : words
    // Nineteen digits at a time, the most that a word holds.
    let base: UInt64 = 10_000_000_000_000_000_000
    var groups: [String] = []
    while magnitude != (0, 0, 0, 0) {
      var rest: UInt64 = 0
      (magnitude.3, rest) = base.dividingFullWidth((rest, magnitude.3))
      (magnitude.2, rest) = base.dividingFullWidth((rest, magnitude.2))
      (magnitude.1, rest) = base.dividingFullWidth((rest, magnitude.1))
      (magnitude.0, rest) = base.dividingFullWidth((rest, magnitude.0))
      groups.append(String(rest))
    }
    guard let first = groups.last else { return "0" }
    let others = groups.dropLast().reversed().map { group in
      String(repeating: "0", count: 19 - group.utf8.count) + group
    }
    return (isNegative ? "-" : "") + first + others.joined()
  }
}
