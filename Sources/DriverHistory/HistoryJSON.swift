internal import DriverHost

/// Inputs and outputs as JSON text from which exactly the same values come back.
///
/// JSON as it is for what it knows: `1` is an integer, `1.0` and `1e+16` are doubles. What it does
/// not know is a map of one member whose name begins with a dollar: `{"$decimal":"1.10"}`,
/// `{"$bytes":"AAE="}` (base64). A map that has one member of such a name itself gets one more
/// dollar: `{"$$bytes":…}`, so that the two cannot be confused. No other map is changed.
enum HistoryJSON {
  private static let decimal = "$decimal"
  private static let bytes = "$bytes"
  private static let dollar = UInt8(ascii: "$")

  /// As deep as any value that is written: a tag is one level more than what it stands for.
  private static let limits = JSON.Limits(depth: 4096)

  // MARK: - Writing

  /// The text of a map, UTF-8.
  static func text(of members: ValueMap) -> [UInt8] {
    var text: [UInt8] = []
    let value = Value.map(members)
    JSON.append(needsTags(value) ? tagged(value) : value, to: &text)
    return text
  }

  private static func needsTags(_ value: Value) -> Bool {
    switch value {
    case .decimal, .bytes: true
    // Its own numbers are read as they are written, and without a dollar nothing in it looks like a
    // tag.
    case .json(let document): document.text.utf8.contains(dollar)
    case .list(let items): items.contains(where: needsTags)
    case .map(let members): isTag(members) || members.contains { needsTags($0.value) }
    case .null, .bool, .int, .double, .string: false
    }
  }

  private static func isTag(_ members: ValueMap) -> Bool {
    members.count == 1 && members[members.startIndex].name.utf8.first == dollar
  }

  private static func tagged(_ value: Value) -> Value {
    switch value {
    case .decimal(let number): return .map([decimal: .string(number.text)])
    case .bytes(let data): return .map([bytes: .string(Base64.encode(data))])
    case .json: return needsTags(value) ? tagged(value.resolved) : value
    case .list(let items): return .list(items.map(tagged))
    case .map(let members):
      let prefix = isTag(members) ? "$" : ""
      return .map(ValueMap(members.lazy.map { (prefix + $0.name, tagged($0.value)) }))
    case .null, .bool, .int, .double, .string: return value
    }
  }

  // MARK: - Reading

  /// The map of a text that `text(of:)` made.
  ///
  /// - Throws: Where the text was changed by somebody else, and is no such map any more.
  static func members(of text: String) throws(HostError) -> ValueMap {
    let value = try JSON.parse(text, limits: limits)
    guard case .map(let members) = text.utf8.contains(dollar) ? untagged(value) : value else {
      throw HostError(
        .invalidInput,
        stage: .call,
        "there should be a map, not \(value.kindInWords)"
      )
    }
    return members
  }

  private static func untagged(_ value: Value) -> Value {
    switch value {
    case .list(let items): return .list(items.map(untagged))
    case .map(let members):
      guard isTag(members) else {
        return .map(ValueMap(members.lazy.map { ($0.name, untagged($0.value)) }))
      }
      let (name, content) = members[members.startIndex]
      if name.utf8.dropFirst().first == dollar {
        return .map([String(name.dropFirst()): untagged(content)])
      }
      if case .string(let text) = content {
        if name == decimal, let number = DecimalText(text) { return .decimal(number) }
        if name == bytes, let data = try? Base64.decode(text) { return .bytes(data) }
      }
      // Of a later version, or somebody's own: as it stands.
      return value
    case .null, .bool, .int, .double, .decimal, .string, .bytes, .json: return value
    }
  }
}
