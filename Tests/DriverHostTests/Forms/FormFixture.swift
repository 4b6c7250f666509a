import Testing

@testable import DriverHost

/// A descriptor with every sort of input, and its form.
enum FormFixture {
  static let type = """
    {"type": "object", "anyOf": [{"required": ["url"]}, {"required": ["host"]}],
     "properties": {
      "url": {"title": "URL", "description": "The whole address.", "type": "string",
        "pattern": "^https?://", "examples": ["https://a.example/"], "x-address": "url",
        "x-group": "Address", "x-order": 1},
      "host": {"title": "Host", "type": "string", "minLength": 1, "maxLength": 253,
        "x-address": "host", "x-group": "Address", "x-order": 2},
      "port": {"title": "Port", "type": "integer", "minimum": 1, "maximum": 65535, "default": 443,
        "x-group": "Address", "x-order": 3},
      "wait": {"type": "number", "minimum": 0, "exclusiveMaximum": 60, "x-unit": "seconds",
        "x-group": "Details", "x-advanced": true, "x-order": 40},
      "price": {"type": "string", "format": "decimal", "x-group": "Details", "x-order": 41,
        "x-advanced": true},
      "data": {"type": "string", "contentEncoding": "base64", "x-group": "Details", "x-order": 42,
        "x-advanced": true},
      "strict": {"type": "boolean", "default": false, "x-order": 50},
      "level": {"enum": ["low", "high"], "x-order": 51},
      "codes": {"type": "array", "items": {"type": "integer", "minimum": 100}, "minItems": 1,
        "maxItems": 3, "uniqueItems": true, "x-order": 52},
      "headers": {"type": "object", "additionalProperties": {"type": ["string", "number"]},
        "patternProperties": {"^(?i:authorization)$": {"type": "string", "x-secret": true}},
        "x-order": 53},
      "notes": {"type": ["string", "null"], "x-multiline": true, "deprecated": true, "x-order": 54},
      "free": {"x-order": 55},
      "limit": {"type": ["string", "integer"], "x-order": 56},
      "keys": {"type": "object", "x-secret": true, "x-order": 57,
        "properties": {"secret": {"type": "string"}}},
      "auth": {"title": "Authentication", "type": "object", "default": {"method": "none"},
        "required": ["method"], "x-group": "Access", "x-order": 10, "oneOf": [
          {"title": "None", "properties": {"method": {"title": "Method", "const": "none",
            "description": "Nobody is asked."}}},
          {"title": "Basic", "description": "A name and a password.",
           "properties": {"method": {"enum": ["basic", "digest"]},
             "user": {"type": "string", "x-order": 1},
             "password": {"type": "string", "x-secret": true, "minLength": 4, "x-order": 2}},
           "required": ["user", "password"]},
          {"title": "Key", "properties": {"method": {"const": "key"},
             "place": {"enum": ["header", "query"], "default": "header"}},
           "oneOf": [
             {"title": "Literal", "properties": {"key": {"type": "string", "x-secret": true}},
              "required": ["key"]},
             {"title": "From a file", "properties": {"file": {"type": "string"}},
              "required": ["file"]}]}]}},
     "if": {"properties": {"level": {"const": "high"}}, "required": ["level"]},
     "then": {"properties": {"reason": {"type": "string", "x-order": 60}}}}
    """

  static let actions = [
    (
      "list",
      #"{"properties": {"prefix": {"type": "string", "x-order": 5, "x-group": "Request"}}}"#
    ),
    (
      "go",
      """
      {"properties": {
        "model": {"type": "string", "x-suggest": "list", "x-order": 4, "x-group": "Request"},
        "prefix": {"type": "string", "x-order": 5, "x-group": "Request"},
        "mode": {"type": "integer", "x-order": 70}},
       "required": ["model", "prefix"]}
      """
    ),
    ("look", #"{"properties": {"depth": {"type": "integer"}}}"#),
  ]

  static func form() throws -> Form {
    try Form(InputSchemaFixture.descriptor(type, actions: actions))
  }

  static func form(_ type: String, defaults: Value = [:]) throws -> Form {
    var document = try #require(
      InputSchemaFixture.descriptor(type).document.mapValue
    )
    document["defaults"] = defaults
    return try Form(Descriptor(.map(document)))
  }

  /// The fixture's field of a name, among several the first.
  static func field(_ name: String, of form: Form) throws -> FormField {
    try #require(form.fields.first { $0.name == name })
  }
}
