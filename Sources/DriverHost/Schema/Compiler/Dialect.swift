/// The vocabularies that a schema is written in, as its meta-schema names them.
struct Dialect: OptionSet, Sendable, Hashable {
  let rawValue: Int

  static let core = Dialect(rawValue: 1)
  static let applicator = Dialect(rawValue: 2)
  static let unevaluated = Dialect(rawValue: 4)
  static let validation = Dialect(rawValue: 8)
  static let metaData = Dialect(rawValue: 16)
  static let formatAnnotation = Dialect(rawValue: 32)
  static let formatAssertion = Dialect(rawValue: 64)
  static let content = Dialect(rawValue: 128)

  /// The one of https://json-schema.org/draft/2020-12/schema.
  static let standard: Dialect = [
    .core, .applicator, .unevaluated, .validation, .metaData, .formatAnnotation, .content,
  ]

  init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// What is wrong with a meta-schema, in words.
  struct Refusal: Error {
    var reason: String
  }

  /// The dialect that a meta-schema stands for (JSON Schema core, 8.1.2).
  init(metaSchema: Value) throws(Refusal) {
    guard case .map(let vocabularies)? = metaSchema.mapValue?["$vocabulary"] else {
      self = .standard
      return
    }
    self = .core
    for (uri, isRequired) in vocabularies {
      if let vocabulary = Dialect.known[uri] {
        insert(vocabulary)
      } else if isRequired == true {
        throw Refusal(reason: "it requires the vocabulary `\(uri)`, which is not known")
      }
    }
  }

  private static let known: [String: Dialect] = [
    MetaSchema.base + "vocab/core": .core,
    MetaSchema.base + "vocab/applicator": .applicator,
    MetaSchema.base + "vocab/unevaluated": .unevaluated,
    MetaSchema.base + "vocab/validation": .validation,
    MetaSchema.base + "vocab/meta-data": .metaData,
    MetaSchema.base + "vocab/format-annotation": .formatAnnotation,
    MetaSchema.base + "vocab/format-assertion": .formatAssertion,
    MetaSchema.base + "vocab/content": .content,
  ]
}
