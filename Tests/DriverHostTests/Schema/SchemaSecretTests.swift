import Testing

@testable import DriverHost

@Suite("Secrets in faults")
struct SchemaSecretTests {
  private let secret = "hunter2-hunter2"

  /// Everything that the faults of a value say.
  private func text(_ schema: String, _ value: Value) throws -> String {
    let schema = try JSONSchema(JSON.parse(schema), assertsFormats: true)
    let faults = schema.faults(in: value)
    #expect(!faults.isEmpty)
    return faults.map { "\($0.pointer) \($0.message) \($0.got ?? "") \($0.nearest ?? "")" }
      .joined(separator: "\n")
  }

  @Test(
    "are masked wherever the schema says so",
    arguments: [
      #"{"properties": {"p": {"x-secret": true, "maxLength": 3, "pattern": "^x", "format": "ipv4"}}}"#,
      #"{"properties": {"p": {"x-secret": true, "enum": ["hunter2-hunter3"]}}}"#,
      // Another schema for the same value says it.
      #"{"properties": {"p": {"type": "integer"}}, "allOf": [{"properties": {"p": {"x-secret": true}}}]}"#,
      ##"{"properties": {"p": {"$ref": "#/$defs/s", "const": 1}}, "$defs": {"s": {"x-secret": true}}}"##,
      #"{"properties": {"p": {"type": "integer"}}, "anyOf": [{"properties": {"p": {"x-secret": true}}}]}"#,
      // It is secret in a branch that does not hold.
      #"{"properties": {"p": {"oneOf": [{"x-secret": true, "type": "null"}, {"const": 1}]}}}"#,
      #"{"x-secret": true, "properties": {"p": {"type": "integer"}}}"#,
      // The wrong type keeps other keywords from being looked at.
      ##"{"properties": {"p": {"type": "integer", "$ref": "#/$defs/s"}}, "$defs": {"s": {"x-secret": true}}}"##,
      #"{"properties": {"p": {"type": "integer", "allOf": [{"x-secret": true}]}}}"#,
      #"{"properties": {"p": {"type": "integer", "anyOf": [{"x-secret": true}, {}]}}}"#,
      #"{"properties": {"p": {"type": "integer", "oneOf": [{"x-secret": true}, {}]}}}"#,
      #"{"properties": {"p": {"type": "integer", "not": {"x-secret": true, "minLength": 99}}}}"#,
      #"{"properties": {"p": {"type": "integer"}}, "if": {"properties": {"p": {"x-secret": true}}}}"#,
      #"{"properties": {"p": {"type": "integer"}}, "then": {"properties": {"p": {"x-secret": true}}}, "if": false}"#,
      #"{"properties": {"p": {"type": "integer"}}, "dependentSchemas": {"q": {"properties": {"p": {"x-secret": true}}}}}"#,
      // A scalar stands where a map or a list with secrets in it belongs.
      #"{"properties": {"p": {"type": "object", "properties": {"q": {"x-secret": true}}}}}"#,
      #"{"properties": {"p": {"type": "array", "items": {"additionalProperties": {"x-secret": true}}}}}"#,
      #"{"properties": {"p": {"type": "array", "contains": {"x-secret": true}}}}"#,
      #"{"properties": {"p": {"oneOf": [{"type": "object", "patternProperties": {"^t": {"x-secret": true}}}, {"const": 1}]}}}"#,
      ##"{"properties": {"p": {"type": "object", "$ref": "#/$defs/t"}}, "$defs": {"t": {"unevaluatedProperties": {"x-secret": true}}}}"##,
      ##"{"$id": "http://e/", "properties": {"p": {"type": "array", "$dynamicRef": "#s"}}, "$defs": {"s": {"$dynamicAnchor": "s", "items": {"x-secret": true}}}}"##,
    ]
  )
  func masked(schema: String) throws {
    let found = try text(schema, ["p": .string(secret)])
    #expect(!found.contains(secret), "\(found)")
    #expect(found.contains("***"))
  }

  @Test(
    "are masked in lists and under names that only patterns know",
    arguments: [
      (#"{"contains": {"x-secret": true, "type": "null"}, "items": {"type": "integer"}}"#, false),
      (#"{"prefixItems": [{"x-secret": true, "type": "null"}]}"#, false),
      (#"{"unevaluatedItems": {"x-secret": true, "type": "null"}}"#, false),
      (
        #"{"patternProperties": {"^p": {"x-secret": true}}, "additionalProperties": false, "properties": {"p": {"type": "null"}}}"#,
        true
      ),
      (#"{"additionalProperties": {"x-secret": true, "type": "null"}}"#, true),
    ]
  )
  func parts(schema: String, isMap: Bool) throws {
    let found = try text(schema, isMap ? ["p": .string(secret)] : [.string(secret)])
    #expect(!found.contains(secret), "\(found)")
    #expect(found.contains("***"))
  }

  @Test("of one branch do not hide the values of another that the discriminator selects")
  func branches() throws {
    let schema = """
      {"oneOf": [{"properties": {"m": {"const": 1}, "v": {"x-secret": true}}},
        {"properties": {"m": {"const": 2}, "v": {"type": "integer"}}}]}
      """
    #expect(try text(schema, ["m": 2, "v": "shown"]).contains("got \"shown\""))
    #expect(try !text(schema, ["m": 3, "v": .string(secret)]).contains(secret))
  }

  @Test("are hidden where nothing can be said for certain")
  func tooDeep() throws {
    let schema = ##"""
      {"$ref": "#/$defs/t", "$defs": {"t": {"properties": {"p": {"x-secret": true}, "n": {"$ref": "#/$defs/t"}},
        "additionalProperties": {"type": "null"}}}}
      """##
    var value: Value = ["p": .string(secret), "x": .string(secret)]
    for _ in 0..<400 { value = ["n": value] }
    #expect(try text(schema, value).contains("got \"hunter2"))
    for _ in 0..<400 { value = ["n": value] }
    #expect(try !text(schema, value).contains(secret))
  }

  @Test("do not show in the names of keys inside them")
  func names() throws {
    let schema = """
      {"properties": {"p": {"x-secret": true, "additionalProperties": {"type": "integer"},
        "propertyNames": {"maxLength": 3}, "maxProperties": 0}}}
      """
    let found = try text(schema, ["p": [secret: "x"]])
    #expect(!found.contains(secret), "\(found)")
  }

  @Test("do not show where a value around them is at fault")
  func around() throws {
    let schema =
      #"{"properties": {"a": {"type": "string", "properties": {"p": {"x-secret": true}}}}}"#
    let found = try text(schema, ["a": ["p": .string(secret)]])
    #expect(!found.contains(secret))
    #expect(found.contains("got a map of 1 member"))
  }

  @Test("do not show as keys that are not known")
  func unknownKeys() throws {
    let schema = #"{"properties": {"p": {"x-secret": true, "additionalProperties": false}}}"#
    let found = try text(schema, ["p": [secret: 1]])
    #expect(!found.contains(secret))
    #expect(found.contains("a key in it is not known"))
  }
}
