import Testing

@testable import DriverHost

@Suite("Schemas of inputs in a descriptor")
struct InputDescriptorTests {
  @Test("may not declare what belongs to the host", arguments: InputSchema.reservedNames.sorted())
  func reserved(name: String) throws {
    #expect(
      try InputSchemaFixture.faults(
        #"{"properties": {"a": {}}}"#,
        actions: [("go", #"{"allOf": [{"properties": {"\#(name)": {}}}]}"#)]
      ) == [
        """
        /actions/0/inputs/allOf/0/properties/\(name): the input `\(name)` belongs to the host on \
        every connection: give it another name
        """
      ]
    )
  }

  @Test("have one schema for one name")
  func clashes() throws {
    let same =
      ##"{"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "integer"}}}"##
    let other =
      ##"{"properties": {"a": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"type": "string"}}}"##
    #expect(try InputSchemaFixture.faults(same, actions: [("go", same)]).isEmpty)
    #expect(
      try InputSchemaFixture.faults("{}", actions: [("go", same), ("list", same), ("x", other)])
        == [
          """
          /actions/2/inputs/properties/a: the input `a` has another schema in the action `go`: one \
          name means one schema
          """
        ]
    )
  }

  @Test("list everything that is wrong, each at its place in the descriptor")
  func everything() throws {
    let found = try InputSchemaFixture.faults(
      ##"{"properties": {"a": {"type": "strnig"}, "run": {}}}"##,
      actions: [
        ("go", ##"{"properties": {"b": {"$ref": "#/$defs/b"}, "c": {"pattern": "("}}}"##)
      ]
    )
    let places = found.map { $0.prefix { $0 != ":" } }
    #expect(
      places == [
        "/inputs/properties/a/type", "/actions/0/inputs/properties/b/$ref",
        "/actions/0/inputs/properties/c/pattern", "/inputs/properties/run",
      ]
    )
  }

  @Test("have defaults that fit")
  func defaults() throws {
    #expect(
      try InputSchemaFixture.faults(
        ##"""
        {"properties": {"a": {"type": "integer", "default": "1"},
          "b": {"type": "object", "properties": {"c": {"default": 1}}, "required": ["c"], "default": {}},
          "d": {"type": "object", "properties": {"e": {}}, "default": {"f": 1}}}}
        """##
      ) == [
        """
        /inputs/properties/a/default: the default does not fit its own schema: expected an \
        integer, got "1"
        """,
        """
        /inputs/properties/d/default: the default does not fit its own schema: /f: unknown key \
        `f`
        """,
      ]
    )
  }

  @Test(
    "have defaults that can be used",
    arguments: [
      (
        #"{"type": "string", "contentEncoding": "base64", "default": "!!!"}"#,
        "the text is not base64: what is no base64 digit stands at byte 1 of 3"
      ),
      (
        #"{"type": "string", "default": "a\u0000"}"#,
        "the text holds the character U+0000, at which C libraries would cut it off"
      ),
      (
        #"{"type": "integer", "default": 9223372036854775808}"#,
        "expected an integer that 64 bits hold, got 9223372036854775808"
      ),
      (
        #"{"type": "object", "properties": {"b": {"items": {"type": "integer"}}}, "default": {"b": [1e30]}}"#,
        "/b/0: expected an integer that 64 bits hold, got 1e+30"
      ),
      (#"{"enum": [], "default": 1}"#, "expected nothing, since no value is listed, got 1"),
    ]
  )
  func usable(schema: String, reason: String) throws {
    #expect(
      try InputSchemaFixture.faults(#"{"properties": {"a": \#(schema)}}"#) == [
        "/inputs/properties/a/default: the default does not fit its own schema: \(reason)"
      ]
    )
  }

  @Test("have defaults that fit also where they come with a reference")
  func referredDefaults() throws {
    #expect(
      try InputSchemaFixture.faults(
        ##"""
        {"$defs": {"n": {"default": 10}}, "properties": {"a": {"$ref": "#/$defs/n", "maximum": 5}}}
        """##
      ) == [
        """
        /inputs/properties/a: the default does not fit its own schema: expected at most 5, got 10
        """
      ]
    )
  }

  @Test("have defaults with U+0000 where the schema around them allows it")
  func nulDefaults() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"m": {"x-nul": true, "type": "object", "properties": {"a": {"default": "\u0000"}}, "default": {}}}}"#
    )
    #expect(try schema.complete([:], action: "go").values == ["m": ["a": "\0"]])
  }

  @Test("have defaults that end")
  func endless() throws {
    let faults = try InputSchemaFixture.faults(
      ##"""
      {"properties": {"tree": {"$ref": "#/$defs/tree"}},
       "$defs": {"tree": {"type": "object", "properties": {"left": {"$ref": "#/$defs/tree"}},
         "default": {}}}}
      """##
    )
    #expect(faults.contains { $0.contains("the default holds itself") }, "\(faults)")
    #expect(
      try InputSchemaFixture.faults(
        ##"""
        {"$defs": {"tree": {"type": ["object", "null"], "properties": {"left": {"$ref": "#/$defs/tree"}},
           "default": null}}, "properties": {"tree": {"$ref": "#/$defs/tree"}}}
        """##
      ) == []
    )
  }

  @Test("say of effects what there is, and where they differ from the action's")
  func effects() throws {
    #expect(
      try InputSchemaFixture.faults(
        ##"""
        {"properties": {"effect": {}, "idempotent": {}, "a": {"effect": "read"},
          "u": {"oneOf": [{"const": 1, "effect": 3}, {"const": 2, "idempotent": "yes"},
            {"const": 3, "$ref": "#/$defs/ok"}]}}, "effect": "read", "$defs": {"ok": {"effect": "write"}}}
        """##
      ) == [
        """
        /inputs/effect: `effect` stands on an action, or on a branch of a union of its inputs \
        (`oneOf`, `anyOf`) that differs from it, and not here
        """,
        """
        /inputs/properties/a/effect: `effect` stands on an action, or on a branch of a union of its \
        inputs (`oneOf`, `anyOf`) that differs from it, and not here
        """,
        """
        /inputs/properties/u/oneOf/0/effect: `effect` must be one of "read", "write", "destructive"
        """,
        "/inputs/properties/u/oneOf/1/idempotent: `idempotent` must be true or false",
      ]
    )
  }

  @Test("describe a map")
  func map() throws {
    #expect(
      try InputSchemaFixture.faults(#"{"type": "array"}"#) == [
        "/inputs/type: the inputs are a map: the type must be `object`"
      ]
    )
  }

  @Test("name channels that there are")
  func channels() throws {
    #expect(
      try InputSchemaFixture.faults(
        #"{"properties": {"a": {"x-sink": "body"}, "b": {"x-source": "body"}, "c": {"x-sink": 1}}}"#,
        channels: #"[{"name": "body", "direction": "out"}]"#
      ) == [
        "/inputs/properties/b/x-source: no action has an input channel `body`",
        "/inputs/properties/c/x-sink: `x-sink` is the name of a channel",
      ]
    )
  }

  @Test("may refer to each other")
  func references() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"$defs": {"port": {"type": "integer"}}}"#,
      actions: [("go", ##"{"properties": {"port": {"$ref": "/inputs#/$defs/port"}}}"##)]
    )
    #expect(try schema.faults(json: #"{"port": "x"}"#).count == 1)
  }
}
