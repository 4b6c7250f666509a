/// A schema while it is compiled: its keywords as they were read, other schemas as indices.
///
/// A class, because it is large and is written to in many places.
final class SchemaDraft {
  /// Where it stands; nil for what the host adds.
  let place: SchemaPlace?
  var resource: Int
  var source: ValueMap = [:]
  /// Whether the host closes it: it stands where a value of its own does, and not inside a test.
  var isPlace = false

  var always: Bool?
  var types = JSONTypes.any
  /// The types that it allows with all that applies in place, once that is known.
  var allowedTypes = JSONTypes.any
  var takesBytes = false
  var takesDecimals = false
  var constant: Value?
  var enumeration: [Value]?

  var minimum: Value?
  var exclusiveMinimum: Value?
  var maximum: Value?
  var exclusiveMaximum: Value?
  var divisor: Divisor?

  var minLength: Int?
  var maxLength: Int?
  var pattern: ECMARegex?
  var format: Format?

  var minItems: Int?
  var maxItems: Int?
  var uniqueItems = false
  var prefixItems: [Int] = []
  var items: Int?
  var contains: Int?
  var minContains: Int?
  var maxContains: Int?
  var unevaluatedItems: Int?

  var minProperties: Int?
  var maxProperties: Int?
  var required: [String] = []
  /// Where `required` names a member, if that is another schema than this.
  var requiredPlaces: [ExactName: SchemaPlace] = [:]
  var properties: [(name: String, node: Int)] = []
  var patternProperties: [(pattern: ECMARegex, node: Int)] = []
  var additionalProperties: Int?
  var propertyNames: Int?
  var dependentRequired: [(name: String, required: [String])] = []
  var unevaluatedProperties: Int?

  var reference: Int?
  var dynamicReference: DynamicReference?
  var allOf: [Int] = []
  var anyOf: [Int] = []
  var oneOf: [Int] = []
  var oneOfDiscriminator: Discriminator?
  var anyOfDiscriminator: Discriminator?
  var not: Int?
  var condition: Int?
  var then: Int?
  var otherwise: Int?
  var dependentSchemas: [(name: String, node: Int)] = []

  init(place: SchemaPlace?, resource: Int) {
    self.place = place
    self.resource = resource
  }

  /// The schemas that apply to the same value whatever that is.
  var alwaysInPlace: [Int] { (reference.map { [$0] } ?? []) + allOf }

  /// The schemas that apply to the same value, whatever they do with it.
  var inPlace: [Int] {
    let single = [reference, dynamicReference?.initial, not, condition, then, otherwise]
    return single.compactMap(\.self) + allOf + anyOf + oneOf + dependentSchemas.map(\.node)
  }

  /// The schemas that apply to the same value and may look at its members for `unevaluated…`.
  var evaluating: [Int] {
    let single = [reference, dynamicReference?.initial, condition, then, otherwise]
    return single.compactMap(\.self) + allOf + anyOf + oneOf + dependentSchemas.map(\.node)
  }
}
