import Testing

@testable import DriverHost

@Suite("Schemas that lead to each other")
struct SchemaChainTests {
  /// `$defs` of a chain: each refers to the next, and the last is the given one.
  private func chain(
    _ count: Int,
    _ link: (String) -> Value = { ["$ref": .string($0)] },
    last: Value
  ) -> Value {
    var definitions = ValueMap()
    for index in 0..<count { definitions["d\(index)"] = link("#/$defs/d\(index + 1)") }
    definitions["d\(count)"] = last
    return .map(definitions)
  }

  private func message(of body: () throws -> Void) -> String? {
    do {
      try body()
      return nil
    } catch {
      return (error as? HostError)?.message
    }
  }

  @Test(
    "for one value in a chain without end are refused, and nothing follows them",
    arguments: [
      { ["$ref": .string($0)] }, { ["allOf": [["$ref": .string($0)]]] },
      { ["oneOf": [["$ref": .string($0)], ["type": "null"]]] }, { ["not": ["$ref": .string($0)]] },
    ] as [@Sendable (String) -> Value]
  )
  func long(link: @Sendable (String) -> Value) throws {
    let definitions = chain(10_000, link, last: ["properties": ["a": ["default": 1]]])
    let schema: Value = [
      "properties": ["a": ["$ref": "#/$defs/d0"]], "oneOf": [["$ref": "#/$defs/d0"], true],
      "$defs": definitions,
    ]
    let found = try #require(message { _ = try JSONSchema(schema) })
    #expect(found.contains("schemas lead to each other for one value, and 200 may"))
    let descriptor = try InputSchemaFixture.descriptor("{}")
    var copy = descriptor
    copy.inputs = schema
    #expect(message { _ = try InputSchema(copy) }?.contains("for one value") == true)
    #expect(InputHints([schema]).kind(at: ["a"]) == .other)
    #expect(copy.inputSchema(of: copy.actions[0])["properties"].isNull == false)
  }

  @Test("for one value in a chain of good length are followed")
  func short() throws {
    let schema: Value = [
      "properties": ["a": ["$ref": "#/$defs/d0"]],
      "$defs": chain(190, last: ["type": "string", "default": "x"]),
    ]
    #expect(try JSONSchema(schema).isValid(["a": "b"]))
    #expect(try !JSONSchema(schema).isValid(["a": 1]))
    var descriptor = try InputSchemaFixture.descriptor("{}")
    descriptor.inputs = schema
    #expect(try InputSchema(descriptor).complete([:], action: "go").values == ["a": "x"])
    #expect(InputHints([schema]).kind(at: ["a"]) == .text)
  }

  /// A form ends, and the defaults of a driver are finite; what a value has inside is not bounded.
  @Test("for parts of a value may be as many as there are")
  func parts() throws {
    let count = 10_000
    let definitions = chain(
      count,
      { ["type": "object", "properties": ["n": ["$ref": .string($0)]]] },
      last: ["type": "object", "properties": ["last": ["default": 1]]]
    )
    var descriptor = try InputSchemaFixture.descriptor("{}")
    descriptor.inputs = ["properties": ["n": ["$ref": "#/$defs/d0"]], "$defs": definitions]
    let schema = try InputSchema(descriptor)
    #expect(schema.defaults.giving.filter(\.self).count > count)
    #expect(try schema.complete(["n": ["n": [:]]], action: "go").values == ["n": ["n": [:]]])
    var field = try #require(schema.fields(action: "go")?.first)
    var depth = 0
    while let next = field.fields.first {
      field = next
      depth += 1
    }
    #expect((10..<100).contains(depth) && field.isRecursive)
  }

