/// The keywords for numbers and strings (JSON Schema validation, 6.2 and 6.3).
extension Evaluation {
  mutating func check(_ keywords: NumberKeywords, _ value: Value, _ node: SchemaNode) -> Bool {
    var isValid = true
    if let minimum = keywords.minimum, ExactNumber.compare(value, minimum) < 0 {
      guard isCollecting else { return false }
      isValid = false
      fail("minimum", expected: "at least \(FaultText.shown(minimum))", value, node)
    }
    if let minimum = keywords.exclusiveMinimum, ExactNumber.compare(value, minimum) <= 0 {
      guard isCollecting else { return false }
      isValid = false
      fail("exclusiveMinimum", expected: "more than \(FaultText.shown(minimum))", value, node)
    }
    if let maximum = keywords.maximum, ExactNumber.compare(value, maximum) > 0 {
      guard isCollecting else { return false }
      isValid = false
      fail("maximum", expected: "at most \(FaultText.shown(maximum))", value, node)
    }
    if let maximum = keywords.exclusiveMaximum, ExactNumber.compare(value, maximum) >= 0 {
      guard isCollecting else { return false }
      isValid = false
      fail("exclusiveMaximum", expected: "less than \(FaultText.shown(maximum))", value, node)
    }
    if let divisor = keywords.divisor, !divisor.divides(value) {
      guard isCollecting else { return false }
      isValid = false
      fail(
        "multipleOf",
        expected: "a multiple of \(FaultText.shown(divisor.value))",
        value,
        node
      )
    }
    return isValid
  }

  mutating func check(
    _ keywords: StringKeywords,
    _ text: String,
    _ value: Value,
    _ node: SchemaNode
  ) -> Bool {
    var isValid = true
    if keywords.minimum > 0 || keywords.maximum < .max {
      // A code point takes one to four bytes: mostly the bytes tell enough.
      let bytes = text.utf8.count
      let isSurelyRight = bytes / 4 >= keywords.minimum && bytes <= keywords.maximum
      if !isSurelyRight {
        isValid = checkLength(keywords, text.unicodeScalars.count, node)
        guard isValid || isCollecting else { return false }
      }
    }
    if let pattern = keywords.pattern, !matches(pattern, text) {
      guard isCollecting else { return false }
      isValid = false
      fail(
        "pattern",
        expected: "text that matches /\(FaultText.line(pattern.source))/",
        value,
        node
      )
    }
    if let format = keywords.format, !format.accepts(text) {
      guard isCollecting else { return false }
      isValid = false
      fail("format", expected: format.inWords, value, node)
    }
    return isValid
  }

  /// Bytes are as long as their base64 text would be.
  mutating func check(
    _ keywords: StringKeywords,
    _ bytes: [UInt8],
    _ value: Value,
    _ node: SchemaNode
  ) -> Bool {
    if keywords.pattern != nil || keywords.format != nil {
      return check(keywords, Base64.encode(bytes), value, node)
    }
    let length = (bytes.count + 2) / 3 * 4
    return checkLength(keywords, length, node)
  }

  private mutating func checkLength(
    _ keywords: StringKeywords,
    _ length: Int,
    _ node: SchemaNode
  ) -> Bool {
    if length < keywords.minimum {
      if isCollecting { failLength("minLength", "at least", keywords.minimum, length, node) }
      return false
    }
    if length > keywords.maximum {
      if isCollecting { failLength("maxLength", "at most", keywords.maximum, length, node) }
      return false
    }
    return true
  }

  private mutating func failLength(
    _ keyword: String,
    _ relation: String,
    _ bound: Int,
    _ length: Int,
    _ node: SchemaNode
  ) {
    failCount(keyword, relation, bound, length, "character", node)
  }
}
