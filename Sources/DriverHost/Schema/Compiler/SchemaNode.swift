/// One schema of a compiled program.
///
/// Other schemas are indices into the program's nodes, so that
/// schemas which refer to each other make no reference cycle.
final class SchemaNode: Sendable {
  /// Its place among the program's nodes.
  let index: Int
  /// Where it stands; nil for the one that the host adds to close drivers' objects.
  let place: SchemaPlace?
  /// The resource that it belongs to, for `$dynamicRef`.
  let resource: Int
  /// What `true` and `false` say; nil for a schema with keywords.
  let always: Bool?
  let types: JSONTypes
  /// The types that it allows with all that applies in place.
  let allowedTypes: JSONTypes
  /// Whether bytes may stand where the schema asks for a string: `contentEncoding: base64`.
  let takesBytes: Bool
  /// Whether a decimal may stand where the schema asks for a string: `format: decimal`.
  let takesDecimals: Bool
  let constant: Choice?
  let enumeration: Choice?
  let number: NumberKeywords?
  let string: StringKeywords?
  let array: ArrayKeywords?
  let object: ObjectKeywords?
  let inPlace: InPlaceKeywords?
  let unevaluatedItems: Int?
  let unevaluatedProperties: Int?
  /// `x-secret`.
  let isSecret: Bool
  /// The schema itself, for its annotations.
  let source: ValueMap

  /// Whether it must know what its own keywords have looked at.
  var tracks: Bool { unevaluatedItems != nil || unevaluatedProperties != nil }

  init(_ draft: SchemaDraft, index: Int) {
    self.index = index
    place = draft.place
    resource = draft.resource
    always = draft.always
    types = draft.types
    allowedTypes = draft.allowedTypes
    takesBytes = draft.takesBytes
    takesDecimals = draft.takesDecimals
    constant = draft.constant.map { Choice([$0]) }
    enumeration = draft.enumeration.map { Choice($0) }
    number = NumberKeywords(draft)
    string = StringKeywords(draft)
    array = ArrayKeywords(draft)
    object = ObjectKeywords(draft)
    inPlace = InPlaceKeywords(draft)
    unevaluatedItems = draft.unevaluatedItems
    unevaluatedProperties = draft.unevaluatedProperties
    isSecret = draft.source["x-secret"] == true
    source = draft.source
  }
}

/// The values of `enum` or `const`.
struct Choice: Sendable {
  let values: [Value]
  private let strings: NameTable
  private let others: [Value]
  /// The same, where they are more than are searched in order.
  private let index: Set<Value>

  init(_ values: [Value]) {
    self.values = values
    strings = NameTable(values.compactMap(\.stringValue))
    others = values.filter { $0.stringValue == nil }
    index = others.count > 8 ? Set(others) : []
  }

  func contains(_ value: Value) -> Bool {
    if case .string(let text) = value { return strings.index(of: text) != nil }
    // Hashing goes down a value as deep as that is; what is listed is not that deep.
    guard !index.isEmpty, !value.nests(deeperThan: Evaluation.maximumLevel) else {
      return others.contains(value)
    }
    return index.contains(value)
  }
}

/// The keywords for numbers.
final class NumberKeywords: Sendable {
  let minimum: Value?
  let exclusiveMinimum: Value?
  let maximum: Value?
  let exclusiveMaximum: Value?
  let divisor: Divisor?

  /// Nil if the schema has none of them.
  init?(_ draft: SchemaDraft) {
    minimum = draft.minimum
    exclusiveMinimum = draft.exclusiveMinimum
    maximum = draft.maximum
    exclusiveMaximum = draft.exclusiveMaximum
    divisor = draft.divisor
    if minimum == nil, exclusiveMinimum == nil, maximum == nil, exclusiveMaximum == nil,
      divisor == nil
    {
      return nil
    }
  }
}

/// The keywords for strings.
final class StringKeywords: Sendable {
  let minimum: Int
  let maximum: Int
  let pattern: ECMARegex?
  /// Only where formats are asserted.
  let format: Format?

  /// Nil if the schema has none of them.
  init?(_ draft: SchemaDraft) {
    minimum = draft.minLength ?? 0
    maximum = draft.maxLength ?? .max
    pattern = draft.pattern
    format = draft.format
    if minimum == 0, maximum == .max, pattern == nil, format == nil { return nil }
  }
}

