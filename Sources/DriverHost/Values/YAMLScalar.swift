/// Scalars of the core schema (YAML 1.2, section 10.3.2).
enum YAMLScalar {
  /// Why a scalar has no value.
  struct Refusal: Error {
    var message: String
    var expected: String
  }

  /// The value of a plain scalar without a tag.
  static func value(ofPlain text: String) throws(Refusal) -> Value {
    // Most scalars are words: only these bytes begin anything else.
    guard let first = text.utf8.first else { return .null }
    switch first {
    case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "~"):
      return isNull(text) ? .null : .string(text)
    case UInt8(ascii: "t"), UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"):
      return bool(text).map { .bool($0) } ?? .string(text)
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      if let integer = try int(text) { return integer }
      return try float(text) ?? .string(text)
    default: return .string(text)
    }
  }

  /// The value of a scalar with a tag of the core schema.
  static func value(of text: String, as tag: YAMLTag.Core) throws(Refusal) -> Value {
    switch tag {
    case .str: return .string(text)
    case .null:
      guard isNull(text) else { throw misfit(tag, "nothing, `null` or `~`") }
      return .null
    case .bool:
      guard let truth = bool(text) else { throw misfit(tag, "`true` or `false`") }
      return .bool(truth)
    case .int:
      guard let integer = try int(text) else { throw misfit(tag, "an integer") }
      return integer
    case .float:
      // An integer's text is a float's text too: as a double, if that is the same number.
      guard let number = try float(text) else { throw misfit(tag, "a number") }
      guard case .int(let integer) = number else { return number }
      let double = Double(integer)
      let isSame = Value.double(double) == number
      // With a point: as a whole number it would be read back as an integer.
      return isSame ? .double(double) : .decimal(DecimalText(checked: "\(integer).0"))
    case .list: throw misfit(tag, "a list")
    case .map: throw misfit(tag, "a map")
    }
  }

  private static func misfit(_ tag: YAMLTag.Core, _ expected: String) -> Refusal {
    Refusal(
      message: "the tag `!!\(tag.rawValue)` wants \(expected); change the value or remove the tag",
      expected: expected
    )
  }

  private static func isNull(_ text: String) -> Bool {
    ["", "null", "Null", "NULL", "~"].contains(text)
  }

  private static func bool(_ text: String) -> Bool? {
    switch text {
    case "true", "True", "TRUE": true
    case "false", "False", "FALSE": false
    default: nil
    }
  }

  /// `[-+]? [0-9]+`, `0o [0-7]+` or `0x [0-9a-fA-F]+`; nil for anything else.
  private static func int(_ text: String) throws(Refusal) -> Value? {
    if text.hasPrefix("0o") { return try int(text.dropFirst(2), radix: 8) }
    if text.hasPrefix("0x") { return try int(text.dropFirst(2), radix: 16) }
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : Substring(text)
    guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit) else { return nil }
    return number((text.first == "-" ? "-" : "") + withoutZeros(digits))
  }

  private static func int(_ digits: Substring, radix: Int) throws(Refusal) -> Value? {
    // A sign is a digit to the standard library, but not here.
    guard let first = digits.first, first != "-", first != "+",
      digits.allSatisfy({ $0.isASCII && $0.hexDigitValue.map { $0 < radix } == true })
    else { return nil }
    guard let magnitude = UInt128(digits, radix: radix) else {
      throw Refusal(
        message: "the number has more than 128 bits; write it as a decimal number",
        expected: "at most 128 bits"
      )
    }
    return number(String(magnitude))
  }

  /// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`; nil for anything else.
  private static func float(_ text: String) throws(Refusal) -> Value? {
    var rest = text[...]
    let isNegative = rest.first == "-"
    if isNegative || rest.first == "+" { rest = rest.dropFirst() }
    let isUnsigned = rest.count == text.count
    if [".inf", ".Inf", ".INF"].contains(rest)
      || isUnsigned && [".nan", ".NaN", ".NAN"].contains(rest)
    {
      throw Refusal(
        message: "a number must be finite: infinity and NaN cannot be passed on; "
          + "leave the value out, or write it in quotes as text",
        expected: "a finite number"
      )
    }
    let whole = rest.prefix { $0.isASCII && $0.isNumber }
    rest = rest.dropFirst(whole.count)
    var fraction: Substring = ""
    if rest.first == "." {
      fraction = rest.dropFirst().prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(fraction.count + 1)
    }
    guard !whole.isEmpty || !fraction.isEmpty else { return nil }
    let exponent = rest
    if exponent.first == "e" || exponent.first == "E" {
      rest = rest.dropFirst()
      if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
      guard !rest.isEmpty, rest.utf8.allSatisfy(isDigit) else { return nil }
      rest = ""
    }
    guard rest.isEmpty else { return nil }
    let hasPoint = text.utf8.contains(UInt8(ascii: "."))
    return number(
      (isNegative ? "-" : "") + withoutZeros(whole)
        + (hasPoint ? "." + (fraction.isEmpty ? "0" : fraction) : "") + exponent
    )
  }

  private static func withoutZeros(_ digits: Substring) -> Substring {
    let rest = digits.drop { $0 == "0" }
    return rest.isEmpty ? "0" : rest
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// The value of a number written as JSON has it.
  private static func number(_ text: String) -> Value? {
    var text = text
    return text.withUTF8 { bytes in
      let source = unsafe SourceBytes(bytes)
      return (try? JSONNumber(source, at: 0))?.value(in: source)
    }
  }
}
