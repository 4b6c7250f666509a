/// One thing that is wrong with an input, a document or a schema.
public struct Fault: Sendable, Hashable {
  /// What sort of fault it is; the engine has an error of its own for each.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// A required input is missing.
    case missing = "MissingInputError"
    /// An input has a value that the schema does not allow.
    case invalid = "InvalidInputError"
    /// An input is not known to the connector type.
    case extra = "ExtraInputError"
    /// A schema itself is at fault, or a value fails one that is not a driver's.
    case schema = "SchemaValidationError"
    /// A document could not be read at all.
    case syntax = "SyntaxError"
  }

  /// What sort of fault it is.
  public var kind: Kind
  /// The value at fault; for a missing member, where it should be.
  public var pointer: JSONPointer
  /// What is wrong and what to do, in one sentence without a full stop.
  ///
  /// Free of secrets.
  public var message: String
  /// What would have been right, in words; nil where the message says it all.
  public var expected: String?
  /// What was there, in words, masked if it is secret; nil where there was nothing.
  public var got: String?
  /// The nearest name that is known, for an unknown one.
  public var nearest: String?
  /// The schema keyword that failed: `minimum`.
  public var keyword: String?
  /// The place of that keyword in the schema, through references: `#/properties/port/minimum`.
  public var schemaLocation: String?
  /// The rule of the ABI that a descriptor breaks, where that is not the one about all of it.
  package var rule: String?
  /// The line and column at fault, where the value came from a file.
  public var location: SourceLocation?

  /// A fault at a place in a value.
  public init(
    _ kind: Kind,
    at pointer: JSONPointer = JSONPointer(),
    _ message: String,
    expected: String? = nil,
    got: String? = nil,
    nearest: String? = nil,
    keyword: String? = nil,
    schemaLocation: String? = nil,
    location: SourceLocation? = nil
  ) {
    self.kind = kind
    self.pointer = pointer
    self.message = message
    self.expected = expected
    self.got = got
    self.nearest = nearest
    self.keyword = keyword
    self.schemaLocation = schemaLocation
    self.location = location
  }
}

extension Fault: CustomStringConvertible {
  /// `file:line:column: /pointer: message` on one line, leaving out what is not known.
  public var description: String {
    var parts: [String] = []
    if let location { parts.append(location.description) }
    if !pointer.tokens.isEmpty { parts.append(FaultText.line(pointer.description, upTo: 400)) }
    parts.append(message)
    return parts.joined(separator: ": ")
  }
}
