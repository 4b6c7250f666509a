import Testing

@testable import DriverHost

@Suite("The schema of an action's inputs")
struct DescriptorSchemaTests {
  private func schema(type: String, action: String) throws -> Value {
    let descriptor = try Descriptor(
      JSON.parse(
        """
        {"descriptor": 1, "name": "X", "id": "org.example.x", "version": "1.0.0",
         "abi": ["dh.driver/1"], "execution": "blocking", "inputs": \(type),
         "actions": [{"name": "a", "inputs": \(action)}]}
        """
      )
    )
    return descriptor.inputSchema(of: try #require(descriptor.action("a")))
  }

  @Test("joins what the type and the action say, and is closed")
  func joined() throws {
    let schema = try schema(
      type: """
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
         "$defs": {"n": {"type": "number"}}, "minProperties": 1}
        """,
      action: """
        {"properties": {"b": {"$ref": "#/$defs/n"}}, "required": ["b", "a"],
         "$defs": {"m": true}, "additionalProperties": false}
        """
    )
    #expect(
      schema == [
        "$schema": "https://json-schema.org/draft/2020-12/schema", "title": "X: a",
        "type": "object",
        "properties": ["a": ["type": "string"], "b": ["$ref": "#/$defs/n"]],
        "required": ["a", "b"], "minProperties": 1,
        "$defs": ["n": ["type": "number"], "m": true], "unevaluatedProperties": false,
      ]
    )
  }

  @Test(
    "asks for both where both say something about the same",
    arguments: [
      ("{\"minProperties\": 1}", "{\"minProperties\": 2}", [[:], ["a": 1]]),
      ("{\"if\": {\"required\": [\"a\"]}, \"then\": {\"required\": [\"b\"]}}", "{}", [["a": 1]]),
      (
        "{\"allOf\": [{\"required\": [\"a\"]}]}", "{\"allOf\": [{\"required\": [\"b\"]}]}",
        [["a": 1], ["b": 1]]
      ),
      (
        "{\"$defs\": {\"x\": {\"type\": \"string\"}}}",
        "{\"$defs\": {\"x\": {\"type\": \"null\"}}}", []
      ),
    ] as [(String, String, [Value])]
  )
  func both(type: String, action: String, invalid: [Value]) throws {
    func with(_ properties: String, _ text: String) -> String {
      text == "{}"
        ? "{\"properties\": \(properties)}"
        : "{\"properties\": \(properties), " + text.dropFirst()
    }
    let schema = try JSONSchema(
      schema(type: with("{\"a\": true}", type), action: with("{\"b\": true}", action))
    )
    #expect(schema.isValid(["a": 1, "b": 2]))
    for value in invalid { #expect(!schema.isValid(value)) }
  }
}
