extension ConnectionString {
  /// The text for `SQLDriverConnect`.
  ///
  /// What it leads to comes first: the driver manager stops to look when it has that, so that a value which the
  /// driver reads in another way than the driver manager does no harm.
  ///
  /// - Parameter quoting: How the driver wants values.
  /// - Returns: The text.
  /// - Throws: What the driver cannot be given, without the value.
  func text(_ quoting: ValueQuoting = .standard) throws(ConnectionStringFault) -> String {
    var parts: [String] = []
    var first: [String] = []
    for (index, attribute) in attributes.enumerated() {
      guard ConnectionString.isKeyword(attribute.keyword) else {
        throw .unusableKeyword(attribute: index + 1)
      }
      let isTarget = ConnectionString.isTarget(attribute.keyword)
      // unixODBC takes the first driver of odbcinst.ini where none is named.
      if isTarget, attribute.value.allSatisfy({ $0 == " " }) {
        throw .noName(keyword: attribute.keyword)
      }
      let value: String
      do {
        value =
          isTarget
          ? try ConnectionString.targetText(attribute)
          : try quoting.text(attribute.value, of: attribute.keyword)
      } catch {
        throw .unusableValue(keyword: attribute.keyword, error)
      }
      let part = "\(attribute.keyword)=\(value)"
      if isTarget { first.append(part) } else { parts.append(part) }
    }
    return (first + parts).joined(separator: ";")
  }

  /// A driver's name, or a data source's: that is read by the driver manager.
  private static func targetText(_ attribute: Attribute) throws(ValueFault) -> String {
    let text = try ValueQuoting.standard.text(attribute.value, of: attribute.keyword)
    guard isSame(attribute.keyword, "DRIVER"), text == attribute.value else { return text }
    // Not needed, but what people know: DRIVER={SQL Server}.
    return "{\(text)}"
  }

  /// Whether a keyword says what a string leads to.
  ///
  /// - Parameter keyword: The keyword, in any case.
  /// - Returns: Whether it names a driver, a data source or the file of one.
  static func isTarget(_ keyword: String) -> Bool {
    ["DSN", "FILEDSN", "DRIVER"].contains { isSame($0, keyword) }
  }

  /// Whether a text can be a keyword.
  ///
  /// - Parameter text: The text.
  /// - Returns: Whether it is not empty and has no characters that mean something else.
  static func isKeyword(_ text: String) -> Bool {
    !text.isEmpty && !text.hasPrefix(" ") && !text.hasSuffix(" ")
      && !ValueQuoting.isSpecial(text)
      && !text.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }
  }
}
