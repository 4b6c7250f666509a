/// The meta-schema of JSON Schema 2020-12 and those of its vocabularies, as the standard has them.
///
/// The content is fixed by https://json-schema.org/draft/2020-12/schema and the documents that it
/// names; only the comments are left out.
enum MetaSchema {
  /// What the addresses of the standard's documents begin with.
  static let base = "https://json-schema.org/draft/2020-12/"
  /// The address of the meta-schema, which a schema has unless `$schema` names another.
  static let address = base + "schema"

  /// The standard's document of an address; nil if it is none of them.
  static func document(at uri: String) -> Value? { documents[uri] }

  // The texts below are constants, which every test reads.
  private static let documents: [String: Value] = {
    var documents = [address: parsed(root)]
    for (name, text) in vocabularies {
      let uri = base + "meta/" + name
      var document: ValueMap = [
        "$schema": .string(address), "$id": .string(uri),
        "$vocabulary": [base + "vocab/" + name: true],
        "$dynamicAnchor": "meta", "type": ["object", "boolean"],
      ]
      for (keyword, value) in parsed(text).mapValue ?? [:] { document[keyword] = value }
      documents[uri] = .map(document)
    }
    return documents
  }()

  private static func parsed(_ text: String) -> Value {
    do {
      return try JSON.parse(text)
    } catch {
      // The texts are constants of this file, and the first schema of any test parses them.
      fatalError("a built-in meta-schema is no JSON: \(error)")
    }
  }

  private static let root = """
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "$id": "https://json-schema.org/draft/2020-12/schema",
      "$vocabulary": {
        "https://json-schema.org/draft/2020-12/vocab/core": true,
        "https://json-schema.org/draft/2020-12/vocab/applicator": true,
        "https://json-schema.org/draft/2020-12/vocab/unevaluated": true,
        "https://json-schema.org/draft/2020-12/vocab/validation": true,
        "https://json-schema.org/draft/2020-12/vocab/meta-data": true,
        "https://json-schema.org/draft/2020-12/vocab/format-annotation": true,
        "https://json-schema.org/draft/2020-12/vocab/content": true
      },
      "$dynamicAnchor": "meta",
      "title": "Core and Validation specifications meta-schema",
      "allOf": [
        {"$ref": "meta/core"},
        {"$ref": "meta/applicator"},
        {"$ref": "meta/unevaluated"},
        {"$ref": "meta/validation"},
        {"$ref": "meta/meta-data"},
        {"$ref": "meta/format-annotation"},
        {"$ref": "meta/content"}
      ],
      "type": ["object", "boolean"],
      "properties": {
        "definitions": {
          "type": "object",
          "additionalProperties": {"$dynamicRef": "#meta"},
          "deprecated": true,
          "default": {}
        },
        "dependencies": {
          "type": "object",
          "additionalProperties": {
            "anyOf": [
              {"$dynamicRef": "#meta"},
              {"$ref": "meta/validation#/$defs/stringArray"}
            ]
          },
          "deprecated": true,
          "default": {}
        },
        "$recursiveAnchor": {"$ref": "meta/core#/$defs/anchorString", "deprecated": true},
        "$recursiveRef": {"$ref": "meta/core#/$defs/uriReferenceString", "deprecated": true}
      }
    }
    """

