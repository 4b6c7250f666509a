/// What sort of value an input takes, for programs.
package enum InputKind: String, Sendable, Hashable, CaseIterable {
  case null
  case boolean
  case integer
  /// Integers too.
  case number
  case string
  /// Bytes, or base64 text for them.
  case bytes
  /// A number as text, which nothing rounds.
  case decimal
  case list
  case map

  /// All that any value may be.
  package static let any: [InputKind] = [.null, .boolean, .number, .string, .list, .map]
}

/// How far the values of an input go, for programs; nil where nothing is said.
package struct InputBounds: Sendable, Hashable {
  /// The least number, which is allowed itself.
  package var minimum: Value?
  /// The greatest number, which is allowed itself.
  package var maximum: Value?
  /// The number that all are more than.
  package var exclusiveMinimum: Value?
  /// The number that all are less than.
  package var exclusiveMaximum: Value?
  /// The number that all are a multiple of.
  package var divisor: Value?
  /// How many characters a text has at least.
  package var minimumLength: Int?
  /// How many characters a text has at most.
  package var maximumLength: Int?
  /// The name that JSON Schema has for a text's format: `date-time`.
  package var format: String?
  /// How many items a list has at least.
  package var minimumItems: Int?
  /// How many items a list has at most.
  package var maximumItems: Int?
  /// Whether no item comes twice.
  package var areItemsUnique = false
  /// How many members a map has at least.
  package var minimumMembers: Int?
  /// How many members a map has at most.
  package var maximumMembers: Int?

  /// No bounds.
  package init() {}
}

/// What another input must be for an input to be there.
package struct InputCondition: Sendable, Hashable {
  /// The other input, beside this one.
  package var name: String
  /// The values of which it must have one; empty where it only has to be given.
  package var values: [Value]
  /// Whether it must have none of them, or not be given.
  package var isNegated: Bool
}

extension InputBounds {
  /// The bounds of several schemas that all hold.
  init(_ nodes: some Sequence<SchemaNode>) {
    for node in nodes {
      if let number = node.number { narrow(number) }
      if let string = node.string {
        InputBounds.narrow(&minimumLength, &maximumLength, string.minimum, string.maximum)
        format = format ?? string.format?.rawValue
      }
      if let array = node.array {
        InputBounds.narrow(&minimumItems, &maximumItems, array.minimum, array.maximum)
        areItemsUnique = areItemsUnique || array.isUnique
      }
      if let object = node.object {
        InputBounds.narrow(&minimumMembers, &maximumMembers, object.minimum, object.maximum)
      }
    }
  }

  private mutating func narrow(_ number: NumberKeywords) {
    func narrow(_ bound: inout Value?, _ other: Value?, upwards: Bool) {
      guard let other else { return }
      let comparison = bound.map { ExactNumber.compare(other, $0) } ?? 0
      if bound == nil || (upwards ? comparison > 0 : comparison < 0) { bound = other }
    }
    narrow(&minimum, number.minimum, upwards: true)
    narrow(&exclusiveMinimum, number.exclusiveMinimum, upwards: true)
    narrow(&maximum, number.maximum, upwards: false)
    narrow(&exclusiveMaximum, number.exclusiveMaximum, upwards: false)
    divisor = divisor ?? number.divisor?.value
  }

  private static func narrow(
    _ least: inout Int?,
    _ most: inout Int?,
    _ minimum: Int,
    _ maximum: Int
  ) {
    if minimum > 0 { least = max(least ?? 0, minimum) }
    if maximum < .max { most = min(most ?? .max, maximum) }
  }
}
