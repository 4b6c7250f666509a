import Foundation
import enum TestSupport.ThisPackage
import Testing

@testable import DriverHost

@Suite("The document of a driver's inputs and the host")
struct InputDocumentTests {
  /// What a driver's type and its action say, and inputs that one of the two may get wrong.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var type: String
    var action = "{}"
    var inputs: [String]

    var testDescription: String { name }
  }

  static let cases = [
    Case(
      name: "members",
      type: #"{"properties": {"a": {"type": "integer"}}, "required": ["a"]}"#,
      action: #"{"properties": {"b": {"type": "string"}}, "required": ["b"]}"#,
      inputs: [#"{"a": 1, "b": "x"}"#, #"{"a": 1}"#, #"{"a": 1, "b": "x", "c": 1}"#, "{}"]
    ),
    Case(
      name: "maps inside",
      type:
        #"{"properties": {"m": {"properties": {"x": {}}}, "l": {"items": {"properties": {"y": {"properties": {"z": {}}}}}}}}"#,
      inputs: [
        #"{"m": {"x": 1}}"#, #"{"m": {"y": 1}}"#, #"{"l": [{"y": {"z": 1}}]}"#,
        #"{"l": [{"y": {"q": 1}}]}"#, #"{"l": [{"q": 1}]}"#, #"{"m": 1}"#,
      ]
    ),
    Case(
      name: "definitions, closed where they are used",
      type: ##"""
        {"$defs": {"p": {"type": "object", "properties": {"x": {"properties": {"i": {}}}}}},
         "properties": {"one": {"$ref": "#/$defs/p"},
           "both": {"allOf": [{"$ref": "#/$defs/p"}, {"properties": {"y": {}}}]}}}
        """##,
      inputs: [
        #"{"one": {"x": {}}}"#, #"{"one": {"y": 1}}"#, #"{"both": {"x": {"i": 1}, "y": 1}}"#,
        #"{"both": {"z": 1}}"#, #"{"both": {"x": {"j": 1}}}"#,
      ]
    ),
    Case(
      name: "unions",
      type:
        #"{"properties": {"u": {"oneOf": [{"properties": {"m": {"const": 1}, "p": {}}}, {"properties": {"m": {"const": 2}, "q": {}}}]}}}"#,
      action:
        #"{"oneOf": [{"properties": {"k": {"const": 1}, "c": {}}, "required": ["k"]}, {"properties": {"k": {"const": 2}, "d": {}}, "required": ["k"]}]}"#,
      inputs: [
        #"{"k": 1, "c": 1}"#, #"{"k": 1, "d": 1}"#, #"{"k": 2, "u": {"m": 1, "p": 1}}"#,
        #"{"k": 2, "u": {"m": 1, "q": 1}}"#, #"{"k": 3}"#, "{}",
      ]
    ),
    Case(
      name: "tests, which are never closed",
      type: ##"""
        {"$defs": {"c": {"properties": {"m": {"properties": {"x": {"const": 1}}}}, "required": ["m"]}},
         "properties": {"v": {"$ref": "#/$defs/c"}, "w": {
           "type": "object", "if": {"$ref": "#/$defs/c"}, "then": {"required": ["n"]}},
           "z": {"type": "object", "not": {"properties": {"b": {"properties": {"c": {}}}}, "required": ["b"]}}}}
        """##,
      inputs: [
        #"{"v": {"m": {"x": 1}}}"#, #"{"v": {"m": {"x": 1, "y": 1}}}"#,
        #"{"w": {"m": {"x": 1, "y": 1}}}"#, #"{"w": {"m": {"x": 1, "y": 1}, "n": 1}}"#,
        #"{"w": {"m": {"x": 2}}}"#, #"{"z": {"b": {"d": 1}}}"#, #"{"z": {"e": 1}}"#,
      ]
    ),
    Case(
      name: "a place that a test refers to",
      type: ##"""
        {"properties": {"a": {"properties": {"x": {"properties": {"i": {"type": "integer"}}}}},
          "b": {"contains": {"$ref": "#/properties/a"}, "type": "array", "items": {"type": "object"}}}}
        """##,
      action: ##"{"properties": {"c": {"not": {"$ref": "/inputs#/properties/a"}}}}"##,
      inputs: [
        #"{"a": {"x": {"i": 1}}}"#, #"{"a": {"y": 1}}"#, #"{"a": {"x": {"j": 1}}}"#,
        #"{"b": [{"y": 1}]}"#, #"{"b": [{"x": {"j": 1}}]}"#, #"{"b": [{"x": {"i": "s"}}]}"#,
        #"{"c": {"y": 1}}"#, #"{"c": {"x": {"i": "s"}}}"#,
      ]
    ),
    Case(
      name: "maps that take any member",
      type:
        #"{"properties": {"a": {"type": "object"}, "b": {"properties": {"c": {}}, "additionalProperties": true}, "d": {"properties": {"e": {}}, "patternProperties": {"^x": {}}}}}"#,
      inputs: [
        #"{"a": {"q": 1}}"#, #"{"b": {"q": 1}}"#, #"{"d": {"x1": 1}}"#, #"{"d": {"q": 1}}"#,
        #"{"d": {"x1": 1, "e": 1}}"#,
      ]
    ),
    Case(
      name: "a type that takes any input",
      type: #"{"properties": {"a": {}}, "additionalProperties": {"type": "integer"}}"#,
      action: #"{"properties": {"b": {"type": "integer"}}}"#,
      inputs: [
        #"{"a": "x", "z": 1}"#, #"{"z": "x"}"#, #"{"run": 1}"#, #"{"b": 1}"#, #"{"b": "x"}"#,
      ]
    ),
    Case(
      name: "an action that takes any input",
      type: #"{"properties": {"a": {"type": "string"}}}"#,
      action: #"{"properties": {"b": {}}, "additionalProperties": true}"#,
      inputs: [#"{"a": "x", "z": [1]}"#, #"{"a": 1}"#, #"{"retry": 1}"#, #"{"b": 1}"#]
    ),
    Case(
      name: "inputs by a pattern",
      type: #"{"patternProperties": {"^x-": {"type": "string"}}}"#,
      action: #"{"minProperties": 1}"#,
      inputs: [#"{"x-a": "b"}"#, #"{"x-a": 1}"#, #"{"q": 1}"#, "{}", #"{"name": 1}"#]
    ),
    Case(
      name: "parts that are closed on their own",
      type: #"{"properties": {"a": {}}, "additionalProperties": false}"#,
      action: #"{"properties": {"b": {}}, "unevaluatedProperties": false}"#,
      inputs: [#"{"a": 1, "b": 2}"#, #"{"c": 1}"#, "{}"]
    ),
    Case(
      name: "conditions of both parts",
      type: #"{"properties": {"a": {}}, "if": {"required": ["a"]}, "then": {"required": ["b"]}}"#,
      action:
        #"{"properties": {"b": {}, "c": {}}, "if": {"required": ["c"]}, "then": {"required": ["a"]}}"#,
      inputs: [
        #"{"a": 1}"#, #"{"a": 1, "b": 1}"#, #"{"c": 1}"#, #"{"c": 1, "a": 1, "b": 1}"#, "{}",
      ]
    ),
    Case(
      name: "definitions of one name",
      type: ##"{"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"type": "integer"}}}"##,
      action:
        ##"{"properties": {"b": {"$ref": "#/$defs/x"}, "c": {"$ref": "/inputs#/$defs/x"}}, "$defs": {"x": {"properties": {"d": {}}}}}"##,
      inputs: [
        #"{"a": 1, "b": {"d": 1}}"#, #"{"a": {}}"#, #"{"b": {"e": 1}}"#, #"{"c": 1}"#,
        #"{"c": "x"}"#,
      ]
    ),
    Case(
      name: "no inputs at all",
      type: "{}",
      inputs: ["{}", #"{"a": 1}"#, #"{"run": 1}"#]
    ),
    Case(
      name: "formats",
      type: #"{"properties": {"a": {"type": "string", "format": "ipv4"}}}"#,
      inputs: [#"{"a": "127.0.0.1"}"#, #"{"a": "x"}"#]
    ),
  ]

  @Test("agree on every input", arguments: cases)
  func agree(item: Case) throws {
    let descriptor = try InputSchemaFixture.descriptor(
      item.type,
      actions: [("other", #"{"properties": {"of_other": {}}}"#), ("go", item.action)]
    )
    let host = try InputSchema(descriptor)
    let action = try #require(descriptor.action("go"))
    let document = try JSONSchema(descriptor.inputSchema(of: action), assertsFormats: true)
    for input in item.inputs {
      let refused = try host.faults(json: input, nullsUnset: .none)
      let found = document.faults(in: try JSON.parse(input))
      #expect(
        refused.isEmpty == found.isEmpty,
        "\(input): the host \(refused), the document \(found)"
      )
    }
  }

  @Test("agree on the drivers that come with the host")
  func shipped() throws {
    let descriptor = try InputDocumentTests.rest()
    let host = try InputSchema(descriptor)
    let action = try #require(descriptor.action(descriptor.defaultAction))
    let document = try JSONSchema(descriptor.inputSchema(of: action), assertsFormats: true)
    let inputs = [
      #"{"url": "http://127.0.0.1/"}"#, #"{"url": "http://127.0.0.1/", "methud": "GET"}"#,
      #"{"url": "http://127.0.0.1/", "body": {"json": 1, "jsn": 2}}"#,
      #"{"url": "http://127.0.0.1/", "authentication": {"authentication_method": "basic", "username": "u", "token": "t"}}"#,
      #"{"url": 1}"#, #"{"url": "http://127.0.0.1/", "total_timeout": "x"}"#,
    ]
    for input in inputs {
      let refused = try host.faults(json: input, action: action.name, nullsUnset: .none)
      let found = document.faults(in: try JSON.parse(input))
      #expect(
        refused.isEmpty == found.isEmpty,
        "\(input): the host \(refused), the document \(found)"
      )
    }
  }

  @Test("never show the secret that is given where a map with secrets belongs")
  func secrets() throws {
    let schema = try InputSchema(InputDocumentTests.rest())
    let found = try schema.faults(
      json: #"{"url": "http://127.0.0.1/", "authentication": "s3cr3t"}"#,
      action: "request"
    )
    #expect(found.count == 1)
    #expect(found[0].contains("got ***"), "\(found)")
  }

  /// The descriptor of the REST driver.
  static func rest() throws -> Descriptor {
    let path = ThisPackage.folder + "/Plugins/RESTDriver/descriptor.json"
    return try Descriptor(JSON.parse(String(contentsOfFile: path, encoding: .utf8)))
  }
}
