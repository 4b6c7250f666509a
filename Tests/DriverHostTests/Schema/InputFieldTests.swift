import Testing

@testable import DriverHost

@Suite("Fields of a driver's inputs")
struct InputFieldTests {
  private func fields(_ inputs: String, _ action: String = "{}") throws -> [InputField] {
    let schema = try InputSchemaFixture.schema(inputs, actions: [("go", action)])
    return try #require(schema.fields(action: "go"))
  }

  @Test("come in their order, with what a form shows")
  func order() throws {
    let fields = try fields(
      """
      {"properties": {
        "last": {"type": "boolean"},
        "port": {"type": "integer", "minimum": 1, "maximum": 65535, "default": 22, "x-order": 2,
          "title": "Port", "description": "Where the server listens.", "x-group": "Address",
          "x-address": "port", "examples": [2222]},
        "password": {"type": "string", "x-secret": true, "x-order": 1, "minLength": 8},
        "old": {"x-advanced": true, "deprecated": true, "x-multiline": true, "x-suggest": "olds"}},
       "required": ["password", "port"]}
      """,
      #"{"properties": {"mode": {"enum": ["a", "b"]}}, "required": ["mode"]}"#
    )
    #expect(fields.map(\.name) == ["password", "port", "last", "old", "mode"])
    var password = InputField(name: "password", type: "a string")
    password.limits = ["at least 8 characters"]
    password.isSecret = true
    password.isRequired = true
    #expect(fields[0] == password)
    var port = InputField(name: "port", type: "an integer")
    port.title = "Port"
    port.summary = "Where the server listens."
    port.limits = ["1 to 65535"]
    port.defaultValue = 22
    port.examples = [2222]
    port.group = "Address"
    port.address = "port"
    #expect(fields[1] == port)
    var old = InputField(name: "old", type: "any value")
    old.isAdvanced = true
    old.isDeprecated = true
    old.isMultiline = true
    old.suggestions = "olds"
    #expect(fields[3] == old)
    var mode = InputField(name: "mode", type: "a string")
    mode.allowed = ["a", "b"]
    mode.isRequired = true
    mode.isOfAction = true
    #expect(fields[4] == mode)
  }

  @Test("show unions with their branches")
  func unions() throws {
    let field = try #require(
      try fields(
        """
        {"properties": {"authentication": {"type": "object",
          "properties": {"realm": {"type": "string"}},
          "oneOf": [
            {"title": "None", "properties": {"method": {"const": "none"}}},
            {"title": "Basic", "description": "A name and a password.",
             "properties": {"method": {"enum": ["basic", "digest"]}, "user": {"type": "string"}},
             "required": ["user"]}]}}}
        """
      ).first
    )
    #expect(field.type == "a map")
    #expect(field.fields.map(\.name) == ["realm"])
    let union = try #require(field.union)
    #expect(union.discriminator == "method")
    #expect(union.branches.map(\.values) == [["none"], ["basic", "digest"]])
    #expect(union.branches.map(\.type) == ["a map", "a map"])
    #expect(union.branches.map(\.title) == ["None", "Basic"])
    #expect(union.branches[1].summary == "A name and a password.")
    #expect(union.branches[1].fields.map(\.name) == ["user"])
    #expect(union.branches[1].fields[0].isRequired)
  }

  @Test("show what a branch of a union does")
  func effects() throws {
    let field = try #require(
      try fields(
        ##"""
        {"properties": {"mode": {"oneOf": [
          {"properties": {"mode_name": {"const": "list"}}, "effect": "read", "idempotent": true},
          {"$ref": "#/$defs/delete"}, {"properties": {"mode_name": {"const": "put"}}}]}},
         "$defs": {"delete": {"properties": {"mode_name": {"const": "delete"}}, "effect": "destructive"}}}
        """##
      ).first
    )
    let branches = try #require(field.union?.branches)
    #expect(branches.map(\.effect) == [.read, .destructive, nil])
    #expect(branches.map(\.isIdempotent) == [true, nil, nil])
  }

  @Test(
    "say in words what a value may be",
    arguments: [
      (#"{"type": ["string", "null"]}"#, "null or a string"),
      (#"{"oneOf": [{"type": "string"}, {"type": "object"}]}"#, "a string or a map"),
      (#"{"contentEncoding": "base64", "type": "string"}"#, "bytes as base64"),
      (#"{"format": "decimal", "type": "string"}"#, "a decimal number"),
      (#"{"const": 1.5}"#, "a number"),
      (##"{"$ref": "#/$defs/i"}"##, "an integer"),
      ("{}", "any value"), ("true", "any value"),
    ]
  )
  func types(schema: String, words: String) throws {
    let fields = try fields(
      ##"{"properties": {"a": \##(schema)}, "$defs": {"i": {"type": "integer"}}}"##
    )
    #expect(fields[0].type == words)
  }

  @Test("show what lists and maps hold, and inputs that depend on others")
  func inside() throws {
    let fields = try fields(
      """
      {"properties": {"headers": {"type": "object", "additionalProperties": {"type": "string"}},
        "codes": {"type": "array", "items": {"type": "integer"}, "uniqueItems": true}},
       "if": {"required": ["codes"]}, "then": {"properties": {"strict": {"type": "boolean"}}}}
      """
    )
    #expect(fields.map(\.name) == ["headers", "codes", "strict"])
    #expect(fields[0].elements.map(\.type) == ["a string"])
    #expect(fields[1].elements.map(\.type) == ["an integer"])
    #expect(fields[1].limits == ["no item twice"])
    #expect(fields.map(\.isConditional) == [false, false, true])
  }

  @Test("end where a schema leads back to itself")
  func recursion() throws {
    let field = try fields(
      ##"""
      {"properties": {"tree": {"$ref": "#/$defs/tree"}},
       "$defs": {"tree": {"type": "object", "properties": {"name": {"type": "string"},
         "children": {"type": "array", "items": {"$ref": "#/$defs/tree"}}}}}}
      """##
    )[0]
    #expect(field.fields.map(\.name) == ["name", "children"])
    #expect(field.fields[1].elements.map(\.isRecursive) == [true])
  }

  @Test("of an action that there is not are none")
  func unknownAction() throws {
    #expect(try InputSchemaFixture.schema("{}").fields(action: "stop") == nil)
  }
}
