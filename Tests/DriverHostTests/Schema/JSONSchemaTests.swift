import Testing

@testable import DriverHost

@Suite("JSON Schema")
struct JSONSchemaTests {
  /// The faults of a value, each as pointer, keyword and message.
  private func faults(_ schema: String, _ value: String) throws -> [String] {
    let schema = try JSONSchema(JSON.parse(schema), assertsFormats: true)
    let value = try JSON.parse(value)
    let faults = schema.faults(in: value)
    #expect(schema.isValid(value) == faults.isEmpty)
    #expect(faults.allSatisfy { $0.kind == .schema })
    return faults.map { "\($0.pointer) \($0.schemaLocation ?? "") \($0.message)" }
  }

  @Test(
    "says for each keyword what it expected and what it got",
    arguments: [
      (#"{"type": "integer"}"#, "1.5", " #/type expected an integer, got 1.5"),
      (
        #"{"type": ["string", "null"]}"#, "[1, 2]",
        " #/type expected null or a string, got a list of 2 items"
      ),
      (#"{"const": {"a": 1}}"#, "2", " #/const expected a map of 1 member, got 2"),
      (#"{"enum": ["a", 2, null]}"#, "3", #" #/enum expected one of "a", 2, null, got 3"#),
      (
        #"{"enum": ["get", "post"]}"#, #""pots""#,
        #" #/enum expected one of "get", "post", got "pots"; did you mean "post"?"#
      ),
      (
        #"{"enum": []}"#, "3",
        " #/enum expected nothing, since no value is listed, got 3"
      ),
      // Names and patterns stay on one line.
      (
        #"{"properties": {"a\nb": false}, "additionalProperties": false}"#, #"{"c\u2028\td": 1}"#,
        "/c\u{2028}\td #/additionalProperties unknown key `c\\u2028\\td`"
      ),
      (#"{"required": ["a\u0085b"]}"#, "{}", "/a\u{85}b #/required missing key `a\\u0085b`"),
      (
        #"{"dependentRequired": {"a\n": ["b"]}}"#, #"{"a\n": 1}"#,
        "/b #/dependentRequired missing key `b`: `a\\n` needs it"
      ),
      (
        #"{"pattern": "^a\n$"}"#, #""b""#,
        #" #/pattern expected text that matches /^a\n$/, got "b""#
      ),
      (#"{"minimum": 1}"#, "0", " #/minimum expected at least 1, got 0"),
      (#"{"exclusiveMinimum": 1}"#, "1.0", " #/exclusiveMinimum expected more than 1, got 1.0"),
      (#"{"maximum": 1}"#, "2", " #/maximum expected at most 1, got 2"),
      (#"{"exclusiveMaximum": 1}"#, "1", " #/exclusiveMaximum expected less than 1, got 1"),
      (#"{"multipleOf": 0.01}"#, "0.075", " #/multipleOf expected a multiple of 0.01, got 0.075"),
      (#"{"minLength": 2}"#, #""😀""#, " #/minLength expected at least 2 characters, got 1"),
      (#"{"maxLength": 1}"#, #""ab""#, " #/maxLength expected at most 1 character, got 2"),
      (#"{"pattern": "^a"}"#, #""b""#, #" #/pattern expected text that matches /^a/, got "b""#),
      (
        #"{"format": "ipv4"}"#, #""1.2""#,
        #" #/format expected an IPv4 address such as 192.0.2.1, got "1.2""#
      ),
      (#"{"minItems": 1}"#, "[]", " #/minItems expected at least 1 item, got 0"),
      (#"{"maxItems": 1}"#, "[1, 2]", " #/maxItems expected at most 1 item, got 2"),
      (
        #"{"uniqueItems": true}"#, "[1, 2, 1.0]",
        "/2 #/uniqueItems the same item stands at index 0 already"
      ),
      (
        #"{"contains": {"const": 1}}"#, "[2]",
        " #/contains expected at least 1 item as `contains` asks for, got 0"
      ),
      (
        #"{"contains": true, "maxContains": 1}"#, "[2, 3]",
        " #/maxContains expected at most 1 item as `contains` asks for, got 2"
      ),
      (#"{"items": false}"#, "[1]", "/0 #/items nothing is allowed here"),
      (#"{"minProperties": 1}"#, "{}", " #/minProperties expected at least 1 member, got 0"),
      (
        #"{"maxProperties": 0}"#, #"{"a": 1}"#,
        " #/maxProperties expected at most 0 members, got 1"
      ),
      (#"{"required": ["a"]}"#, "{}", "/a #/required missing key `a`"),
      (
        #"{"dependentRequired": {"a": ["b"]}}"#, #"{"a": 1}"#,
        "/b #/dependentRequired missing key `b`: `a` needs it"
      ),
      (
        #"{"propertyNames": {"maxLength": 1}}"#, #"{"ab": 1}"#,
        "/ab #/propertyNames this name is not allowed: expected at most 1 character"
      ),
      (
        #"{"properties": {"method": true}, "additionalProperties": false}"#, #"{"methud": 1}"#,
        "/methud #/additionalProperties unknown key `methud`; did you mean `method`?"
      ),
      (
        #"{"allOf": [{"properties": {"a": true}}], "unevaluatedProperties": false}"#,
        #"{"a": 1, "zz": 2}"#, "/zz #/unevaluatedProperties unknown key `zz`"
      ),
      (
        #"{"prefixItems": [true], "unevaluatedItems": {"type": "null"}}"#, "[1, 2]",
        "/1 #/unevaluatedItems/type expected null, got 2"
      ),
      (#"{"not": {"required": ["a"]}}"#, #"{"a": 1}"#, " #/not `a` must not be given here"),
      (
        #"{"not": {"required": ["a", "b"]}}"#, #"{"a": 1, "b": 2}"#,
        " #/not `a` and `b` must not be given together"
      ),
      (
        #"{"anyOf": [{"required": ["a"]}, {"required": ["b"]}, {"required": ["c"]}]}"#, "{}",
        "/a #/anyOf missing key `a`: give it or `b` or `c`"
      ),
      (#"{"not": {"const": 1}}"#, "1", " #/not expected anything but 1"),
      (
        #"{"not": {"title": "one,\n which goes into b", "const": 1}}"#, "1",
        #" #/not expected anything but one,\n which goes into b"#
      ),
      (
        #"{"if": {"minimum": 5}, "then": {"multipleOf": 5}}"#, "7",
        " #/then/multipleOf expected a multiple of 5, got 7"
      ),
      (
        ##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "null"}}}"##, "1",
        " #/$defs/a/type expected null, got 1"
      ),
    ]
  )
  func messages(schema: String, value: String, fault: String) throws {
    #expect(try faults(schema, value) == [fault])
  }

  @Test("reports all faults at once, in the order of the document")
  func allFaults() throws {
    let schema = """
      {"properties": {"a": {"type": "integer", "minimum": 1}, "b": {"items": {"type": "string"}},
        "c": {"type": "null"}}, "required": ["d", "e"], "additionalProperties": false}
      """
    let found = try faults(schema, #"{"c": 1, "x": 0, "b": ["s", 1, 2], "a": -1}"#)
    #expect(
      found.map { $0.split(separator: " ")[0] } == ["/c", "/x", "/b/1", "/b/2", "/a", "/d", "/e"]
    )
  }

  @Test("lists no more faults than anybody reads")
  func manyFaults() throws {
    let schema = try JSONSchema(["items": ["type": "string"]] as Value)
    let faults = schema.faults(in: .list(Array(repeating: 1, count: 5_000)))
    #expect(faults.count == 1_001)
    #expect(faults.last?.message == "4000 more faults are not listed")
  }

  @Test("counts no faults of alternatives that were only tried")
  func attempts() throws {
    let schema = try JSONSchema(
      ["anyOf": [["items": ["type": "string"]], ["items": ["type": "null"], "minItems": 9_000]]]
        as Value
    )
    let faults = schema.faults(in: .list(Array(repeating: 1, count: 5_000)))
    #expect(faults.count == 501)
    #expect(faults.last?.message == "4500 more faults are not listed")
  }

  @Test("stays at its limit where far more is wrong, and looks for no likely names beyond it")
  func farTooMany() throws {
    let names = (0..<50).map { "member number \($0)" }
    let schema = try JSONSchema(
      [
        "properties": .map(ValueMap(names.map { ($0, true) })), "additionalProperties": false,
      ] as Value
    )
    let members = (0..<200_000).map { (name: "membre nubmer \($0)", value: 1 as Value) }
    let faults = schema.faults(in: .map(ValueMap(members)))
    #expect(faults.count == 1_001)
    #expect(faults.last?.message == "199000 more faults are not listed")
    let missing = try JSONSchema(["items": ["required": ["a"]]] as Value)
    #expect(missing.faults(in: .list(Array(repeating: [:], count: 200_000))).count == 1_001)
  }

  @Test("names a key at its name and a value at its value")
  func places() throws {
    let document = try YAML.parse(
      Array("a:\n  b: 1\n  cc: 2\nd: [x]\n".utf8),
      file: "x"
    )
    let schema = try JSONSchema(
      JSON.parse(
        """
        {"properties": {"a": {"properties": {"b": {"type": "null"}}, "unevaluatedProperties": false},
          "d": {"items": false}}, "propertyNames": {"enum": ["a"]}, "required": ["e"]}
        """
      )
    )
    let faults = schema.faults(in: document.value) { document.locations.nearest(to: $0) }
    #expect(
      faults.map { "\($0.pointer) \($0.location?.line ?? 0):\($0.location?.column ?? 0)" } == [
        "/a/b 2:6", "/a/cc 3:3", "/d 4:1", "/d/0 4:5", "/e 1:1",
      ]
    )
  }

  @Test("has a location for each fault where the caller knows one")
  func locations() throws {
    let schema = try JSONSchema(
      ["required": ["b"], "properties": ["a": ["type": "null"]]] as Value
    )
    let faults = schema.faults(in: ["a": 1]) { pointer in
      pointer == JSONPointer(["a"])
        ? SourceLocation(file: "f", line: 2, column: 3)
        : pointer.tokens.isEmpty ? SourceLocation(file: "f", line: 1, column: 1) : nil
    }
    #expect(faults.map { "\($0.location?.line ?? 0)" } == ["2", "1"])
  }
}

@Suite("Unions in JSON Schema")
struct SchemaUnionTests {
  private let schema = """
    {"properties": {"authentication": {
      "oneOf": [
        {"properties": {"method": {"const": "none"}}, "required": ["method"]},
        {"properties": {"method": {"const": "basic"}, "username": {"type": "string"},
          "password": {"type": "string"}}, "required": ["method", "username"]},
        {"properties": {"method": {"enum": ["bearer", "token"]}, "token": {"type": "string"}},
          "required": ["method", "token"]}],
      "type": "object", "unevaluatedProperties": false}}}
    """

  private func messages(_ value: String) throws -> [String] {
    let schema = try JSONSchema(JSON.parse(schema))
    let value = try JSON.parse(value)
    let faults = schema.faults(in: value)
    #expect(schema.isValid(value) == faults.isEmpty)
    return faults.map { "\($0.pointer): \($0.message)" }
  }

  @Test("report what is wrong with the branch that the discriminator selects")
  func selected() throws {
    #expect(
      try messages(#"{"authentication": {"method": "basic", "password": 1, "usernam": "x"}}"#) == [
        "/authentication/password: expected a string, got 1",
        "/authentication/usernam: unknown key `usernam`; did you mean `username`?",
        "/authentication/username: missing key `username`",
      ]
    )
  }

  @Test("say to which branch a key belongs")
  func otherBranch() throws {
    #expect(
      try messages(#"{"authentication": {"method": "none", "token": "x"}}"#) == [
        """
        /authentication/token: unknown key `token`; it belongs to `method` one of "bearer", "token"
        """
      ]
    )
  }

  @Test("name the discriminator and its values where none fits")
  func none() throws {
    #expect(
      try messages(#"{"authentication": {"method": "basik"}}"#) == [
        """
        /authentication/method: expected one of "none", "basic", "bearer", "token", got "basik"; \
        did you mean "basic"?
        """
      ]
    )
  }

  @Test("name the discriminator where it is missing")
  func missing() throws {
    #expect(
      try messages(#"{"authentication": {"username": "x"}}"#) == [
        """
        /authentication/method: missing key `method`: it must be one of "none", "basic", \
        "bearer", "token"
        """
      ]
    )
  }

  @Test("report the branch that comes nearest where nothing tells them apart")
  func nearest() throws {
    let schema = try JSONSchema(
      JSON.parse(
        """
        {"anyOf": [{"type": "string"}, {"type": "object", "properties": {"a": {"type": "integer"},
          "b": {"type": "integer"}}}, {"type": "array"}]}
        """
      )
    )
    #expect(
      schema.faults(in: ["a": 1, "b": "x"]).map(\.message) == ["expected an integer, got \"x\""]
    )
    #expect(
      schema.faults(in: true).map(\.message) == ["expected a string, a map or a list, got true"]
    )
  }

  @Test("name both branches where more than one fits")
  func ambiguous() throws {
    let schema = try JSONSchema(
      ["oneOf": [["title": "small", "maximum": 5], ["minimum": 3]]] as Value
    )
    #expect(
      schema.faults(in: 4).map(\.message) == [
        """
        this value must fit exactly one of the alternatives, and fits "small" as well as number 2
        """
      ]
    )
  }

  @Test("of a thousand branches look at one")
  func large() throws {
    let branches = (0..<1_000).map { index -> Value in
      [
        "properties": [
          "kind": ["const": .string("k\(index)")], "value": ["const": .int(Int64(index))],
        ],
        "required": ["kind", "value"],
      ]
    }
    let schema = try JSONSchema(["oneOf": .list(branches)] as Value)
    #expect(schema.isValid(["kind": "k999", "value": 999]))
    #expect(
      schema.faults(in: ["kind": "k999", "value": 1]).map(\.message) == ["expected 999, got 1"]
    )
    #expect(schema.faults(in: ["kind": "k1000"]).first?.nearest == "k100")
  }
}
