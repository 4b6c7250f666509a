import Testing

@testable import DriverHost

@Suite("Compiling a JSON Schema")
struct SchemaCompilerTests {
  private func faults(_ schema: String) throws -> [String] {
    let document = try JSON.parse(schema)
    do {
      _ = try JSONSchema(document)
      return []
    } catch {
      return error.faults.map { "\($0.pointer): \($0.message)" }
    }
  }

  @Test("lists everything that is wrong with it")
  func everything() throws {
    let found = try faults(
      ##"""
      {"type": "strnig", "minimum": "1", "pattern": "a++", "required": "a", "multipleOf": 0,
       "properties": {"a": 1, "b": {"$ref": "#/$defs/coler"}, "c": {"$ref": "#lost"}},
       "patternProperties": {"(": true}, "allOf": [], "$defs": {"color": {"maxLength": -1}}}
      """##
    )
    let expected = [
      "/type: expected", "/minimum: expected a number, got \"1\"",
      "/pattern: `a++` is no regular expression of ECMA-262 with the u flag: nothing to repeat",
      "/required: expected a list, got \"a\"", "/multipleOf: expected more than 0, got 0",
      "/properties/a: expected a boolean or a map, got 1",
      "/properties/b/$ref: `$ref`: `#/$defs/coler`: there is no `coler` in #/$defs; did you mean",
      "/properties/c/$ref: `$ref`: `#lost`: there is no `$anchor` of that name",
      "/patternProperties: `(` is no regular expression", "/allOf: expected at least 1 item, got 0",
      "/$defs/color/maxLength: expected at least 0, got -1",
    ]
    for text in expected {
      #expect(found.contains { $0.hasPrefix(text) }, "\(text) is not in \(found)")
    }
  }

  @Test(
    "refuses what is no schema",
    arguments: ["1", "null", "[]", #""a""#, #"{"items": [1]}"#, #"{"$defs": {"a": null}}"#]
  )
  func noSchema(text: String) throws {
    #expect(try !faults(text).isEmpty)
  }

  @Test(
    "finds schemas that lead back to themselves for one value",
    arguments: [
      ##"{"$ref": "#"}"##,
      ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##,
      ##"{"anyOf": [{"type": "string"}, {"not": {"$ref": "#"}}]}"##,
      ##"{"if": {"$ref": "#"}}"##,
      ##"{"properties": {"a": {"dependentSchemas": {"b": {"$ref": "#/properties/a"}}}}}"##,
    ]
  )
  func loops(schema: String) throws {
    let found = try faults(schema)
    #expect(found.contains { $0.contains("refers to itself for the same value") }, "\(found)")
  }

  @Test("takes schemas that lead back to themselves for a part of the value")
  func recursion() throws {
    let schema = try JSONSchema(
      JSON.parse(
        ##"""
        {"properties": {"child": {"$ref": "#"}, "name": {"type": "string"}}, "required": ["name"],
         "additionalProperties": false}
        """##
      )
    )
    #expect(schema.isValid(["name": "a", "child": ["name": "b"]]))
    #expect(
      schema.faults(in: ["name": "a", "child": ["name": "b", "child": [:]]]).map(\.pointer)
        == [JSONPointer(["child", "child", "name"])]
    )
  }

  @Test("refuses other dialects and vocabularies by name")
  func dialects() throws {
    #expect(
      try faults(#"{"$schema": "http://json-schema.org/draft-07/schema#"}"#) == [
        """
        /$schema: `$schema` names `http://json-schema.org/draft-07/schema#`: only JSON Schema \
        2020-12 is known: `https://json-schema.org/draft/2020-12/schema`
        """
      ]
    )
  }

  @Test("reports one address for two schemas")
  func clashes() throws {
    let found = try faults(
      #"{"$defs": {"a": {"$id": "http://e/x"}, "b": {"$id": "http://e/x"}}}"#
    )
    #expect(found == ["/$defs/b/$id: another schema has the address `http://e/x`: #/$defs/a"])
  }

  @Test("stops at schemas that nest too deep")
  func depth() throws {
    var schema: Value = ["type": "string"]
    for _ in 0..<10_000 { schema = ["items": schema] }
    let error = #expect(throws: HostError.self) { try JSONSchema(schema) }
    #expect(error?.faults.contains { $0.message.contains("deeper than") } == true)
  }
}

@Suite("Limits of validation")
struct SchemaLimitTests {
  private func nested(_ depth: Int, _ wrap: (Value) -> Value) -> Value {
    var value: Value = 1
    for _ in 0..<depth { value = wrap(value) }
    return value
  }

  @Test("values that nest too deep are refused, not followed")
  func depth() throws {
    let schema = try JSONSchema(
      JSON.parse(##"{"properties": {"a": {"$ref": "#"}}, "items": {"$ref": "#"}}"##)
    )
    for value in [nested(10_000) { ["a": $0] }, nested(10_000) { [$0] }] {
      #expect(!schema.isValid(value))
      #expect(schema.faults(in: value).map { $0.message.contains("nest deeper than") } == [true])
    }
    #expect(schema.isValid(nested(200) { ["a": $0] }))
  }

  @Test("a limit is a fault also where the schema says `not`")
  func negated() throws {
    let schema = try JSONSchema(
      JSON.parse(
        ##"{"not": {"$ref": "#/$defs/a"}, "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}"##
      )
    )
    #expect(!schema.isValid(nested(10_000) { [$0] }))
    let pattern = try JSONSchema(["not": ["pattern": "^(a+)+$"]] as Value)
    let bomb = Value.string(String(repeating: "a", count: 50_000) + "!")
    #expect(!pattern.isValid(bomb))
    #expect(pattern.faults(in: bomb).map { $0.message.contains("takes too long") } == [true])
  }

  @Test("schemas that multiply themselves are stopped")
  func work() throws {
    var definitions: ValueMap = ["s0": ["type": "integer"]]
    for index in 1...40 {
      let below: Value = ["$ref": .string("#/$defs/s\(index - 1)")]
      definitions["s\(index)"] = ["allOf": [below, below]]
    }
    let schema = try JSONSchema(["$ref": "#/$defs/s40", "$defs": .map(definitions)] as Value)
    var evaluation = Evaluation(
      schema.program,
      collecting: FaultReport(),
      maximumWork: 100_000
    )
    let isValid = evaluation.run(schema.root, 1)
    #expect(!isValid)
    let faults = evaluation.report.faults { _ in nil }
    #expect(faults.map { $0.message.contains("steps on this value") } == [true])
  }

  @Test("a list of many different items is unique in good time")
  func uniqueItems() throws {
    let schema = try JSONSchema(["uniqueItems": true] as Value)
    let items = (0..<50_000).map { index -> Value in ["a": .int(Int64(index)), "b": [.int(1)]] }
    #expect(schema.isValid(.list(items)))
    #expect(!schema.isValid(.list(items + [["b": [1.0], "a": 7]])))
  }

  @Test("more members than there are bits in a word are told apart")
  func manyMembers() throws {
    let names = (0..<300).map { "member\($0)" }
    let properties = ValueMap(names.map { (name: $0, value: ["type": "integer"] as Value) })
    let schema = try JSONSchema(
      [
        "allOf": [["properties": .map(properties)]], "unevaluatedProperties": false,
        "required": .list(names.map { .string($0) }),
      ] as Value
    )
    var members = ValueMap(names.map { (name: $0, value: 1 as Value) })
    #expect(schema.isValid(.map(members)))
    members["member299"] = nil
    members["other"] = 1
    #expect(
      schema.faults(in: .map(members)).map(\.pointer)
        == [JSONPointer(["other"]), JSONPointer(["member299"])]
    )
  }

  @Test("names that look the same are different members")
  func normalization() throws {
    let schema = try JSONSchema(
      ["properties": ["caf\u{E9}": ["type": "integer"]], "additionalProperties": false] as Value
    )
    #expect(schema.isValid(["caf\u{E9}": 1]))
    #expect(!schema.isValid(["cafe\u{301}": 1]))
    let kelvin = try JSONSchema(["properties": ["K": ["type": "integer"]]] as Value)
    #expect(kelvin.isValid(["\u{212A}": "x"]))
  }
}
