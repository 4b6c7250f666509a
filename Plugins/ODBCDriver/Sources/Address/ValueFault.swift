/// What a driver cannot be given in a value, in whichever way it is written.
enum ValueFault: Error, Hashable, Sendable {
  case zeroByte
  case semicolon
  case openingBrace
  case closingBraceAndSemicolon
  case blankAtAnEnd
}

extension ValueFault: CustomStringConvertible {
  /// The rest of a sentence about a value.
  var description: String {
    switch self {
    case .zeroByte: "has a zero byte, which no connection string can hold"
    case .semicolon:
      "has a semicolon, where this driver takes every value to end: it cannot be given one with it"
    case .openingBrace:
      "begins with {, where this driver looks for the end of the braces: it cannot be given one that does"
    case .closingBraceAndSemicolon:
      "has } and ; behind each other, where this driver takes the value to end: it cannot be given one with them"
    case .blankAtAnEnd:
      "begins or ends with a blank, which this driver drops: it cannot be given one that does"
    }
  }
}
