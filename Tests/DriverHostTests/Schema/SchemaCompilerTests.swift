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

  @Test("says once what is wrong", arguments: ["5", #"{"items": [{}]}"#, #"{"type": "strnig"}"#])
  func once(schema: String) throws {
    #expect(try faults(schema).count == 1)
  }

  @Test("says what is right and cannot be done")
  func limits() throws {
    #expect(
      try faults(#"{"pattern": "(?<=a+)b"}"#) == [
        """
        /pattern: `(?<=a+)b` cannot be used: it is more than the regular expression library can do \
        (lookbehind assertion is not fixed length); write the pattern in another way
        """
      ]
    )
  }

  @Test("lists no more faults than anybody reads, however many there are")
  func tooMany() throws {
    // Each looked for among all others, they would never end.
    let schemas = (0..<30_000).map { _ in Value(dictionaryLiteral: ("minLength", -1)) }
    let malformed = #expect(throws: HostError.self) {
      try JSONSchema(["$schema": "http://e/", "allOf": .list(schemas)], resources: anything)
    }
    #expect(malformed?.faults.count == 1_001)
    #expect(malformed?.faults.last?.message == "29000 more faults are not listed")
    let invalid = #expect(throws: HostError.self) { try JSONSchema(["allOf": .list(schemas)]) }
    #expect(invalid?.faults.count == 1_001)
    var definitions = ValueMap()
    for index in 0..<100 { definitions["definition number \(index)"] = true }
    let lost = (0..<30_000).map {
      Value(dictionaryLiteral: ("$ref", .string("#/$defs/definitoin \($0)")))
    }
    let unresolved = #expect(throws: HostError.self) {
      try JSONSchema(["$defs": .map(definitions), "allOf": .list(lost)])
    }
    #expect(unresolved?.faults.count == 1_001)
  }

  /// A meta-schema that takes everything.
  private var anything: SchemaResources {
    var resources = SchemaResources()
    resources.add(true, at: "http://e/")
    return resources
  }

  @Test("keeps long names once")
  func longNames() throws {
    // As texts, the places of all members would take 20 GB.
    let name = String(repeating: "n", count: 1_000_000)
    let members = (0..<20_000).map { (name: "m\($0)", value: ["type": "null"] as Value) }
    let schema = try JSONSchema(
      ["properties": [name: ["properties": .map(ValueMap(members))]]] as Value
    )
    #expect(schema.isValid([name: ["m1": nil]]))
    let fault = schema.faults(in: [name: ["m1": 1]]).first
    #expect(fault?.schemaLocation?.hasSuffix("nnn/properties/m1/type") == true)
    #expect(fault?.description.utf8.count ?? 0 < 500)
  }

  @Test("keeps messages on one line")
  func lines() throws {
    let found = try faults(
      ##"{"properties": {"a\nb": {"pattern": "a\n("}, "c": {"$ref": "#/$defs/d\ne"}}}"##
    )
    #expect(found.count == 2)
    #expect(found[0].contains(#"`a\n(` is no regular expression"#))
    #expect(found[1].contains(#"there is no `$defs` in #"#))
    let error = #expect(throws: HostError.self) {
      try JSONSchema(["properties": ["a\nb": ["type": 1]]] as Value)
    }
    #expect(error?.message.split(separator: "\n").count == 2)
  }

  @Test("stops at schemas that nest too deep")
  func depth() throws {
    var schema: Value = ["type": "string"]
    for _ in 0..<10_000 { schema = ["items": schema] }
    let error = #expect(throws: HostError.self) { try JSONSchema(schema) }
    #expect(error?.faults.contains { $0.message.contains("deeper than") } == true)
  }
}
