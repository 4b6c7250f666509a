import Testing

@testable import DriverHost

@Suite("A driver's inputs")
struct InputSchemaTests {
  private let rest = """
    {"properties": {
      "url": {"type": "string", "format": "uri"},
      "method": {"enum": ["get", "post"], "default": "get"},
      "timeout": {"type": "integer", "minimum": 0, "default": 30},
      "headers": {"type": "object", "additionalProperties": {"type": "string"}},
      "authentication": {
        "type": "object",
        "properties": {"authentication_method": {"default": "none"}},
        "oneOf": [
          {"properties": {"authentication_method": {"const": "none"}}},
          {"properties": {"authentication_method": {"const": "basic"},
            "username": {"type": "string"}, "password": {"type": "string", "x-secret": true},
            "realm": {"type": "string", "default": "*"}},
           "required": ["username", "password"]}],
        "default": {}}},
     "required": ["url"]}
    """
  private let actions = [
    ("go", #"{"properties": {"body": {"type": "string"}}}"#),
    ("list", #"{"properties": {"depth": {"type": "integer", "default": 1}}}"#),
  ]

  @Test("get their defaults, and say which")
  func defaults() throws {
    let complete = try InputSchemaFixture.schema(rest, actions: actions)
      .complete(json: #"{"url": "http://a", "timeout": 5}"#)
    #expect(
      complete.values == [
        "url": "http://a", "timeout": 5, "method": "get",
        "authentication": ["authentication_method": "none"],
      ]
    )
    #expect(
      complete.defaulted == [JSONPointer(["method"]), JSONPointer(["authentication"])]
    )
  }

  @Test("get the defaults of the branch that they select, at every depth")
  func branchDefaults() throws {
    let complete = try InputSchemaFixture.schema(rest, actions: actions).complete(
      json: """
        {"url": "http://a",
         "authentication": {"authentication_method": "basic", "username": "u", "password": "p"}}
        """
    )
    #expect(complete.values["authentication"]?["realm"] == "*")
    #expect(complete.defaulted.contains(JSONPointer(["authentication", "realm"])))
    #expect(complete.secrets == [JSONPointer(["authentication", "password"])])
  }

  @Test(
    "get no defaults from what may not apply",
    arguments: [
      #"{"anyOf": [{"properties": {"a": {"default": 1}}}]}"#,
      #"{"if": {"properties": {"a": {"default": 1}}}}"#,
      #"{"if": true, "then": {"properties": {"a": {"default": 1}}}}"#,
      #"{"not": {"properties": {"a": {"default": 1}}, "required": ["a"]}}"#,
      #"{"oneOf": [{"properties": {"a": {"default": 1}}}, {"required": ["b"]}]}"#,
    ]
  )
  func noDefaults(member: String) throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"m": {"type": "object", "allOf": [\#(member)]}}}"#
    )
    #expect(try schema.complete(json: #"{"m": {}}"#).values == ["m": [:]])
  }

  @Test("get the defaults of references, of items and of members without a name")
  func deepDefaults() throws {
    let schema = try InputSchemaFixture.schema(
      ##"""
      {"$defs": {"host": {"type": "object", "properties": {"port": {"type": "integer", "default": 22},
          "jump": {"$ref": "#/$defs/host"}}}},
       "properties": {
         "hosts": {"type": "array", "items": {"$ref": "#/$defs/host"}},
         "named": {"type": "object", "additionalProperties": {"allOf": [{"$ref": "#/$defs/host"}]}},
         "matched": {"type": "object", "patternProperties": {"^h": {"$ref": "#/$defs/host"}}},
         "main": {"$ref": "#/$defs/host", "default": {"jump": {}}}}}
      """##
    )
    let complete = try schema.complete(
      json: #"{"hosts": [{}, {"port": 1, "jump": {}}], "named": {"a": {}}, "matched": {"h1": {}}}"#
    )
    #expect(
      complete.values == [
        "hosts": [["port": 22], ["port": 1, "jump": ["port": 22]]],
        "named": ["a": ["port": 22]], "matched": ["h1": ["port": 22]],
        "main": ["jump": ["port": 22], "port": 22],
      ]
    )
    #expect(complete.defaulted.contains(JSONPointer(["hosts", "1", "jump", "port"])))
  }

  @Test("of other actions are dropped and listed; what the type does not know is extra")
  func otherActions() throws {
    let schema = try InputSchemaFixture.schema(rest, actions: actions)
    let complete = try schema.complete(json: #"{"depth": "no integer", "url": "http://a"}"#)
    #expect(complete.dropped == ["depth"])
    #expect(complete.values["depth"] == nil)
    #expect(
      try schema.faults(json: #"{"methud": "get", "url": "http://a", "zzzzzz": 1, "retry": 1}"#)
        == [
          "ExtraInputError /methud: unknown input `methud`; did you mean `method`?",
          "ExtraInputError /zzzzzz: unknown input `zzzzzz`; `drivers describe T` lists them",
          """
          ExtraInputError /retry: unknown input `retry`; it is an option of the connection, not an \
          input of the driver
          """,
        ]
    )
  }

  @Test("report all faults at once, in the order in which they were given")
  func allFaults() throws {
    let schema = try InputSchemaFixture.schema(rest, actions: actions)
    #expect(
      try schema.faults(
        json: """
          {"timeout": 1e30, "xyzzyx": 1, "headers": {"a": 1, "b": "\\u0000"}, "body": 2,
           "authentication": {"authentication_method": "basic", "username": "u", "user": "v"}}
          """
      ) == [
        "InvalidInputError /timeout: expected an integer that 64 bits hold, got 1e+30",
        "ExtraInputError /xyzzyx: unknown input `xyzzyx`; `drivers describe T` lists them",
        "InvalidInputError /headers/a: expected a string, got 1",
        """
        InvalidInputError /headers/b: the text holds the character U+0000, at which C libraries \
        would cut it off
        """,
        "InvalidInputError /body: expected a string, got 2",
        "ExtraInputError /authentication/user: unknown key `user`",
        "MissingInputError /authentication/password: missing key `password`",
        "MissingInputError /url: missing input `url`",
      ]
    )
  }

  @Test("say where in a file a fault stands")
  func locations() throws {
    let schema = try InputSchemaFixture.schema(rest, actions: actions)
    let error = #expect(throws: HostError.self) {
      try schema.complete(["url": 1, "a": 2], action: "go") { pointer in
        SourceLocation(file: "f", line: pointer == JSONPointer(["url"]) ? 3 : 7, column: 1)
      }
    }
    #expect(error?.faults.map { $0.location?.line } == [3, 7])
    #expect(error?.faults[0].schemaLocation == "#/inputs/properties/url/type")
  }

  @Test("that are null are unset at a call, unless null is a value of theirs")
  func nulls() throws {
    let schema = try InputSchemaFixture.schema(
      ##"""
      {"properties": {"a": {"type": "integer", "default": 1}, "b": {"type": ["integer", "null"]},
        "c": {}, "d": {"$ref": "#/$defs/d"}, "e": {"anyOf": [{"type": "null"}, {"const": 1}]}},
       "$defs": {"d": {"enum": [1, 2]}}}
      """##
    )
    let given = #"{"a": null, "b": null, "c": null, "d": null, "e": null}"#
    let complete = try schema.complete(json: given)
    #expect(complete.values == ["b": nil, "c": nil, "e": nil, "a": 1])
    #expect(complete.unset == ["a", "d"])
    #expect(
      try schema.faults(json: given, nullsUnset: .none) == [
        "InvalidInputError /a: expected an integer, got null",
        "InvalidInputError /d: expected one of 1, 2, got null",
      ]
    )
    #expect(try schema.faults(json: #"{"e": [null]}"#).count == 1)
  }

  @Test("that nobody knows are listed up to a limit, in any number")
  func manyUnknown() throws {
    // Taken out of the map one by one, or compared with all names each, they would never end.
    let names = (0..<50).map { #""member number \#($0)": {}"# }.joined(separator: ",")
    let schema = try InputSchemaFixture.schema("{\"properties\": {\(names)}}")
    var inputs = ValueMap()
    for number in 0..<200_000 { inputs["membre nubmer \(number)"] = 1 }
    let unknown = #expect(throws: HostError.self) { try schema.complete(inputs, action: "go") }
    #expect(unknown?.faults.count == 1_001)
    #expect(unknown?.faults.last?.message == "199000 more faults are not listed")
    #expect(unknown?.faults.last?.kind == .invalid)
    // And what is wrong with values whose schema holds.
    let any = try InputSchemaFixture.schema(#"{"properties": {"a": {}}}"#)
    let nuls = Value.list(Array(repeating: "\0", count: 200_000))
    let refused = #expect(throws: HostError.self) { try any.complete(["a": nuls], action: "go") }
    #expect(refused?.faults.count == 1_001)
  }

  @Test("of other actions, and unset ones, leave in one go")
  func manyDropped() throws {
    let names = (0..<20_000).map { #""i\#($0)": {"type": "integer"}"# }.joined(separator: ",")
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"a": {}}}"#,
      actions: [("go", "{}"), ("other", "{\"properties\": {\(names)}}")]
    )
    var inputs: ValueMap = ["a": 1]
    for number in 0..<20_000 { inputs["i\(number)"] = .null }
    #expect(try schema.complete(inputs, action: "go").dropped.count == 20_000)
    #expect(try schema.complete(inputs, action: "other").unset.count == 20_000)
    #expect(try schema.complete(inputs, action: "other").values == ["a": 1])
  }

  @Test("are named on one line")
  func lines() throws {
    let schema = try InputSchemaFixture.schema(#"{"properties": {"a\nb": {"type": "integer"}}}"#)
    #expect(
      try schema.faults(json: #"{"a\nb": "x\ny", "a\nc": 1, "\u001b[2J": 1}"#).map { fault in
        fault.split(separator: ": ", maxSplits: 1).last ?? ""
      } == [
        #"expected an integer, got "x\ny""#,
        #"unknown input `a\nc`; `drivers describe T` lists them"#,
        #"unknown input `\u001b[2J`; `drivers describe T` lists them"#,
      ]
    )
    let error = #expect(throws: HostError.self) { try schema.complete(["a\nb": "x"], action: "go") }
    #expect(error?.message.split(separator: "\n").count == 2)
    #expect(throws: HostError.self) { try schema.complete([:], action: "go\n") }
  }

  @Test("stand where they are written: a name that nobody knows at the name")
  func places() throws {
    let schema = try InputSchemaFixture.schema(rest, actions: actions)
    let text = "url: 1\nmethud: x\nauthentication: {authentication_method: none,\n  user: a}\n"
    let document = try YAML.parse(Array(text.utf8), file: "f")
    let inputs = try #require(document.value.mapValue)
    let error = #expect(throws: HostError.self) {
      try schema.complete(inputs, action: "go") { document.locations.nearest(to: $0) }
    }
    #expect(
      error?.faults.map { $0.location?.description } == ["f:1:6", "f:2:1", "f:4:3"]
    )
  }

  @Test("name an action that there is not")
  func unknownAction() throws {
    let schema = try InputSchemaFixture.schema(rest, actions: actions)
    let error = #expect(throws: HostError.self) { try schema.complete([:], action: "lists") }
    #expect(error?.message == "T has no action `lists`; did you mean `list`?")
  }

  /// Inputs whose kinds do not depend on each other are completed in one go.
  ///
  /// A list of members in place, beside them, keeps the host from that.
  @Test(
    "come out the same whether they are completed in one go or not",
    arguments: [
      #"{}"#, #"{"url": "http://a"}"#, #"{"url": "http://a", "timeout": 2.0}"#,
      #"{"url": "http://a", "depth": 1, "method": null, "headers": {"a": "b"}}"#,
      #"{"authentication": {"authentication_method": "basic", "username": "u", "password": "p"}, "url": "http://a"}"#,
      #"{"authentication": {"authentication_method": "basic", "password": "p"}, "url": 1}"#,
      #"{"headers": {"a": "\u0000"}, "url": "http://a", "body": "\u0000", "timeout": 1e40}"#,
      #"{"url": "http://a", "authentication": null, "xyzzyx": 1, "timeout": -1}"#,
      #"{"body": "x"}"#,
    ]
  )
  func oneGo(json: String) throws {
    let together = #""anyOf": [{"required": ["url"]}, {"required": ["body"]}]"#
    let flat = try InputSchemaFixture.schema(
      "{" + together + "," + rest.dropFirst(),
      actions: actions
    )
    let other = try InputSchemaFixture.schema(
      #"{"allOf": [{"properties": {"url": {}}}], "# + together + "," + rest.dropFirst(),
      actions: actions
    )
    #expect(flat.actions["go"]?.flat != nil)
    #expect(other.actions["go"]?.flat == nil)
    #expect(try flat.faults(json: json) == other.faults(json: json))
    guard try flat.faults(json: json).isEmpty else { return }
    let (one, two) = try (flat.complete(json: json), other.complete(json: json))
    #expect(one.values == two.values)
    #expect(one.values.names == two.values.names)
    #expect(one.secrets == two.secrets)
    #expect(one.dropped == two.dropped && one.unset == two.unset)
    #expect(Set(one.defaulted) == Set(two.defaulted))
  }

  @Test("may not nest without end, whatever the schema says of them")
  func depth() throws {
    let schema = try InputSchemaFixture.schema(#"{"properties": {"any": {}}}"#)
    var value: Value = 1
    for _ in 0..<10_000 { value = [value] }
    let error = #expect(throws: HostError.self) {
      try schema.complete(["any": value], action: "go")
    }
    #expect(error?.faults.map(\.message) == ["the value nests deeper than 512 levels"])
  }

  @Test(
    "may have 512 levels and no more, of which they are the first",
    arguments: ["{}", ##"{"items": {"$ref": "#/properties/any"}}"##]
  )
  func levels(schema: String) throws {
    let schema = try InputSchemaFixture.schema(#"{"properties": {"any": \#(schema)}}"#)
    var value: Value = []
    for _ in 2..<512 { value = [value] }
    _ = try schema.complete(["any": value], action: "go")
    #expect(throws: HostError.self) { try schema.complete(["any": [value]], action: "go") }
  }
}
