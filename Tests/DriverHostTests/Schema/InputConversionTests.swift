import Testing

@testable import DriverHost

@Suite("Kinds of a driver's inputs")
struct InputConversionTests {
  @Test("bytes come from base64, also with line breaks, and may be given as bytes")
  func bytes() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"data": {"type": "string", "contentEncoding": "base64", "maxLength": 8}}}"#
    )
    #expect(try schema.complete(json: #"{"data": "aGk="}"#).values["data"] == .bytes([0x68, 0x69]))
    #expect(
      try schema.complete(json: #"{"data": "aG\nk="}"#).values["data"] == .bytes([0x68, 0x69])
    )
    #expect(
      try schema.complete(["data": .bytes([1, 2])], action: "go").values["data"] == .bytes([1, 2])
    )
    #expect(throws: HostError.self) {
      try schema.complete(["data": .bytes(Array(repeating: 0, count: 7))], action: "go")
    }
    let faults = try schema.faults(json: #"{"data": "a$"}"#)
    #expect(
      faults.map { $0.hasPrefix("InvalidInputError /data: the text is not base64") } == [true]
    )
  }

  @Test("bytes are no strings where the schema does not say so")
  func noBytes() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"text": {"type": "string"}, "any": {}}}"#
    )
    #expect(throws: HostError.self) { try schema.complete(["text": .bytes([1])], action: "go") }
    #expect(
      try schema.complete(["any": .bytes([1])], action: "go").values["any"] == .bytes([1])
    )
  }

  @Test(
    "integers arrive as integers",
    arguments: [
      #"{"type": "integer"}"#, #"{"type": ["integer", "string"]}"#,
      #"{"anyOf": [{"type": "string"}, {"type": "integer"}]}"#,
      ##"{"$ref": "#/$defs/i"}"##, #"{"if": {"minimum": 1}, "then": {"type": "integer"}}"#,
      #"{"oneOf": [{"type": "integer"}, {"type": "object", "properties": {"a": {}}}]}"#,
    ]
  )
  func integers(schema: String) throws {
    let schema = try InputSchemaFixture.schema(
      ##"{"properties": {"a": \##(schema)}, "$defs": {"i": {"type": "integer"}}}"##
    )
    for text in ["3", "3.0", "30e-1"] {
      let value = try schema.complete(json: #"{"a": \#(text)}"#).values["a"]
      guard case .int(3) = value else {
        Issue.record("\(text) is \(String(describing: value))")
        continue
      }
    }
    #expect(
      try schema.faults(json: #"{"a": 12345678901234567890}"#) == [
        """
        InvalidInputError /a: expected an integer that 64 bits hold, got 12345678901234567890
        """
      ]
    )
  }

  @Test("numbers stay what they are")
  func numbers() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"a": {"type": "number"}, "b": {}}}"#
    )
    let values = try schema.complete(json: #"{"a": 3.0, "b": 4.0}"#).values
    guard case .double(3) = values["a"], case .double(4) = values["b"] else {
      Issue.record("\(values)")
      return
    }
  }

  @Test("decimals come from strings, decimals and, where numbers are allowed, from numbers")
  func decimals() throws {
    let schema = try InputSchemaFixture.schema(
      """
      {"properties": {"text": {"type": "string", "format": "decimal"},
        "number": {"type": "number", "format": "decimal"}}}
      """
    )
    let values = try schema.complete(json: #"{"text": "12.50", "number": 3}"#).values
    #expect(values["text"]?.description(ofDecimal: ()) == "12.50")
    #expect(values["number"]?.description(ofDecimal: ()) == "3")
    let given = Value.decimal(try #require(DecimalText("1.10")))
    let kept = try schema.complete(["text": given], action: "go").values["text"]
    #expect(kept?.description(ofDecimal: ()) == "1.10")
    #expect(
      try schema.faults(json: #"{"text": "1,5"}"#) == [
        """
        InvalidInputError /text: expected a decimal number as a string such as "12.50", got "1,5"
        """
      ]
    )
    #expect(
      try schema.faults(json: #"{"text": 1.5}"#) == [
        "InvalidInputError /text: expected a decimal number as a string, got 1.5"
      ]
    )
  }

  @Test("texts with U+0000 are refused unless the schema allows them, in keys too")
  func nul() throws {
    let schema = try InputSchemaFixture.schema(
      #"{"properties": {"a": {}, "b": {"x-nul": true}, "c": {"type": "string"}}}"#
    )
    #expect(try schema.faults(json: #"{"b": {"x": "\u0000", "\u0000": 1}}"#).isEmpty)
    for json in [#"{"a": ["\u0000"]}"#, #"{"a": {"\u0000": 1}}"#, #"{"c": "a\u0000b"}"#] {
      #expect(try schema.faults(json: json).count == 1, "\(json)")
    }
    let long = String(repeating: "x", count: 1_000) + "\u{0}"
    #expect(throws: HostError.self) { try schema.complete(["c": .string(long)], action: "go") }
  }

  @Test("paths name the channels of this action only")
  func channels() throws {
    let inputs = """
      {"properties": {"to": {"type": "string", "x-sink": "body"},
        "from": {"type": "object", "properties": {"file": {"type": "string", "x-source": "upload"}}}}}
      """
    let channels = """
      [{"name": "body", "direction": "out"}, {"name": "upload", "direction": "in"}]
      """
    let schema = try InputSchemaFixture.schema(inputs, channels: channels)
    let complete = try schema.complete(json: #"{"to": "/a", "from": {"file": "/b"}}"#)
    #expect(complete.sinks == [.init(channel: "body", path: "/a", pointer: JSONPointer(["to"]))])
    #expect(
      complete.sources == [
        .init(channel: "upload", path: "/b", pointer: JSONPointer(["from", "file"]))
      ]
    )
  }
}

extension Value {
  /// The text of a decimal; nil for every other kind.
  fileprivate func description(ofDecimal: Void) -> String? {
    if case .decimal(let text) = self { text.text } else { nil }
  }
}
