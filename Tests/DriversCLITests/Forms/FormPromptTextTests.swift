import DriverHost
import TestSupport
import Testing

@testable import drivers

@Suite("Asking for secrets, texts, lists and maps")
struct FormPromptTextTests {
  private func ask(
    _ schema: String,
    _ answers: [String],
    from start: ValueMap = [:]
  ) throws -> (value: Value?, terminal: ScriptedTerminal) {
    let fixture = try PromptFixture(#"{"properties": {"it": \#(schema)}}"#)
    let (value, terminal) = try fixture.ask(answers, from: start)
    #expect(terminal.isDone)
    return (value["it"], terminal)
  }

  @Test("shows no secret, right or wrong, and says how a reference is written")
  func secrets() throws {
    let schema = #"{"type": "string", "x-secret": true, "minLength": 8, "pattern": "^[a-z-]+$"}"#
    let (value, terminal) = try ask(schema, ["hunter", "HUNTER-TWO", "hunter-two-two"])
    #expect(value == "hunter-two-two")
    #expect(!terminal.seen.lowercased().contains("hunter"))
    #expect(terminal.seen.contains("expected at least 8 characters"))
    #expect(terminal.seen.contains("vault.secret(CONFIG:PATH.KEY)"))
    #expect(terminal.hiddenPrompts == ["it: ", "it: ", "it: "])
    let changed = try ask(schema, ["?", ""], from: ["it": "hunter-one-one"])
    #expect(changed.value == "hunter-one-one")
    #expect(changed.terminal.hiddenPrompts == ["it [set]: ", "it [set]: "])
    #expect(!changed.terminal.seen.contains("hunter"))
    #expect(try ask(schema, ["~"], from: ["it": "hunter-one-one"]).value == nil)
  }

  @Test("hides also secrets that are no texts, or have several lines")
  func otherSecrets() throws {
    let number = try ask(#"{"type": "integer", "x-secret": true}"#, ["{hunter", "4711"])
    #expect(number.value == 4711)
    #expect(!number.terminal.seen.contains("hunter") && !number.terminal.seen.contains("4711"))
    let key = try ask(
      #"{"type": "string", "x-secret": true, "x-multiline": true}"#,
      ["BEGIN", "  hunter", "END", "."]
    )
    #expect(key.value == "BEGIN\n  hunter\nEND")
    #expect(!key.terminal.seen.contains("hunter") && key.terminal.hiddenPrompts.count == 4)
    // A reference is complete with its line.
    let reference = try ask(
      #"{"type": "string", "x-secret": true, "x-multiline": true}"#,
      ["vault.secret(V:a.b)"]
    )
    #expect(reference.value == "vault.secret(V:a.b)")
  }

  @Test("takes a text of several lines until a single dot, or the end of the input")
  func lines() throws {
    let schema = #"{"type": "string", "x-multiline": true}"#
    #expect(try ask(schema, ["one", "", "\\.", "  two", "."]).value == "one\n\n.\n  two")
    #expect(try ask(schema, ["one", ScriptedTerminal.end]).value == "one")
    #expect(try ask(schema, ["\\?", "x", "."]).value == "?\nx")
    #expect(try ask(schema, ["."]).value == "")
    #expect(try ask(schema, [""]).value == nil)
  }

  @Test("takes what is in a file, and says why it cannot")
  func files() throws {
    let folder = try TemporaryFolder()
    try folder.write("one\ntwo\n", to: "text")
    let text = try ask(
      #"{"type": "string", "x-multiline": true}"#,
      ["@\(folder.path)/none", "@", "@\(folder.path)/text"]
    )
    #expect(text.value == "one\ntwo\n")
    #expect(text.terminal.seen.contains("No such file or directory"))
    let bytes = #"{"type": "string", "contentEncoding": "base64"}"#
    #expect(try ask(bytes, ["@\(folder.path)/text"]).value == "b25lCnR3bwo=")
    let wrong = try ask(bytes, ["b25", "b25l"])
    #expect(wrong.value == "b25l" && wrong.terminal.seen.contains("is not base64"))
  }

  @Test(
    "takes an answer as what the field wants",
    arguments: [
      (#"{"type": "string"}"#, "42", "42"), (#"{"type": "string"}"#, "\"\"", ""),
      (#"{"type": "string"}"#, "\\?", "?"), (#"{"type": "string"}"#, "a: b", "a: b"),
      (#"{"type": ["string", "null"]}"#, "null", .null), (#"{"type": "number"}"#, "1.5", 1.5),
      (#"{"type": "boolean"}"#, "Y", true), (#"{"type": "boolean"}"#, "no", false),
      (#"{"type": ["string", "boolean"]}"#, "true", true),
      (#"{"type": ["string", "boolean"]}"#, "# one", "# one"),
      (#"{"type": ["string", "object"]}"#, "{a: 1}", ["a": 1]),
      (#"{"type": ["string", "object"]}"#, "{a", "{a"),
      (#"{"type": "string", "format": "decimal"}"#, "1.50", "1.50"),
      ("{}", "[1, x]", [1, "x"]), (#"{"enum": [2, 1]}"#, "1", 1), (#"{"enum": [10, 20]}"#, "2", 20),
    ] as [(String, String, Value)]
  )
  func kinds(schema: String, answer: String, value: Value) throws {
    #expect(try ask(schema, [answer]).value == value)
  }

  @Test("takes a list as YAML or item by item, each checked at once")
  func lists() throws {
    let schema = #"{"type": "array", "items": {"type": "integer", "minimum": 100}, "minItems": 1}"#
    let (value, terminal) = try ask(schema, ["[200, 1]", "{", "200", "[200, 201]"])
    #expect(value == [200, 201])
    #expect(terminal.seen.contains("/1: expected at least 100, got 1"))
    #expect(terminal.seen.contains("this is no YAML"))
    let items = try ask(schema, ["+", "200", "x", "7", "404", ""])
    #expect(items.value == [200, 404])
    #expect(items.terminal.seen.contains("item 2: 7\n  ! expected at least 100"))
    // A list that is not right as a whole is asked for again.
    #expect(try ask(schema, ["+", "", "[100]"]).value == [100])
  }

  @Test("takes a map as YAML or member by member, and hides the secrets among them")
  func maps() throws {
    let schema = """
      {"type": "object", "additionalProperties": {"type": ["string", "number"]},
       "patternProperties": {"^(?i:authorization)$": {"type": "string", "x-secret": true}}}
      """
    #expect(try ask(schema, ["{a: 1, b: x}"]).value == ["a": 1, "b": "x"])
    let (value, terminal) = try ask(
      schema,
      ["+", "Accept", "text/plain", "Authorization", "Bearer hunter", ""]
    )
    #expect(value == ["Accept": "text/plain", "Authorization": "Bearer hunter"])
    #expect(!terminal.seen.contains("hunter"))
    #expect(terminal.hiddenPrompts == ["Authorization: "])
    #expect(terminal.seen.contains("What is typed here is seen"))
    let again = try ask(schema, [""], from: ["it": ["authorization": "hunter", "a": "b"]])
    #expect(again.value == ["authorization": "hunter", "a": "b"])
    #expect(!again.terminal.seen.contains("hunter") && again.terminal.seen.contains(#""a":"b""#))
  }

  @Test("asks for the members of each item that is a map")
  func items() throws {
    let schema = """
      {"type": "array", "items": {"type": "object", "required": ["role"], "properties": {
        "role": {"enum": ["user", "system"], "x-order": 1},
        "content": {"type": "string", "x-order": 2}}}}
      """
    let (value, _) = try ask(schema, ["+", "y", "1", "hello", "y", "system", "", ""])
    #expect(value == [["role": "user", "content": "hello"], ["role": "system"]])
  }
}
