import Testing

@testable import DriverHost

@Suite("What an argument for a driver's input is")
struct InputHintsTests {
  private func kind(_ path: [String], _ type: String, _ action: String? = nil) throws
    -> InputHints.Kind
  {
    let schemas = [try JSON.parse(type), try action.map { try JSON.parse($0) } ?? .null]
    return InputHints(schemas).kind(at: path)
  }

  @Test(
    "is text or bytes where the schema is certain, else YAML",
    arguments: [
      (#"{"type": "string"}"#, .text), (#"{"type": "integer"}"#, .other), ("{}", .other),
      (#"{"type": "string", "contentEncoding": "base64"}"#, .bytes),
      (#"{"enum": ["a", "b"]}"#, .text), (#"{"enum": ["a", 1]}"#, .other),
      (#"{"const": "a"}"#, .text), (#"{"const": 1}"#, .other),
      (#"{"type": ["string", "null"]}"#, .other), ("true", .other),
      (##"{"$ref": "#/$defs/t"}"##, .text), (#"{"allOf": [{"type": "string"}]}"#, .text),
      (#"{"oneOf": [{"type": "string"}, {"enum": ["a"]}]}"#, .text),
      (#"{"oneOf": [{"type": "string"}, {"type": "integer"}]}"#, .other),
      (
        #"{"type": "string", "maxLength": 3, "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]}"#,
        .text
      ),
    ] as [(String, InputHints.Kind)]
  )
  func kinds(schema: String, kind: InputHints.Kind) throws {
    let type = ##"{"properties": {"a": \##(schema)}, "$defs": {"t": {"type": "string"}}}"##
    #expect(try self.kind(["a"], type) == kind)
    #expect(try self.kind(["b"], type) == .other)
  }

  @Test("is found inside maps, unions and members without a name, of the type and of the action")
  func paths() throws {
    let type = ##"""
      {"properties": {"m": {"oneOf": [{"properties": {"k": {"const": "a"}, "p": {"type": "string"}}},
          {"properties": {"k": {"const": "b"}, "p": {"type": "string"}, "q": {"type": "integer"}}}]},
        "h": {"additionalProperties": {"type": "string"}}}, "$defs": {"t": {"type": "string"}}}
      """##
    let action =
      ##"{"properties": {"b": {"$ref": "/inputs#/$defs/t"}, "c": {"$ref": "#/$defs/lost"}}}"##
    #expect(try kind(["m", "p"], type) == .text)
    #expect(try kind(["m", "q"], type) == .other)
    #expect(try kind(["h", "any"], type) == .text)
    #expect(try kind(["h"], type) == .other)
    #expect(
      try kind(["b"], type, ##"{"properties": {"b": {"$ref": "/inputs#/$defs/t"}}}"##) == .text
    )
    // A schema at fault says nothing.
    #expect(try kind(["b"], type, action) == .other)
  }
}
