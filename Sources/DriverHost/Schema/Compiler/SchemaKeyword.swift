/// Where schemas stand inside schemas.
enum SchemaKeyword {
  /// What the value of a keyword holds.
  enum Shape {
    /// No schema.
    case none
    /// A schema.
    case schema
    /// A list of schemas.
    case list
    /// Schemas by name.
    case map
  }

  /// Whether what a keyword holds only tells values apart.
  static func isTest(_ keyword: String) -> Bool {
    switch keyword {
    case "contains", "contentSchema", "if", "not", "propertyNames": true
    default: false
    }
  }

  /// What the value of a keyword of JSON Schema 2020-12 holds; `none` for unknown ones.
  static func shape(of keyword: String) -> Shape {
    switch keyword {
    case "additionalProperties", "contains", "contentSchema", "else", "if", "items", "not",
      "propertyNames", "then", "unevaluatedItems", "unevaluatedProperties":
      .schema
    case "allOf", "anyOf", "oneOf", "prefixItems": .list
    case "$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties",
      "properties":
      .map
    default: .none
    }
  }
}
