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
    password.kinds = [.string]
    password.limits = ["at least 8 characters"]
    password.bounds.minimumLength = 8
    password.order = 1
    password.isSecret = true
    password.isRequired = true
    #expect(fields[0] == password)
    var port = InputField(name: "port", type: "an integer")
    port.title = "Port"
    port.summary = "Where the server listens."
    port.kinds = [.integer]
    port.limits = ["1 to 65535"]
    port.bounds.minimum = 1
    port.bounds.maximum = 65535
    port.order = 2
    port.defaultValue = 22
    port.examples = [2222]
    port.group = "Address"
    port.address = "port"
    #expect(fields[1] == port)
    var old = InputField(name: "old", type: "any value")
    old.kinds = InputKind.any
    old.isAdvanced = true
    old.isDeprecated = true
    old.isMultiline = true
    old.suggestions = "olds"
    #expect(fields[3] == old)
    var mode = InputField(name: "mode", type: "a string")
    mode.kinds = [.string]
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
    #expect(union.branches.map { $0.selector?.allowed } == [["none"], ["basic", "digest"]])
  }

  @Test("show what stands in unions inside of branches, and in several unions of one value")
  func nestedUnions() throws {
    let field = try #require(
      try fields(
        """
        {"properties": {"mode": {"type": "object", "required": ["name"],
          "oneOf": [
            {"properties": {"name": {"const": "chat"}, "model": {"type": "string"}},
             "required": ["name", "model"],
             "oneOf": [{"properties": {"prompt": {"type": "string"}}, "required": ["prompt"]},
                       {"required": ["messages"]}]},
            {"properties": {"name": {"const": "list"}}}],
          "anyOf": [{"properties": {"a": {"type": "integer"}}}, {"required": ["b"]}],
          "allOf": [{"oneOf": [{"properties": {"only": {"type": "null"}}}]}]}}}
        """
      ).first
    )
    #expect(field.fields.map(\.name) == ["only"])
    #expect(field.unions.map(\.discriminator) == ["name", nil])
    let chat = field.unions[0].branches[0]
    #expect(chat.fields.map(\.name) == ["model"])
    #expect(chat.required == ["model"])
    #expect(chat.unions.map { $0.branches.map(\.required) } == [[["prompt"], ["messages"]]])
    #expect(chat.unions[0].branches[0].fields.map(\.name) == ["prompt"])
    #expect(field.unions[1].branches.map { $0.fields.map(\.name) } == [["a"], []])
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

  @Test(
    "say for programs what a value may be",
    arguments: [
      (#"{"type": ["string", "null"]}"#, [.null, .string]),
      (#"{"oneOf": [{"type": "string"}, {"type": "object"}]}"#, [.string, .map]),
      (#"{"contentEncoding": "base64", "type": "string"}"#, [.bytes]),
      (#"{"format": "decimal", "type": "string"}"#, [.decimal]),
      (#"{"const": 1.5}"#, [.number]), (#"{"type": "integer"}"#, [.integer]),
      (#"{"type": ["boolean", "number", "array"]}"#, [.boolean, .number, .list]),
      ("{}", [.null, .boolean, .number, .string, .list, .map]),
    ] as [(String, [InputKind])]
  )
  func kinds(schema: String, kinds: [InputKind]) throws {
    #expect(try fields(#"{"properties": {"a": \#(schema)}}"#)[0].kinds == kinds)
  }

  @Test("say for programs how far a value goes: as far as all that holds for it allows")
  func bounds() throws {
    let fields = try fields(
      """
      {"properties": {
        "n": {"minimum": 1, "allOf": [{"minimum": 2, "exclusiveMaximum": 9, "multipleOf": 0.5}],
          "x-unit": "seconds"},
        "s": {"minLength": 2, "maxLength": 3, "format": "date"},
        "l": {"minItems": 1, "maxItems": 4, "uniqueItems": true},
        "m": {"minProperties": 1, "maxProperties": 5, "exclusiveMinimum": 0, "maximum": 10}}}
      """
    )
    var bounds = InputBounds()
    bounds.minimum = 2
    bounds.exclusiveMaximum = 9
    bounds.divisor = 0.5
    #expect(fields[0].bounds == bounds && fields[0].unit == "seconds")
    bounds = InputBounds()
    (bounds.minimumLength, bounds.maximumLength, bounds.format) = (2, 3, "date")
    #expect(fields[1].bounds == bounds)
    bounds = InputBounds()
    (bounds.minimumItems, bounds.maximumItems, bounds.areItemsUnique) = (1, 4, true)
    #expect(fields[2].bounds == bounds)
    bounds = InputBounds()
    (bounds.minimumMembers, bounds.maximumMembers) = (1, 5)
    (bounds.exclusiveMinimum, bounds.maximum) = (0, 10)
    #expect(fields[3].bounds == bounds)
  }

  @Test("say which other input they depend on, where that is one plain test")
  func conditions() throws {
    let fields = try fields(
      """
      {"properties": {"mode": {"enum": ["a", "b", "c"], "default": "a"}, "free": {}},
       "if": {"properties": {"mode": {"enum": ["a", "b"]}}},
       "then": {"properties": {"one": {}}}, "else": {"properties": {"two": {}}},
       "allOf": [
         {"if": {"properties": {"free": {"const": 1}}}, "then": {"properties": {"unsaid": {}}}},
         {"if": {"required": ["free"]}, "then": {"properties": {"three": {}}}}],
       "dependentSchemas": {"mode": {"properties": {"four": {}}}}}
      """
    )
    let conditions = Dictionary(uniqueKeysWithValues: fields.map { ($0.name, $0.condition) })
    #expect(
      conditions == [
        "mode": nil, "free": nil, "unsaid": nil,
        "one": InputCondition(name: "mode", values: ["a", "b"], isNegated: false),
        "two": InputCondition(name: "mode", values: ["a", "b"], isNegated: true),
        "three": InputCondition(name: "free", values: [], isNegated: false),
        "four": InputCondition(name: "mode", values: [], isNegated: false),
      ]
    )
    #expect(fields.filter(\.isConditional).count == 5)
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
