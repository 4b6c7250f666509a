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
    ]
  )
  func masked(schema: String) throws {
    let found = try text(schema, ["p": .string(secret)])
    #expect(!found.contains(secret), "\(found)")
    #expect(found.contains("***"))
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
