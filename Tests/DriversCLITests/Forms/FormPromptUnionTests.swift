import DriverHost
import TestSupport
import Testing

@testable import drivers

@Suite("Asking for one of several forms")
struct FormPromptUnionTests {
  private let authentication = """
    {"properties": {"auth": {"title": "Authentication", "type": "object",
      "default": {"method": "none"}, "required": ["method"], "oneOf": [
        {"title": "None", "properties": {"method": {"title": "Method", "const": "none"}}},
        {"title": "Basic", "required": ["user", "password"], "properties": {
          "method": {"const": "basic", "description": "A name and a password."},
          "user": {"type": "string", "x-order": 1},
          "password": {"type": "string", "minLength": 4, "x-secret": true, "x-order": 2}}},
        {"title": "Key", "properties": {"method": {"const": "key"},
           "place": {"enum": ["header", "query"], "default": "header", "x-order": 1}},
         "oneOf": [
           {"title": "Literal", "properties": {"key": {"type": "string", "x-secret": true}},
            "required": ["key"]},
           {"title": "From a file", "properties": {"file": {"type": "string"}},
            "required": ["file"]}]}]}}}
    """

  @Test("asks which one first, and then for its fields only")
  func branch() throws {
    let (value, terminal) = try PromptFixture(authentication).ask(["2", "ann", "secret"])
    #expect(value == ["auth": ["method": "basic", "user": "ann", "password": "secret"]])
    #expect(terminal.isDone)
    #expect(
      terminal.seen.contains(
        """

          1) none  None
          2) basic  A name and a password.
          3) key  Key
        method [none]: 2

        """
      )
    )
    #expect(!terminal.seen.contains("\nplace"))
  }

  @Test("takes the form by its name or its title, and asks again for what is neither")
  func names() throws {
    for name in ["basic", "BASIC", "2"] {
      let (value, terminal) = try PromptFixture(authentication).ask([name, "ann", "secret"])
      #expect(value["auth"]?["method"] == "basic" && terminal.isDone)
    }
    let (value, terminal) = try PromptFixture(authentication).ask([
      "bearer", "4", "Key", "2", "", "f",
    ])
    #expect(value == ["auth": ["method": "key", "file": "f"]])
    #expect(terminal.isDone)
    #expect(terminal.seen.ranges(of: "  ! expected a number from 1 to 3").count == 2)
  }

  @Test("takes the form that it has by default for Enter, which is not stored")
  func byDefault() throws {
    #expect(try PromptFixture(authentication).ask([""]).value == [:])
    #expect(try PromptFixture(authentication).ask(["none"]).value == [:])
  }

  @Test("leads into the forms of a form")
  func nested() throws {
    let (value, terminal) = try PromptFixture(authentication).ask(["key", "2", "query", "k.pem"])
    #expect(value == ["auth": ["method": "key", "place": "query", "file": "k.pem"]])
    #expect(terminal.isDone)
    #expect(terminal.seen.contains("  1) Literal\n  2) From a file\nForm: 2\n"))
  }

  @Test("takes away what the form before had, and keeps what is stored of the same form")
  func change() throws {
    let start: ValueMap = ["auth": ["method": "basic", "user": "ann", "password": "hidden"]]
    let key = try PromptFixture(authentication).ask(["3", "Literal", "", "k"], from: start)
    #expect(key.value == ["auth": ["method": "key", "key": "k"]])
    let same = try PromptFixture(authentication).ask(["", "eve", ""], from: start)
    #expect(same.value == ["auth": ["method": "basic", "user": "eve", "password": "hidden"]])
    #expect(same.terminal.seen.contains("method [basic]: \n"))
    #expect(same.terminal.seen.contains("password [set]: \n"))
    #expect(!same.terminal.seen.contains("hidden"))
    #expect(try PromptFixture(authentication).ask(["~"], from: start).value == [:])
  }

  @Test("goes back from the first field of a form to the choice, and from there to what was before")
  func back() throws {
    let (value, terminal) = try PromptFixture(authentication).ask([
      "2", "-", "-", "basic", "ann", "-", "eve", "secret",
    ])
    #expect(value == ["auth": ["method": "basic", "user": "eve", "password": "secret"]])
    #expect(terminal.isDone)
  }

  @Test("asks which of several inputs is given, and then for that one only")
  func requirements() throws {
    let fixture = try PromptFixture(
      """
      {"anyOf": [{"required": ["url"]}, {"required": ["host"]}], "properties": {
        "url": {"type": "string"}, "host": {"type": "string"}, "port": {"type": "integer"}}}
      """
    )
    let (value, terminal) = try fixture.ask(["", "host", "", "h", "80"])
    #expect(value == ["host": "h", "port": 80])
    #expect(terminal.isDone && !terminal.seen.contains("\nurl  ("))
    #expect(terminal.seen.contains("host: \n  ! host is required"))
    // What is stored says which one it is.
    #expect(try fixture.ask(["", "", ""], from: ["url": "u"]).value == ["url": "u"])
  }

  @Test("asks for the one that fits where a value may be of several kinds")
  func kinds() throws {
    let fixture = try PromptFixture(
      """
      {"properties": {"again": {"oneOf": [{"type": "boolean", "title": "On or off"},
        {"type": "object", "title": "In detail", "required": ["attempts"],
         "properties": {"attempts": {"type": "integer", "minimum": 1}}}]}}}
      """
    )
    #expect(try fixture.ask(["1", "maybe", "n"]).value == ["again": false])
    #expect(try fixture.ask(["in detail", "0", "3"]).value == ["again": ["attempts": 3]])
    #expect(try fixture.ask([""]).value == [:])
    #expect(try fixture.ask([""], from: ["again": true]).value == ["again": true])
  }

  @Test("asks for an input only where another one lets it be there")
  func conditions() throws {
    let fixture = try PromptFixture(
      """
      {"properties": {"mode": {"enum": ["a", "b"], "default": "a", "x-order": 1}},
       "if": {"properties": {"mode": {"const": "b"}}},
       "then": {"properties": {"extra": {"type": "string", "x-order": 2}}}}
      """
    )
    let without = try fixture.ask([""])
    #expect(without.value == [:] && without.terminal.isDone)
    #expect(try fixture.ask(["b", "x"]).value == ["mode": "b", "extra": "x"])
  }

  @Test("asks for what a map holds only if it is to be set, and again where it is wrong")
  func maps() throws {
    let fixture = try PromptFixture(
      """
      {"properties": {"body": {"title": "Body", "type": "object", "minProperties": 1,
        "maxProperties": 1, "properties": {"text": {"type": "string", "x-order": 1},
          "file": {"type": "string", "x-order": 2}}}}}
      """
    )
    #expect(try fixture.ask([""]).value == [:])
    #expect(try fixture.ask(["y", "", ""]).value == [:])
    let (value, terminal) = try fixture.ask(["y", "t", "f", "~", ""])
    #expect(value == ["body": ["file": "f"]])
    #expect(terminal.isDone && terminal.seen.contains("  ! expected at most 1 member"))
    #expect(try fixture.ask([""], from: ["body": ["text": "t"]]).value == ["body": ["text": "t"]])
    #expect(try fixture.ask(["~"], from: ["body": ["text": "t"]]).value == [:])
  }
}
