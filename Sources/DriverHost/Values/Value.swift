/// A value that goes into or comes out of a connection.
///
/// It holds what JSON and YAML hold, and keeps apart what they blur: integers, doubles, numbers
/// that neither of them holds exactly, and bytes.
public enum Value: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  /// Finite: neither an infinity nor NaN.
  case double(Double)
  case decimal(DecimalText)
  case string(String)
  case bytes([UInt8])
  case list([Value])
  /// Members in the order in which they were written.
  case map(ValueMap)
  /// A JSON document that nobody has looked into yet. Only drivers' outputs hold it.
  case json(JSONText)
}

extension Value {
  /// This value, with a JSON document parsed into the tree that it stands for.
  public var resolved: Value {
    if case .json(let text) = self { text.value } else { self }
  }

  /// The member of a map; null where this is no map or has no such member.
  public subscript(name: String) -> Value {
    guard case .map(let members) = resolved else { return .null }
    return members[name] ?? .null
  }

  /// The item of a list; null where this is no list or has no such item.
  public subscript(index: Int) -> Value {
    guard case .list(let items) = resolved, items.indices.contains(index) else { return .null }
    return items[index]
  }

  /// Whether this is null.
  public var isNull: Bool {
    if case .null = resolved { true } else { false }
  }

  /// The text of a string; nil for every other kind.
  public var stringValue: String? {
    if case .string(let text) = resolved { text } else { nil }
  }

  /// An integer; nil for every other kind.
  public var intValue: Int64? {
    if case .int(let integer) = resolved { integer } else { nil }
  }

  /// A number as the nearest double; nil for every other kind.
  public var doubleValue: Double? {
    switch resolved {
    case .int(let integer): Double(integer)
    case .double(let number): number
    case .decimal(let decimal): Double(decimal.text)
    default: nil
    }
  }

  /// A boolean; nil for every other kind.
  public var boolValue: Bool? {
    if case .bool(let truth) = resolved { truth } else { nil }
  }

  /// The items of a list; nil for every other kind.
  public var listValue: [Value]? {
    if case .list(let items) = resolved { items } else { nil }
  }

  /// The members of a map; nil for every other kind.
  public var mapValue: ValueMap? {
    if case .map(let members) = resolved { members } else { nil }
  }

  /// The kind in words, as a message to a user names it: "a string", "a list".
  package var kindInWords: String {
    switch resolved {
    case .null: "null"
    case .bool: "a boolean"
    case .int: "an integer"
    case .double, .decimal: "a number"
    case .string: "a string"
    case .bytes: "bytes"
    case .list: "a list"
    case .map: "a map"
    case .json: "a document"
    }
  }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral, ExpressibleByNilLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// An integer.
  public init(integerLiteral value: Int64) { self = .int(value) }
  /// A double.
  public init(floatLiteral value: Double) { self = .double(value) }
  /// A boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// Null.
  public init(nilLiteral: ()) { self = .null }
  /// A list.
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
  /// A map; a name that is written twice keeps its last value.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self = .map(ValueMap(elements.lazy.map { (name: $0.0, value: $0.1) }))
  }
}
