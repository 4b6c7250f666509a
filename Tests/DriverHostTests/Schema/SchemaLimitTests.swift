import Testing

@testable import DriverHost

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
      #expect(schema.faults(in: value).map { $0.message.contains("nests deeper than") } == [true])
    }
    #expect(schema.isValid(nested(512) { ["a": $0] }))
  }

  @Test("levels of a value and schemas for one value are counted apart")
  func levels() throws {
    let tree = try JSONSchema(
      JSON.parse(##"{"properties": {"child": {"$ref": "#"}}, "type": "object"}"##)
    )
    #expect(tree.isValid(nested(512) { ["child": $0] }.replacingInnermost(with: [:])))
    let loose = try JSONSchema(JSON.parse(##"{"properties": {"child": {"$ref": "#"}}}"##))
    #expect(loose.isValid(nested(260) { ["child": $0] }))
    #expect(loose.isValid(nested(512) { ["child": $0] }))
    #expect(
      loose.faults(in: nested(513) { ["child": $0] }).map(\.message) == [
        "the value nests deeper than 512 levels, so that it cannot be checked"
      ]
    )
    let input = try InputSchemaFixture.schema(
      ##"""
      {"properties": {"t": {"$ref": "#/$defs/t"}}, "$defs": {"t": {"properties": {
        "child": {"$ref": "#/$defs/t"}, "p": {"x-secret": true}, "d": {"default": 1}}}}}
      """##
    )
    let complete = try input.complete(["t": nested(500) { ["child": $0] }], action: "go")
    #expect(complete.defaulted.count == 500)
    #expect(throws: HostError.self) {
      try input.complete(["t": nested(600) { ["child": $0] }], action: "go")
    }
  }

  @Test("schemas that apply inside each other are counted together")
  func nesting() throws {
    // Twelve for each level of the value.
    var definitions: ValueMap = [
      "d10": ["properties": ["child": ["$ref": "#/$defs/d0"]], "additionalProperties": false]
    ]
    for index in 0..<10 {
      definitions["d\(index)"] = ["$ref": .string("#/$defs/d\(index + 1)")]
    }
    let schema = try JSONSchema(["$ref": "#/$defs/d0", "$defs": .map(definitions)] as Value)
    #expect(schema.isValid(nested(300) { ["child": $0] }))
    #expect(schema.faults(in: nested(300) { ["x": $0] }).count == 1)
    #expect(
      schema.faults(in: nested(500) { ["child": $0] }).map(\.message) == [
        """
        more than 4096 schemas apply inside each other, so that the value cannot be checked; give a \
        flatter value, or let fewer references follow each other
        """
      ]
    )
  }

  @Test("the work of patterns is part of the work of a run")
  func patternWork() throws {
    let schema = try JSONSchema(["items": ["pattern": "^(?:a|aa)+$"]] as Value)
    let text = Value.string(String(repeating: "a", count: 18) + "!")
    func stop(_ count: Int) -> Evaluation.Stop? {
      var evaluation = Evaluation(
        schema.program,
        collecting: FaultReport(),
        maximumWork: 100_000
      )
      _ = evaluation.run(schema.root, .list(Array(repeating: text, count: count)))
      return evaluation.stop
    }
    #expect(stop(1) == nil)
    guard case .work? = stop(1_000) else {
      Issue.record("the work of a thousand matches was not counted together")
      return
    }
  }

  @Test("each stop says what to do")
  func words() throws {
    let memory = try JSONSchema(["pattern": "^(?:a|b)*$"] as Value)
    #expect(
      memory.faults(in: .string(String(repeating: "a", count: 2_000_000))).map(\.message) == [
        """
        the pattern `^(?:a|b)*$` takes more than 128 MiB of memory on this value, so that it cannot \
        be checked; give a shorter text, or write the pattern with less in its repeated groups
        """
      ]
    )
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
    let faults = evaluation.report.faults(.init(places: schema.program.places))
    #expect(
      faults.map {
        $0.message.contains("steps on this value, so that it cannot be checked; give a smaller")
      } == [true]
    )
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

extension Value {
  /// A value of maps with one member each, with another one in the innermost.
  fileprivate func replacingInnermost(with value: Value) -> Value {
    guard case .map(let members) = self, let (name, inner) = members.first else { return value }
    return [name: inner.replacingInnermost(with: value)]
  }
}
