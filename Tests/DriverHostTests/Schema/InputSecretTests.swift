import Testing

@testable import DriverHost

@Suite("Secrets in a driver's inputs")
struct InputSecretTests {
  @Test(
    "are found wherever the schema says so",
    arguments: [
      (#"{"x-secret": true}"#, #""s""#, [""]),
      (#"{"properties": {"p": {"x-secret": true}}}"#, #"{"p": 1}"#, ["/p"]),
      (#"{"additionalProperties": {"x-secret": true}}"#, #"{"k": 1}"#, ["/k"]),
      (#"{"patternProperties": {"^k": {"x-secret": true}}}"#, #"{"k": 1, "l": 2}"#, ["/k"]),
      (#"{"items": {"x-secret": true}}"#, "[1, 2]", ["/0", "/1"]),
      (#"{"prefixItems": [{}, {"x-secret": true}]}"#, "[1, 2, 3]", ["/1"]),
      (#"{"anyOf": [{"type": "string", "x-secret": true}, {"type": "integer"}]}"#, #""s""#, [""]),
      (#"{"anyOf": [{"type": "string", "x-secret": true}, {"type": "integer"}]}"#, "1", []),
      (
        #"{"if": {"required": ["t"]}, "then": {"properties": {"t": {"x-secret": true}}}}"#,
        #"{"t": 1}"#, ["/t"]
      ),
      (
        #"{"properties": {"u": {}}, "dependentSchemas": {"u": {"properties": {"t": {"x-secret": true}}}}}"#,
        #"{"u": 1, "t": 1}"#, ["/t"]
      ),
      (
        #"{"properties": {"a": {}}, "unevaluatedProperties": {"x-secret": true}}"#,
        #"{"a": 1, "b": 2}"#, ["/b"]
      ),
      // What a test says of a value that it holds for.
      (
        #"{"if": {"properties": {"t": {"x-secret": true}}, "required": ["t"]}, "then": {}}"#,
        #"{"t": 1}"#, ["/t"]
      ),
      (#"{"if": {"x-secret": true, "type": "integer"}, "then": {}}"#, #""s""#, []),
      (
        #"{"type": "array", "contains": {"type": "string", "x-secret": true}}"#, #"[1, "a", "b"]"#,
        ["/1", "/2"]
      ),
      // However deep a schema that refers to itself goes.
      (
        ##"{"$ref": "#/$defs/tree"}"##,
        #"{"n": {"n": {"n": {"n": {"n": {"n": {"p": 1}}}}}}}"#, ["/n/n/n/n/n/n/p"]
      ),
      // What is inside a secret is part of it.
      (#"{"x-secret": true, "properties": {"p": {"x-secret": true}}}"#, #"{"p": 1}"#, [""]),
      (
        #"{"oneOf": [{"properties": {"m": {"const": 1}, "v": {"x-secret": true}}}, {"properties": {"m": {"const": 2}, "v": {}}}]}"#,
        #"{"m": 2, "v": 1}"#, []
      ),
    ] as [(String, String, [String])]
  )
  func found(member: String, value: String, places: [String]) throws {
    let schema = try InputSchemaFixture.schema(
      ##"""
      {"properties": {"m": \##(member)}, "$defs": {"tree": {"type": "object",
        "properties": {"p": {"x-secret": true}, "n": {"$ref": "#/$defs/tree"}}}}}
      """##
    )
    let complete = try schema.complete(json: #"{"m": \#(value)}"#)
    #expect(complete.secrets.map(\.description) == places.map { "/m" + $0 })
  }

  @Test("that a vault supplied are secret whatever the schema says")
  func supplied() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"a": {"type": "integer"}, "b": {}}}"#
    )
    let places = [JSONPointer(["a"]), JSONPointer(["gone"])]
    #expect(
      try schema.complete(json: #"{"a": 1}"#, secrets: places).secrets == [JSONPointer(["a"])]
    )
    #expect(
      try schema.faults(json: #"{"a": "hunter2", "b": "\u0000"}"#, secrets: places) == [
        "InvalidInputError /a: expected an integer, got ***",
        """
        InvalidInputError /b: the text holds the character U+0000, at which C libraries would cut \
        it off
        """,
      ]
    )
  }

  @Test("that a fault hides a part of are all masked")
  func typeFaults() throws {
    let schema = try InputSchemaFixture.schema(
      ##"""
      {"$defs": {"s": {"x-secret": true}}, "properties": {"a": {"type": "string", "$ref": "#/$defs/s"},
        "b": {"type": "object", "properties": {"p": {"x-secret": true}}}, "c": {"type": "integer"}}}
      """##
    )
    #expect(
      try schema.faults(json: #"{"a": 12345, "b": "hunter2", "c": "shown", "d": 1}"#) == [
        "InvalidInputError /a: expected a string, got ***",
        "InvalidInputError /b: expected a map, got ***",
        "InvalidInputError /c: expected an integer, got \"shown\"",
        "ExtraInputError /d: unknown input `d`; `drivers describe T` lists them",
      ]
    )
  }

  @Test("do not show in the faults that are found after validation")
  func faults() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"pin": {"type": "integer", "x-secret": true}}}"#
    )
    #expect(
      try schema.faults(json: #"{"pin": 98765432109876543210}"#) == [
        "InvalidInputError /pin: expected an integer that 64 bits hold, got ***"
      ]
    )
  }
}

@Suite("Sessions in a driver's inputs")
struct InputSessionTests {
  private let inputs = """
    {"properties": {
      "host": {"type": "string", "x-session": true}, "port": {"type": "integer", "x-session": true,
        "default": 22},
      "authentication": {"type": "object", "properties": {"user": {}, "password": {"x-secret": true}}},
      "command": {"type": "string"}}}
    """
  private let actions = [("go", #"{"properties": {"new_password": {"x-secret": true}}}"#)]
  private let given = """
    {"command": "ls", "host": "a", "authentication": {"user": "u", "password": "p"},
     "new_password": "q"}
    """

  @Test("are opened with what is marked, and with what holds a secret of the type")
  func session() throws {
    let schema = try InputSchemaFixture.schema(inputs, actions: actions, session: true)
    let complete = try schema.complete(json: given)
    #expect(
      complete.sessionInputs.values == [
        "host": "a", "port": 22, "authentication": ["user": "u", "password": "p"],
      ]
    )
    #expect(complete.sessionInputs.secrets == [JSONPointer(["authentication", "password"])])
    #expect(
      complete.secrets
        == [JSONPointer(["authentication", "password"]), JSONPointer(["new_password"])]
    )
  }

  @Test("are told apart also by types that do not keep any")
  func withoutSessions() throws {
    let schema = try InputSchemaFixture.schema(inputs, actions: actions)
    #expect(
      try schema.complete(json: given).sessionInputs.values.names == [
        "host", "authentication", "port",
      ]
    )
  }

  @Test("are all one where a type says nothing of them, whatever secrets it has")
  func none() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"password": {"x-secret": true}}}"#
    )
    #expect(try schema.complete(json: #"{"password": "p"}"#).sessionInputs.values.isEmpty)
  }
}
