import Testing

@testable import DriverHost

@Suite("What a call does to the other side")
struct CallEffectTests {
  private let modes = """
    {"oneOf": [
      {"properties": {"mode_name": {"const": "list"}}, "effect": "read", "idempotent": true},
      {"properties": {"mode_name": {"const": "delete"}, "path": {}}, "effect": "destructive"},
      {"properties": {"mode_name": {"const": "put"}}}]}
    """

  private func effect(
    _ inputs: String,
    _ json: String
  ) throws -> (effect: Descriptor.Action.Effect?, isIdempotent: Bool?, isFlat: Bool) {
    let schema = try InputSchemaFixture.schema(inputs)
    let complete = try schema.complete(json: json)
    return (complete.effect, complete.isIdempotent, schema.actions["go"]?.flat != nil)
  }

  @Test(
    "is that of the branch which is selected",
    arguments: [
      ("list", .read, true), ("delete", .destructive, nil), ("put", nil, nil),
    ] as [(String, Descriptor.Action.Effect?, Bool?)]
  )
  func selected(mode: String, effect: Descriptor.Action.Effect?, isIdempotent: Bool?) throws {
    // In an input, and in the inputs themselves.
    let inside = try self.effect(
      #"{"properties": {"mode": \#(modes)}}"#,
      #"{"mode": {"mode_name": "\#(mode)"}}"#
    )
    #expect(inside.effect == effect && inside.isIdempotent == isIdempotent)
    #expect(inside.isFlat)
    let outside = try self.effect(modes, #"{"mode_name": "\#(mode)"}"#)
    #expect(outside.effect == effect && outside.isIdempotent == isIdempotent)
  }

  @Test("is that of a default, too")
  func defaults() throws {
    let found = try effect(
      """
      {"properties": {"mode": {"oneOf": [{"const": "list", "effect": "read"}, {"const": "put"}],
        "default": "list"}}}
      """,
      "{}"
    )
    #expect(found.effect == .read)
  }

  @Test("is the one that does more harm where several branches say something")
  func several() throws {
    let inputs = """
      {"properties": {
        "a": {"anyOf": [{"type": "integer", "effect": "read", "idempotent": true}, {"type": "string"}]},
        "b": {"anyOf": [{"type": "integer", "effect": "write", "idempotent": false}, {"type": "string"}]},
        "c": {"items": {"anyOf": [{"const": 1, "effect": "destructive"}, {}]}}}}
      """
    #expect(try effect(inputs, #"{"a": 1, "b": 1}"#).effect == .write)
    #expect(try effect(inputs, #"{"a": 1, "b": 1}"#).isIdempotent == false)
    #expect(try effect(inputs, #"{"b": 1, "a": 1, "c": [0, 1]}"#).effect == .destructive)
    #expect(try effect(inputs, #"{"a": 1, "b": "x"}"#).isIdempotent == true)
    #expect(try effect(inputs, #"{"a": "x", "b": "x", "c": [0]}"#).effect == nil)
  }

  @Test("is that of alternatives for the inputs together")
  func together() throws {
    let inputs = """
      {"properties": {"a": {}, "b": {}},
       "anyOf": [{"required": ["a"], "effect": "read"}, {"required": ["b"]}]}
      """
    #expect(try effect(inputs, #"{"a": 1}"#).effect == .read)
    #expect(try effect(inputs, #"{"b": 1}"#).effect == nil)
  }
}