  /// What each vocabulary's document holds beside its name.
  private static let vocabularies: [(name: String, text: String)] = [
    (
      "core",
      """
      {
        "title": "Core vocabulary meta-schema",
        "properties": {
          "$id": {"$ref": "#/$defs/uriReferenceString", "pattern": "^[^#]*#?$"},
          "$schema": {"$ref": "#/$defs/uriString"},
          "$ref": {"$ref": "#/$defs/uriReferenceString"},
          "$anchor": {"$ref": "#/$defs/anchorString"},
          "$dynamicRef": {"$ref": "#/$defs/uriReferenceString"},
          "$dynamicAnchor": {"$ref": "#/$defs/anchorString"},
          "$vocabulary": {
            "type": "object",
            "propertyNames": {"$ref": "#/$defs/uriString"},
            "additionalProperties": {"type": "boolean"}
          },
          "$comment": {"type": "string"},
          "$defs": {"type": "object", "additionalProperties": {"$dynamicRef": "#meta"}}
        },
        "$defs": {
          "anchorString": {"type": "string", "pattern": "^[A-Za-z_][-A-Za-z0-9._]*$"},
          "uriString": {"type": "string", "format": "uri"},
          "uriReferenceString": {"type": "string", "format": "uri-reference"}
        }
      }
      """
    ),
    (
      "applicator",
      """
      {
        "title": "Applicator vocabulary meta-schema",
        "properties": {
          "prefixItems": {"$ref": "#/$defs/schemaArray"},
          "items": {"$dynamicRef": "#meta"},
          "contains": {"$dynamicRef": "#meta"},
          "additionalProperties": {"$dynamicRef": "#meta"},
          "properties": {
            "type": "object",
            "additionalProperties": {"$dynamicRef": "#meta"},
            "default": {}
          },
          "patternProperties": {
            "type": "object",
            "additionalProperties": {"$dynamicRef": "#meta"},
            "propertyNames": {"format": "regex"},
            "default": {}
          },
          "dependentSchemas": {
            "type": "object",
            "additionalProperties": {"$dynamicRef": "#meta"},
            "default": {}
          },
          "propertyNames": {"$dynamicRef": "#meta"},
          "if": {"$dynamicRef": "#meta"},
          "then": {"$dynamicRef": "#meta"},
          "else": {"$dynamicRef": "#meta"},
          "allOf": {"$ref": "#/$defs/schemaArray"},
          "anyOf": {"$ref": "#/$defs/schemaArray"},
          "oneOf": {"$ref": "#/$defs/schemaArray"},
          "not": {"$dynamicRef": "#meta"}
        },
        "$defs": {
          "schemaArray": {"type": "array", "minItems": 1, "items": {"$dynamicRef": "#meta"}}
        }
      }
      """
    ),
    (
      "unevaluated",
      """
      {
        "title": "Unevaluated applicator vocabulary meta-schema",
        "properties": {
          "unevaluatedItems": {"$dynamicRef": "#meta"},
          "unevaluatedProperties": {"$dynamicRef": "#meta"}
        }
      }
      """
    ),
    (
      "validation",
      """
      {
        "title": "Validation vocabulary meta-schema",
        "properties": {
          "type": {
            "anyOf": [
              {"$ref": "#/$defs/simpleTypes"},
              {
                "type": "array",
                "items": {"$ref": "#/$defs/simpleTypes"},
                "minItems": 1,
                "uniqueItems": true
              }
            ]
          },
          "const": true,
          "enum": {"type": "array", "items": true},
          "multipleOf": {"type": "number", "exclusiveMinimum": 0},
          "maximum": {"type": "number"},
          "exclusiveMaximum": {"type": "number"},
          "minimum": {"type": "number"},
          "exclusiveMinimum": {"type": "number"},
          "maxLength": {"$ref": "#/$defs/nonNegativeInteger"},
          "minLength": {"$ref": "#/$defs/nonNegativeIntegerDefault0"},
          "pattern": {"type": "string", "format": "regex"},
          "maxItems": {"$ref": "#/$defs/nonNegativeInteger"},
          "minItems": {"$ref": "#/$defs/nonNegativeIntegerDefault0"},
          "uniqueItems": {"type": "boolean", "default": false},
          "maxContains": {"$ref": "#/$defs/nonNegativeInteger"},
          "minContains": {"$ref": "#/$defs/nonNegativeInteger", "default": 1},
          "maxProperties": {"$ref": "#/$defs/nonNegativeInteger"},
          "minProperties": {"$ref": "#/$defs/nonNegativeIntegerDefault0"},
          "required": {"$ref": "#/$defs/stringArray"},
          "dependentRequired": {
            "type": "object",
            "additionalProperties": {"$ref": "#/$defs/stringArray"}
          }
        },
        "$defs": {
          "nonNegativeInteger": {"type": "integer", "minimum": 0},
          "nonNegativeIntegerDefault0": {"$ref": "#/$defs/nonNegativeInteger", "default": 0},
          "simpleTypes": {
            "enum": ["array", "boolean", "integer", "null", "number", "object", "string"]
          },
          "stringArray": {
            "type": "array",
            "items": {"type": "string"},
            "uniqueItems": true,
            "default": []
          }
        }
      }
      """
    ),
    (
      "meta-data",
      """
      {
        "title": "Meta-data vocabulary meta-schema",
        "properties": {
          "title": {"type": "string"},
          "description": {"type": "string"},
          "default": true,
          "deprecated": {"type": "boolean", "default": false},
          "readOnly": {"type": "boolean", "default": false},
          "writeOnly": {"type": "boolean", "default": false},
          "examples": {"type": "array", "items": true}
        }
      }
      """
    ),
    (
      "format-annotation",
      """
      {
        "title": "Format vocabulary meta-schema for annotation results",
        "properties": {"format": {"type": "string"}}
      }
      """
    ),
    (
      "format-assertion",
      """
      {
        "title": "Format vocabulary meta-schema for assertion results",
        "properties": {"format": {"type": "string"}}
      }
      """
    ),
    (
      "content",
      """
      {
        "title": "Content vocabulary meta-schema",
        "properties": {
          "contentEncoding": {"type": "string"},
          "contentMediaType": {"type": "string"},
          "contentSchema": {"$dynamicRef": "#meta"}
        }
      }
      """
    ),
  ]
}
