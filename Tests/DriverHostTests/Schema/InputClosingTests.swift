import Testing

@testable import DriverHost

@Suite("Closed objects in a driver's inputs")
struct InputClosingTests {
  @Test("refuse keys that they do not list, also in unions, lists and references")
  func closed() throws {
    let schema = try InputSchemaFixture.schema(
      ##"""
      {"$defs": {"point": {"type": "object", "properties": {"x": {"type": "integer"}}}},
       "properties": {
         "flat": {"type": "object", "properties": {"a": {}}},
         "list": {"type": "array", "items": {"$ref": "#/$defs/point"}},
         "both": {"allOf": [{"$ref": "#/$defs/point"}, {"properties": {"y": {}}}]},
         "union": {"oneOf": [{"properties": {"m": {"const": "a"}, "p": {}}},
                             {"properties": {"m": {"const": "b"}, "q": {}}}]}}}
      """##
    )
    #expect(
      try schema.faults(
        json: """
          {"flat": {"b": 1}, "list": [{"x": 1, "z": 2}], "both": {"x": 1, "y": 2, "z": 3},
           "union": {"m": "a", "q": 1}}
          """
      ) == [
        "ExtraInputError /flat/b: unknown key `b`",
        "ExtraInputError /list/0/z: unknown key `z`",
        "ExtraInputError /both/z: unknown key `z`",
        "ExtraInputError /union/q: unknown key `q`; it belongs to `m` \"b\"",
      ]
    )
  }

  @Test(
    "stay open where they list nothing or say so",
    arguments: [
      #"{"type": "object"}"#, "{}", #"{"properties": {"a": {}}, "additionalProperties": true}"#,
      #"{"properties": {"a": {}}, "unevaluatedProperties": {"type": "integer"}}"#,
      #"{"properties": {"a": {}}, "patternProperties": {"^z": {}}}"#,
      #"{"oneOf": [{"properties": {"a": {"const": 1}}, "required": ["a"]}, {"additionalProperties": true}]}"#,
      // A test is no description.
      #"{"type": "object", "not": {"properties": {"b": {"properties": {"c": {}}}}, "required": ["b"]}}"#,
    ]
  )
  func open(member: String) throws {
    let schema = try InputSchemaFixture.schema(#"{"properties": {"m": \#(member)}}"#)
    #expect(try schema.faults(json: #"{"m": {"zz": 1}}"#).isEmpty)
  }

  @Test("are closed for the type and its actions together")
  func together() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"a": {}}, "additionalProperties": false}"#,
      actions: [
        ("go", #"{"properties": {"b": {}}, "additionalProperties": false, "required": ["b"]}"#),
        (
          "union",
          #"{"oneOf": [{"properties": {"m": {"const": 1}, "c": {}}, "required": ["m"]}, {"properties": {"m": {"const": 2}, "d": {}}, "required": ["m"]}]}"#
        ),
      ]
    )
    #expect(try schema.faults(json: #"{"a": 1, "b": 2}"#).isEmpty)
    #expect(try schema.faults(json: #"{"a": 1, "m": 1, "c": 2}"#, action: "union").isEmpty)
    #expect(
      try schema.faults(json: #"{"a": 1, "m": 1, "d": 2}"#, action: "union") == [
        "ExtraInputError /d: unknown input `d`; it belongs to `m` 2"
      ]
    )
    #expect(try schema.complete(json: #"{"b": 1, "m": 1, "c": 1}"#).dropped == ["m", "c"])
  }

  @Test("of a type that takes any input take it")
  func openType() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"a": {}}, "additionalProperties": {"type": "integer"}}"#
    )
    #expect(try schema.faults(json: #"{"anything": 1}"#).isEmpty)
    #expect(
      try schema.faults(json: #"{"anything": "x", "run": 1}"#) == [
        "InvalidInputError /anything: expected an integer, got \"x\"",
        """
        ExtraInputError /run: unknown input `run`; it is an option of the connection, not an \
        input of the driver
        """,
      ]
    )
  }
}
