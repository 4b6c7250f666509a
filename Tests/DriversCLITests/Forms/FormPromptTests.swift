import DriverHost
import Foundation
import TestSupport
import Testing

@testable import drivers

@Suite("Asking for a connector's value")
struct FormPromptTests {
  private let address = """
    {"required": ["host"], "properties": {
      "host": {"title": "Host", "description": "The server.", "type": "string", "minLength": 2,
        "x-group": "Address", "x-order": 1},
      "port": {"title": "Port", "description": "Where it listens.", "type": "integer",
        "minimum": 1, "maximum": 65535, "default": 443, "x-group": "Address", "x-order": 2},
      "scheme": {"enum": ["http", "https"], "default": "https", "x-group": "Address",
        "x-order": 3},
      "note": {"type": "string", "x-order": 4}}}
    """

  @Test("shows each field with its limits, and takes what stands in brackets for Enter")
  func defaults() throws {
    let (value, terminal) = try PromptFixture(address).ask(["example.org", "", "", ""])
    // A default goes without saying, and what was skipped is not there.
    #expect(value == ["host": "example.org"])
    #expect(terminal.isDone)
    #expect(
      terminal.seen == """
        Thing: enter takes what stands in brackets, or skips; ? helps.

        == Address ==

        Host  (a string; at least 2 characters; required)
          The server.
        host: example.org

        Port  (an integer; 1 to 65535; optional)
          Where it listens.
        port [443]: 

        scheme  (optional)
          1) http
          2) https
        scheme [https]: 

        note  (a string; optional)
        note: 

        Set advanced options? [y/N]: 

        """
    )
  }

  @Test("does not store an answer that is the default")
  func typedDefault() throws {
    let value = try PromptFixture(address).ask(["h.example", "443", "2", "x"]).value
    #expect(value == ["host": "h.example", "note": "x"])
    #expect(
      try PromptFixture(address).ask(["h.example", "80", "http", ""]).value
        == ["host": "h.example", "port": 80, "scheme": "http"]
    )
  }

  @Test("says what is wrong with an answer, and asks again until it is right")
  func wrong() throws {
    let (value, terminal) = try PromptFixture(address).ask([
      "", "h", "h.example", "many", "70000", "80", "ftp", "3", "1", "a\u{1B}[A", "n",
    ])
    #expect(value == ["host": "h.example", "port": 80, "scheme": "http", "note": "n"])
    #expect(terminal.isDone)
    for message in [
      "Host is required", "expected at least 2 characters", "expected an integer, got \"many\"",
      "expected at most 65535, got 70000", "expected a number from 1 to 2",
      "it holds control characters",
    ] {
      #expect(terminal.seen.contains("  ! \(message)"), "\(message)")
    }
  }

  @Test("goes back one field for a minus, and explains a field for a question mark")
  func back() throws {
    let (value, terminal) = try PromptFixture(address).ask([
      "-", "first.example", "-", "second.example", "?", "8443", "", "\\-",
    ])
    #expect(value == ["host": "second.example", "port": 8443, "note": "-"])
    #expect(terminal.seen.contains("host [first.example]: second.example"))
    #expect(terminal.seen.contains("  takes: an integer, 1 to 65535\n  default: 443\n"))
  }

  @Test("keeps what is stored for Enter, takes it away for a tilde, and leaves the rest alone")
  func start() throws {
    let start: ValueMap = ["host": "old.example", "note": "old", "port": 80, "strange": 1]
    let (value, terminal) = try PromptFixture(address).ask(["", "~", "", ""], from: start)
    #expect(value == ["host": "old.example", "note": "old", "strange": 1])
    #expect(terminal.seen.contains("host [old.example]: \n"))
    #expect(try PromptFixture(address).ask(["", "", "", "~"], from: start).value["note"] == nil)
    // What is required can only be replaced.
    let required = try PromptFixture(address).ask(
      ["~", "", "new.example", "", "", ""],
      from: start
    )
    #expect(required.value["host"] == "new.example" && required.terminal.isDone)
  }

  @Test("takes a reference to a vault for anything")
  func references() throws {
    let reference = "vault.secret(V:path.key)"
    let value = try PromptFixture(address).ask([reference, reference, reference, ""]).value
    let expected = Value.string(reference)
    #expect(value == ["host": expected, "port": expected, "scheme": expected])
  }

  @Test("may skip what is required where it is given elsewhere")
  func elsewhere() throws {
    let fixture = try PromptFixture(address)
    #expect(try fixture.ask(["", "", "", ""], givenElsewhere: ["host"]).value == [:])
  }

  @Test("stores nothing when it is broken off", arguments: 0...4)
  func abort(count: Int) throws {
    let answers = ["h.example", "80", "1", "x"].prefix(count) + [ScriptedTerminal.end]
    let error = #expect(throws: HostError.self) { try PromptFixture(address).ask(Array(answers)) }
    #expect(error?.code == .cancelled && error?.stage == .input && error?.status == nil)
    #expect(error?.message == "broken off: nothing was stored")
  }

  @Test("asks for advanced and old inputs, those of other actions and the host's on demand")
  func advanced() throws {
    let fixture = try PromptFixture(
      """
      {"properties": {"a": {"type": "string"}, "b": {"type": "boolean", "x-advanced": true},
        "c": {"type": "integer", "deprecated": true}}}
      """,
      actions: """
        [{"name": "go", "inputs": {"properties": {"d": {"type": "number"}}}},
         {"name": "look", "inputs": {"properties": {"e": {"type": "string"}}, "required": ["e"]}}]
        """
    )
    let few = try fixture.ask(["x", "1.5"])
    #expect(few.value == ["a": "x", "d": 1.5])
    #expect(few.terminal.isDone && !few.terminal.seen.contains("\nb  ("))
    let terminal = ScriptedTerminal([
      "x", "", "y", "yes", "7", "e", "0", "2.5", "2", "y", "3", "", "", "", "", "n", "1", "10", "4",
    ])
    var prompt = FormPrompt(fixture.form, at: terminal)
    #expect(
      try prompt.ask() == [
        "a": "x", "b": true, "c": 7, "e": "e", "max_runtime": 2.5,
        "retry": ["attempts": 3, "jitter": false], "rate_limit": 10, "max_concurrency": 4,
      ]
    )
    #expect(terminal.isDone)
    #expect(terminal.seen.contains("== Limits =="))
    #expect(terminal.seen.contains("max_runtime: 0\n  ! expected more than 0"))
    #expect(terminal.seen.contains("(a string; optional; for the action look)"))
  }

  @Test(
    "comes to valid inputs for the drivers that come with the host with few answers",
    arguments: [
      ("RESTDriver", ["2", "", "a.example"], "host"),
      ("RESTDriver", ["1", "https://a.example/"], "url"),
      ("OPENAIDriver", ["sk-1"], "api_key"),
    ] as [(String, [String], String)]
  )
  func drivers(name: String, answers: [String], key: String) throws {
    let path = "\(ThisPackage.folder)/Plugins/\(name)/descriptor.json"
    let descriptor = try Descriptor(
      JSON.parse(String(contentsOfFile: path, encoding: .utf8), file: path)
    )
    let enters = [String](repeating: "", count: 100)
    let terminal = ScriptedTerminal(answers + enters)
    var prompt = FormPrompt(try Form(descriptor), at: terminal)
    let value = try prompt.ask()
    #expect(value.names == [key])
    _ = try InputSchema(descriptor).complete(value, action: descriptor.defaultAction)
  }

  @Test("names the action that lists values, and runs nothing")
  func suggestions() throws {
    let fixture = try PromptFixture(
      #"{"properties": {"model": {"type": "string", "x-suggest": "models.ids"}}}"#
    )
    let seen = try fixture.ask(["m"]).terminal.seen
    #expect(seen.contains("The action `models` lists values for it."))
  }

  @Test("says of a line that the terminal has cut, or that is no text, that it is no answer")
  func unreadable() throws {
    let fixture = try PromptFixture(#"{"properties": {"a": {"type": "string"}}}"#)
    let terminal = ScriptedTerminal(lines: [.unreadable("it was cut"), .text("x"), .text("")])
    var prompt = FormPrompt(fixture.form, at: terminal)
    #expect(try prompt.ask() == ["a": "x"])
    #expect(terminal.seen.contains("  ! it was cut\n"))
  }

  @Test("shows nothing of a descriptor that could change the terminal")
  func control() throws {
    let fixture = try PromptFixture(
      #"{"properties": {"a": {"title": "x\u001b[31m", "description": "y\u202e", "type": "null"}}}"#
    )
    let seen = try fixture.ask(["?", ""]).terminal.seen
    #expect(!seen.unicodeScalars.contains { $0.value == 0x1B || $0.value == 0x202E })
    #expect(seen.contains("x·[31m"))
  }
}
