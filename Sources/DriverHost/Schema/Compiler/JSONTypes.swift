/// A set of JSON types, with numbers split into those that are integers and those that are not.
struct JSONTypes: OptionSet, Sendable, Hashable {
  let rawValue: UInt8

  static let null = JSONTypes(rawValue: 1)
  static let boolean = JSONTypes(rawValue: 2)
  /// A number without a fraction, however it is written: 1, 1.0, 10e-1.
  static let integer = JSONTypes(rawValue: 4)
  /// A number that is no integer.
  static let fraction = JSONTypes(rawValue: 8)
  static let string = JSONTypes(rawValue: 16)
  static let array = JSONTypes(rawValue: 32)
  static let object = JSONTypes(rawValue: 64)
  /// What no JSON document holds; see `SchemaNode.takesBytes`.
  static let bytes = JSONTypes(rawValue: 128)

  static let number: JSONTypes = [.integer, .fraction]
  static let any = JSONTypes(rawValue: 255)
  /// All that a JSON document holds.
  static let everyJSON = any.subtracting(.bytes)

  /// The type of a name in `type`; nil if JSON Schema knows no such one.
  init?(name: String) {
    switch name {
    case "null": self = .null
    case "boolean": self = .boolean
    case "integer": self = .integer
    case "number": self = .number
    case "string": self = .string
    case "array": self = .array
    case "object": self = .object
    default: return nil
    }
  }

  init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// The type of a value.
  init(of value: Value) {
    switch value {
    case .null: self = .null
    case .bool: self = .boolean
    case .int: self = .integer
    case .double(let number): self = number.rounded(.towardZero) == number ? .integer : .fraction
    case .decimal: self = ExactNumber.isInteger(value) ? .integer : .fraction
    case .string: self = .string
    case .bytes: self = .bytes
    case .list: self = .array
    case .map: self = .object
    case .json(let text): self = JSONTypes(of: text.value)
    }
  }

  /// The types in words, as a message to a user lists them: "a string or a list".
  var inWords: String {
    let names: [(JSONTypes, String)] = [
      (.null, "null"), (.boolean, "a boolean"), (.number, "a number"), (.integer, "an integer"),
      (.string, "a string"), (.array, "a list"), (.object, "a map"),
    ]
    var words: [String] = []
    // Numbers that are no integers have no word of their own.
    var rest = contains(.fraction) ? union(.number) : self
    for (types, name) in names where rest.isSuperset(of: types) {
      words.append(name)
      rest.subtract(types)
    }
    return FaultText.alternatives(words)
  }
}
