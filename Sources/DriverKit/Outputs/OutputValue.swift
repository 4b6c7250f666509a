/// A value that a call puts out.
///
/// Written as literals where that reads well: `["name": "x", "sizes": [1, 2], "ok": true]`. For large
/// texts and for trees that are built often see `Call.output` with bytes and `OutputBuilder`.
public enum OutputValue: Sendable {
  case null
  case bool(Bool)
  case int(Int64)
  /// Finite: the host refuses an infinity and NaN.
  case double(Double)
  /// The text of a JSON number, for what neither an integer nor a double holds exactly.
  case decimal(String)
  case string(String)
  case bytes([UInt8])
  case list([OutputValue])
  /// In order; names are unique.
  case map([(name: String, value: OutputValue)])
  /// One JSON document, checked by the host at once and made a tree when somebody looks into it.
  ///
  /// See `JSONSyntax.isDocument`.
  case json(String)
  /// A value that must never be shown, logged or put into a message.
  indirect case secret(OutputValue)
}

extension OutputValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
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
  public init(arrayLiteral elements: OutputValue...) { self = .list(elements) }
  /// A map; names are unique.
  public init(dictionaryLiteral elements: (String, OutputValue)...) {
    self = .map(elements.map { (name: $0.0, value: $0.1) })
  }
}

extension OutputValue {
  /// A string, or null.
  public init(_ text: String?) { self = text.map(OutputValue.string) ?? .null }
  /// An integer, or null; one that 64 bits with a sign do not hold becomes a decimal.
  public init(_ integer: (some BinaryInteger)?) {
    self = integer.map { Int64(exactly: $0).map(OutputValue.int) ?? .decimal(String($0)) } ?? .null
  }
  /// A duration, as seconds.
  public init(_ duration: Duration) { self = .double(duration / .seconds(1)) }
}
