/// What completing a value takes at one place of a schema: its defaults, and the kinds that JSON has no
/// words for.
///
/// Made once for a schema. Validation is not its business: it goes by what a value looks like and leaves
/// what does not fit to the validator.
final class InputPlan: Sendable {
  /// What a value is turned into when it has been found valid.
  enum Conversion: Sendable {
    case none
    /// `contentEncoding: base64`: bytes.
    case bytes
    /// `format: decimal`: a decimal.
    case decimal
    /// `type: integer`: an integer, also from 1.0.
    case integer
  }

  /// One branch of a `oneOf` or `anyOf`.
  struct Branch: Sendable {
    /// Members whose value tells the branches apart.
    var constants: [(name: String, value: Value)]
    /// Members that must be there.
    var required: [String]
    /// Types that the value may have; empty: any.
    var types: [String]
    /// Whether the branch describes a map's members and allows no others.
    var isMap: Bool
    var plan: InputPlan
  }

  /// A choice between branches.
  struct Choice: Sendable {
    var branches: [Branch]
    /// Whether the branch that a constant selects gives its defaults (`oneOf` does).
    var givesDefaults: Bool
  }

  let defaultValue: Value?
  let conversion: Conversion
  let isSecret: Bool
  let allowsNul: Bool
  let sink: String?
  let source: String?
  let members: [(name: String, plan: InputPlan)]
  let others: InputPlan?
  let items: InputPlan?
  let firstItems: [InputPlan]
  let choices: [Choice]
  /// Whether there is anything to do below, so that the rest can be passed by.
  let hasConversions: Bool

  private let places: [String: Int]

  init(
    defaultValue: Value? = nil,
    conversion: Conversion = .none,
    isSecret: Bool = false,
    allowsNul: Bool = false,
    sink: String? = nil,
    source: String? = nil,
    members: [(name: String, plan: InputPlan)] = [],
    others: InputPlan? = nil,
    items: InputPlan? = nil,
    firstItems: [InputPlan] = [],
    choices: [Choice] = []
  ) {
    self.defaultValue = defaultValue
    self.conversion = conversion
    self.isSecret = isSecret
    self.allowsNul = allowsNul
    self.sink = sink
    self.source = source
    self.members = members
    self.others = others
    self.items = items
    self.firstItems = firstItems
    self.choices = choices
    places = Dictionary(
      members.enumerated().map { ($0.element.name, $0.offset) },
      uniquingKeysWith: { first, _ in first }
    )
    hasConversions = conversion != .none
  }

  /// The plan of a map's member; nil if the schema does not describe it.
  func member(_ name: String) -> InputPlan? {
    places[name].map { members[$0].plan } ?? others
  }

  /// The plan of a list's item.
  func item(_ index: Int) -> InputPlan? {
    index < firstItems.count ? firstItems[index] : items
  }
}

extension InputPlan.Choice {
  /// The branch that a value is meant for: the one whose constants it has, else the only one that it
  /// looks like.
  func branch(for value: Value) -> (branch: InputPlan.Branch, isByConstant: Bool)? {
    if case .map(let members) = value {
      let named = branches.filter { branch in
        !branch.constants.isEmpty && branch.constants.allSatisfy { members[$0.name] == $0.value }
      }
      if named.count == 1 { return (named[0], true) }
    }
    let alike = branches.filter { $0.fits(value) }
    return alike.count == 1 ? (alike[0], false) : nil
  }
}

extension InputPlan.Branch {
  /// Whether a value looks like this branch: by its type, and its names if it is a map.
  fileprivate func fits(_ value: Value) -> Bool {
    guard types.isEmpty || types.contains(where: { value.isOfType($0) }) else { return false }
    guard case .map(let members) = value else { return true }
    return constants.allSatisfy { members[$0.name] == $0.value }
      && required.allSatisfy { members[$0] != nil }
      && (!isMap || members.allSatisfy { plan.member($0.name) != nil })
  }
}

extension Value {
  /// Whether this is of a type of JSON Schema.
  ///
  /// Bytes count as the string that they are in JSON.
  fileprivate func isOfType(_ type: String) -> Bool {
    switch self {
    case .null: type == "null"
    case .bool: type == "boolean"
    case .int: type == "integer" || type == "number"
    case .double(let number):
      type == "number" || type == "integer" && number.rounded() == number
    case .decimal: type == "number" || type == "string"
    case .string, .bytes: type == "string"
    case .list: type == "array"
    case .map: type == "object"
    case .json: resolved.isOfType(type)
    }
  }
}