/// The keywords for arrays, but for `unevaluatedItems`.
final class ArrayKeywords: Sendable {
  let minimum: Int
  let maximum: Int
  let isUnique: Bool
  let prefix: [Int]
  let items: Int?
  let contains: Int?
  let minimumContained: Int
  let maximumContained: Int

  /// Nil if the schema has none of them.
  init?(_ draft: SchemaDraft) {
    minimum = draft.minItems ?? 0
    maximum = draft.maxItems ?? .max
    isUnique = draft.uniqueItems
    prefix = draft.prefixItems
    items = draft.items
    contains = draft.contains
    minimumContained = draft.minContains ?? 1
    maximumContained = draft.maxContains ?? .max
    if minimum == 0, maximum == .max, !isUnique, prefix.isEmpty, items == nil, contains == nil {
      return nil
    }
  }
}

/// The keywords for objects, but for `unevaluatedProperties` and those that apply in place.
final class ObjectKeywords: Sendable {
  let minimum: Int
  let maximum: Int
  let names: NameTable
  let properties: [(name: String, node: Int)]
  /// A bit for each of the first 64 properties that is required.
  let requiredBits: UInt64
  /// Required names that have no such bit.
  let requiredOthers: [String]
  let required: [String]
  /// Where each of them is named, if that is not here.
  let requiredPlaces: [ExactName: SchemaPlace]
  let patterns: [(pattern: ECMARegex, node: Int)]
  let additional: Int?
  let propertyNames: Int?
  let dependentRequired: [(name: String, required: [String])]

  /// Nil if the schema has none of them.
  init?(_ draft: SchemaDraft) {
    minimum = draft.minProperties ?? 0
    maximum = draft.maxProperties ?? .max
    properties = draft.properties
    names = NameTable(draft.properties.map(\.name))
    required = draft.required
    requiredPlaces = draft.requiredPlaces
    var bits: UInt64 = 0
    var others: [String] = []
    for name in draft.required {
      if let index = names.index(of: name), index < 64 {
        bits |= 1 << UInt64(index)
      } else {
        others.append(name)
      }
    }
    requiredBits = bits
    requiredOthers = others
    patterns = draft.patternProperties
    additional = draft.additionalProperties
    propertyNames = draft.propertyNames
    dependentRequired = draft.dependentRequired
    if minimum == 0, maximum == .max, properties.isEmpty, required.isEmpty, patterns.isEmpty,
      additional == nil, propertyNames == nil, dependentRequired.isEmpty
    {
      return nil
    }
  }

  /// Whether each member has to be looked at.
  var looksAtMembers: Bool {
    !properties.isEmpty || !patterns.isEmpty || additional != nil || propertyNames != nil
  }
}

/// The keywords that apply other schemas to the same value.
final class InPlaceKeywords: Sendable {
  let reference: Int?
  let dynamicReference: DynamicReference?
  let allOf: [Int]
  let anyOf: [Int]
  let oneOf: [Int]
  let oneOfDiscriminator: Discriminator?
  let anyOfDiscriminator: Discriminator?
  let not: Int?
  let condition: Int?
  let then: Int?
  let otherwise: Int?
  let dependentSchemas: [(name: String, node: Int)]
  /// Those of them that may look at members for `unevaluated…`.
  let evaluating: [Int]
  /// Those that apply whatever the value is.
  let always: [Int]

  /// The branches that a discriminator selects one of.
  var selected: [Int] { oneOfDiscriminator == nil ? [] : oneOf }

  /// Nil if the schema has none of them.
  init?(_ draft: SchemaDraft) {
    evaluating = draft.evaluating
    always = draft.alwaysInPlace
    reference = draft.reference
    dynamicReference = draft.dynamicReference
    allOf = draft.allOf
    anyOf = draft.anyOf
    oneOf = draft.oneOf
    oneOfDiscriminator = draft.oneOfDiscriminator
    anyOfDiscriminator = draft.anyOfDiscriminator
    not = draft.not
    condition = draft.condition
    then = draft.then
    otherwise = draft.otherwise
    dependentSchemas = draft.dependentSchemas
    if reference == nil, dynamicReference == nil, allOf.isEmpty, anyOf.isEmpty, oneOf.isEmpty,
      not == nil, condition == nil, dependentSchemas.isEmpty
    {
      return nil
    }
  }
}

/// What `$dynamicRef` refers to.
struct DynamicReference: Sendable {
  /// The schema that it refers to as `$ref` would.
  let initial: Int
  /// The `$dynamicAnchor` that schemas on the way may have instead; nil if it acts as `$ref`.
  let anchor: ExactName?
}
