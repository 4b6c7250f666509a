/// The binary digits of pi behind the point, which Blowfish begins with.
///
/// Computed by Machin's formula, π = 16 arctan(1/5) - 4 arctan(1/239), in fixed point: numbers of 64-bit words, the
/// most significant first, the point behind the first word.
enum PiDigits {
  /// Gives digits.
  ///
  /// - Parameter count: How many words of 32 binary digits.
  /// - Returns: The words, in their order behind the point.
  static func words(_ count: Int) -> [UInt32] {
    // The word before the point, and two more than are asked for: rounding is far smaller than they are.
    let size = 1 + (count + 1) / 2 + 2
    // A group's numerator has to fit a word: four terms do for 1/5, two for 1/239.
    let first = arctan(ofOneOver: 5, grouping: 4, size: size)
    let second = arctan(ofOneOver: 239, grouping: 2, size: size)
    var borrow: UInt64 = 0
    var carries: (UInt64, UInt64) = (0, 0)
    var words: [UInt32] = []
    words.reserveCapacity(2 * size)
    var digits = [UInt64](repeating: 0, count: size)
    for index in digits.indices.reversed() {
      let more = multiplied(first[index], by: 16, carry: &carries.0)
      let less = multiplied(second[index], by: 4, carry: &carries.1)
      let (difference, isLess) = more.subtractingReportingOverflow(less)
      let (digit, isStillLess) = difference.subtractingReportingOverflow(borrow)
      digits[index] = digit
      borrow = isLess || isStillLess ? 1 : 0
    }
    for digit in digits.dropFirst() {
      words.append(UInt32(truncatingIfNeeded: digit >> 32))
      words.append(UInt32(truncatingIfNeeded: digit))
    }
    return Array(words.prefix(count))
  }

  /// The angle whose tangent is one over a number: the sum of (-1)ⁱ / ((2i + 1) x²ⁱ⁺¹).
  ///
  /// Some terms are taken together, as a fraction N/D of words: that is one division of a long number instead of many.
  private static func arctan(ofOneOver x: UInt64, grouping: Int, size: Int) -> [UInt64] {
    var sum = [UInt64](repeating: 0, count: size)
    var quotient = sum
    // One over x to the power of the last term in a group; what it is divided by from group to group.
    var power = sum
    power[0] = 1
    for _ in 0..<(2 * grouping - 1) { divide(&power, by: x, from: 0) }
    let step = (0..<(2 * grouping)).reduce(1 as UInt64) { product, _ in product * x }
    var start = 0
    var odd: UInt64 = 1
    while start < size {
      let fraction = group(odd, x, grouping)
      start = advance(&power, step, &quotient, fraction.denominator, from: start)
      var carry: UInt64 = 0
      var index = size - 1
      while index >= 0, index >= start || carry != 0 {
        let product = index >= start ? quotient[index] : 0
        let more = multiplied(product, by: fraction.numerator, carry: &carry)
        let (digit, isMore) = sum[index].addingReportingOverflow(more)
        sum[index] = digit
        // No overflow: the carry of a product is less than its factor.
        if isMore { carry += 1 }
        index -= 1
      }
      odd += 2 * UInt64(grouping)
    }
    return sum
  }

  /// The sum of the terms that begin at one, times x to the power of the last.
  private static func group(
    _ odd: UInt64,
    _ x: UInt64,
    _ count: Int
  ) -> (numerator: UInt64, denominator: UInt64) {
    let odds = (0..<count).map { odd + 2 * UInt64($0) }
    let denominator = odds.reduce(1, *)
    var numerator: UInt64 = 0
    // As Horner has it, in wrapping arithmetic: what is subtracted is less than what comes to it.
    for (index, odd) in odds.enumerated() {
      let term = denominator / odd
      numerator = numerator &* x &* x
      numerator = index.isMultiple(of: 2) ? numerator &+ term : numerator &- term
    }
    return (numerator, denominator)
  }

  /// Gives a power over a denominator, and divides the power by what leads to the next one.
  ///
  /// - Returns: The first place where the power was not zero.
  private static func advance(
    _ power: inout [UInt64],
    _ step: UInt64,
    _ quotient: inout [UInt64],
    _ denominator: UInt64,
    from start: Int
  ) -> Int {
    var start = start
    while start < power.count, power[start] == 0 {
      quotient[start] = 0
      start += 1
    }
    var remainders: (UInt64, UInt64) = (0, 0)
    for index in start..<power.count {
      let digit = power[index]
      (quotient[index], remainders.0) = denominator.dividingFullWidth((remainders.0, digit))
      (power[index], remainders.1) = step.dividingFullWidth((remainders.1, digit))
    }
    return start
  }

  private static func divide(_ number: inout [UInt64], by divisor: UInt64, from start: Int) {
    var remainder: UInt64 = 0
    for index in start..<number.count {
      (number[index], remainder) = divisor.dividingFullWidth((remainder, number[index]))
    }
  }

  private static func multiplied(
    _ digit: UInt64,
    by factor: UInt64,
    carry: inout UInt64
  ) -> UInt64 {
    let (high, low) = digit.multipliedFullWidth(by: factor)
    let (sum, isMore) = low.addingReportingOverflow(carry)
    carry = high &+ (isMore ? 1 : 0)
    return sum
  }
}