  @Test("as defaults in each other come to an end")
  func defaults() throws {
    var descriptor = try InputSchemaFixture.descriptor("{}")
    descriptor.inputs = [
      "properties": ["n": ["$ref": "#/$defs/d0"]],
      "$defs": chain(
        5_000,
        { ["type": "object", "default": [:], "properties": ["n": ["$ref": .string($0)]]] },
        last: true
      ),
    ]
    #expect(
      message { _ = try InputSchema(descriptor) }?
        .contains("defaults stand deeper in each other than 128 levels") == true
    )
    descriptor.inputs = [
      "properties": ["n": ["$ref": "#/$defs/d0"]],
      "$defs": chain(
        60,
        { next in
          [
            "type": "object", "default": [:],
            "properties": ["a": ["$ref": .string(next)], "b": ["$ref": .string(next)]],
          ]
        },
        last: ["default": 1]
      ),
    ]
    #expect(
      message { _ = try InputSchema(descriptor) }?.contains("grows beyond all bounds") == true
    )
  }
}

/// Sixty levels that each lead twice to the next: followed twice each, they would never end.
@Suite("Schemas that double at each level")
struct SchemaDoublingTests {
  private func doubling(last: Value) -> Value {
    var definitions = ValueMap()
    for index in 0..<60 {
      let next: Value = ["$ref": .string("#/$defs/d\(index + 1)")]
      definitions["d\(index)"] = ["allOf": [next, next]]
    }
    definitions["d60"] = last
    return .map(definitions)
  }

  @Test("are converted, and get their defaults, once")
  func inputs() throws {
    var descriptor = try InputSchemaFixture.descriptor("{}")
    descriptor.inputs = [
      "properties": ["a": ["$ref": "#/$defs/d0"]],
      "$defs": doubling(
        last: ["properties": ["n": ["type": "integer", "x-secret": true, "default": 1.0]]]
      ),
    ]
    let schema = try InputSchema(descriptor)
    let node = try #require(schema.schemas.program.members(of: schema.typeRoot).first?.node)
    var value: Value = [:]
    #expect(schema.defaults.add(inside: &value, of: "a", at: node) == [JSONPointer(["a", "n"])])
    #expect(value == ["n": 1])
    var conversion = InputConversion(schema.schemas, channels: [])
    _ = conversion.converted("a", value, at: node)
    #expect(conversion.secrets == [JSONPointer(["a", "n"])])
    #expect(
      SecretFinder.places(in: ["a": value], at: schema.typeRoot, of: schema.schemas.program)
        .depth(on: ["a", "n"]) == 2
    )
    #expect(schema.fields(action: "go")?.first?.fields.map(\.name) == ["n"])
  }

  @Test("say once what an argument is")
  func hints() {
    let schema: Value = [
      "properties": ["a": ["$ref": "#/$defs/d0"]],
      "$defs": doubling(last: ["properties": ["n": ["type": "string"]]]),
    ]
    let hints = InputHints([schema, .null])
    #expect(hints.kind(at: ["a", "n"]) == .text)
    #expect(hints.kind(at: ["a", "m"]) == .other)
  }

  @Test("down into the value are filled once for each part")
  func recursion() throws {
    let schema = try InputSchemaFixture.schema(
      ##"""
      {"properties": {"t": {"$ref": "#/$defs/t"}}, "$defs": {
        "t": {"allOf": [{"$ref": "#/$defs/one"}, {"$ref": "#/$defs/two"}]},
        "one": {"type": "object", "properties": {"n": {"$ref": "#/$defs/t"}, "d": {"default": 1}}},
        "two": {"type": "object", "properties": {"n": {"$ref": "#/$defs/t"}}}}}
      """##
    )
    let node = try #require(schema.schemas.program.members(of: schema.typeRoot).first?.node)
    var value: Value = [:]
    for _ in 0..<60 { value = ["n": value] }
    #expect(schema.defaults.add(inside: &value, of: "t", at: node)?.count == 61)
  }

  @Test("as forms stop where nobody could show them")
  func fields() throws {
    var definitions = ValueMap()
    for index in 0..<60 {
      let next: Value = ["$ref": .string("#/$defs/d\(index + 1)")]
      definitions["d\(index)"] = ["type": "object", "properties": ["a": next, "b": next]]
    }
    definitions["d60"] = true
    var descriptor = try InputSchemaFixture.descriptor("{}")
    descriptor.inputs = ["properties": ["n": ["$ref": "#/$defs/d0"]], "$defs": .map(definitions)]
    #expect(try InputSchema(descriptor).fields(action: "go")?.count == 1)
  }
}
