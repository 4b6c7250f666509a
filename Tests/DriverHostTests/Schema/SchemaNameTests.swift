import Testing

@testable import DriverHost

/// Names are names of JSON: equal if their bytes are, whatever they look like.
@Suite("Names that look the same in schemas")
struct SchemaNameTests {
  private let composed = "caf\u{E9}"
  private let decomposed = "cafe\u{301}"

  @Test("have a schema each")
  func properties() throws {
    for keyword in ["properties", "$defs", "dependentSchemas"] {
      let schema = try JSONSchema(
        [
          keyword: [composed: ["type": "integer"], decomposed: ["type": "string"]],
          "items": [
            "anyOf": [
              ["$ref": .string("#/\(keyword)/caf%C3%A9")],
              ["$ref": .string("#/\(keyword)/cafe%CC%81")],
            ]
          ],
        ] as Value
      )
      #expect(schema.isValid([1, "a"]))
      #expect(!schema.isValid([nil]))
    }
    let schema = try JSONSchema(
      ["properties": [composed: ["type": "integer"], decomposed: ["type": "string"]]] as Value
    )
    #expect(schema.isValid([composed: 1, decomposed: "a"]))
    #expect(!schema.isValid([composed: "a"]))
    #expect(!schema.isValid([decomposed: 1]))
    #expect(schema.faults(in: [composed: "a", decomposed: 1]).count == 2)
  }

  @Test("have an address each")
  func addresses() throws {
    let schema = try JSONSchema(
      [
        "$defs": [
          "a": ["$id": .string("http://e/\(composed)"), "type": "integer"],
          "b": ["$id": .string("http://e/\(decomposed)"), "type": "string"],
        ],
        "properties": [
          "a": ["$ref": .string("http://e/\(composed)")],
          "b": ["$ref": .string("http://e/\(decomposed)")],
        ],
      ] as Value
    )
    #expect(schema.isValid(["a": 1, "b": "x"]))
    #expect(schema.faults(in: ["a": "x", "b": 1]).count == 2)
  }

  @Test("are inputs each, with their own order, session and place")
  func inputs() throws {
    let schema = try InputSchemaFixture.schema(
      """
      {"properties": {"\(composed)": {"type": "integer"}}, "required": ["\(composed)", "\(decomposed)"]}
      """,
      actions: [
        ("go", #"{"properties": {"\#(decomposed)": {"type": "string", "x-session": true}}}"#)
      ],
      session: true
    )
    let complete = try schema.complete([decomposed: "a", composed: 1], action: "go")
    #expect(complete.values == [composed: 1, decomposed: "a"])
    #expect(complete.sessionInputs.values == [decomposed: "a"])
    let names = try #require(schema.fields(action: "go")).map(\.name)
    #expect(names.map { $0.utf8.count } == [5, 6])
    #expect(
      try schema.faults(json: #"{"\#(decomposed)": 1, "\#(composed)": "x"}"#).map { $0.utf8.count }
        == [
          "InvalidInputError /cafe\u{301}: expected a string, got 1".utf8.count,
          "InvalidInputError /caf\u{E9}: expected an integer, got \"x\"".utf8.count,
        ]
    )
    #expect(try schema.faults(json: #"{"\#(composed)": 1}"#).count == 1)
  }

  @Test("tell branches apart")
  func discriminators() throws {
    let schema = try JSONSchema(
      [
        "oneOf": [
          ["properties": [composed: ["const": 1]]], ["properties": [decomposed: ["const": 2]]],
        ]
      ] as Value
    )
    #expect(!schema.isValid([composed: 1, decomposed: 2]))
    #expect(schema.isValid([composed: 3, decomposed: 2]))
  }
}
