import Foundation
import TestSupport
import Testing

@testable import DriverHost

@Suite("The document of a form")
struct FormDocumentTests {
  @Test("has the keys that are documented, in their order")
  func snapshot() throws {
    let type = """
      {"properties": {
        "port": {"title": "Port", "description": "Where it listens.", "type": "integer",
          "minimum": 1, "maximum": 65535, "default": 22, "examples": [2222], "x-order": 1,
          "x-address": "port", "x-group": "Address"},
        "auth": {"type": "object", "x-order": 2, "oneOf": [
          {"title": "None", "properties": {"method": {"const": "none"}}},
          {"title": "Key", "properties": {"method": {"title": "Method", "const": "key"},
            "key": {"type": "string", "x-secret": true, "minLength": 1, "pattern": "^k",
              "x-multiline": true}}, "required": ["key"]}]},
        "tags": {"type": "array", "items": {"type": "string"}, "x-order": 3, "x-advanced": true}},
       "if": {"required": ["port"]}, "then": {"properties": {"why": {"enum": ["a", 1]}}}}
      """
    let form = try FormFixture.form(type)
    var document = try #require(
      form.document(["port": 23, "auth": ["method": "key", "key": "hidden"]]).mapValue
    )
    // The host's group is the same for all types.
    let groups = try #require(document["groups"]?.listValue)
    #expect(groups.last?["title"] == "Limits" && groups.last?["host"] == true)
    document["groups"] = .list(groups.dropLast())
    #expect(JSON.text(.map(document), pretty: true) == FormSnapshot.text)
  }

  @Test("without a value says nothing of values")
  func plain() throws {
    let text = JSON.text(try FormFixture.form().document())
    #expect(!text.contains(#""value":"#) && !text.contains(#""selected":"#))
    #expect(!text.contains(#""unknown":"#) && !text.contains(#""secrets":"#))
  }

  @Test("has every input of the drivers that come with the host", arguments: drivers)
  func complete(driver: String) throws {
    let path = "\(ThisPackage.folder)/Plugins/\(driver)/descriptor.json"
    let descriptor = try Descriptor(
      JSON.parse(Array(try Data(contentsOf: URL(filePath: path))), file: path)
    )
    let form = try Form(descriptor)
    var wanted: Set<String> = []
    collect(descriptor.inputs, "", &wanted)
    for action in descriptor.actions { collect(action.inputs, "", &wanted) }
    var found: Set<String> = []
    for field in form.fields where !field.isOfHost { collect(field, &found) }
    #expect(wanted.count > 20)
    #expect(wanted.subtracting(found).isEmpty && found.subtracting(wanted).isEmpty)
    // The document is what a page gets.
    let text = JSON.text(form.document())
    for pointer in wanted where !pointer.contains("*") {
      #expect(text.contains(#""pointer":"\#(pointer)""#), "\(pointer)")
    }
  }

  static let drivers: [String] = {
    let folder = "\(ThisPackage.folder)/Plugins"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter {
      FileManager.default.fileExists(atPath: "\(folder)/\($0)/descriptor.json")
    }
    .sorted()
  }()

  /// The pointers of all inputs that a schema names, `*` for what has no name.
  private func collect(_ schema: Value, _ place: String, _ found: inout Set<String>) {
    for (name, property) in schema["properties"].mapValue ?? [:] {
      // What selects a form is the union's discriminator.
      if property["const"].isNull { found.insert("\(place)/\(name)") }
      collect(property, "\(place)/\(name)", &found)
    }
    for keyword in ["oneOf", "anyOf", "allOf"] {
      for branch in schema[keyword].listValue ?? [] { collect(branch, place, &found) }
    }
    // A list or a map of either has what its first sort of element has.
    let element = schema["items"].isNull ? schema["additionalProperties"] : schema["items"]
    if element.mapValue != nil { collect(element, "\(place)/*", &found) }
  }

  private func collect(_ field: FormField, _ found: inout Set<String>, below place: String = "") {
    let here = "\(place)/\(field.name.isEmpty ? "*" : field.name)"
    if !field.name.isEmpty { found.insert(here) }
    for inner in field.fields + field.elements { collect(inner, &found, below: here) }
    for union in field.unions { collect(union, &found, below: here) }
  }

  private func collect(_ union: FormUnion, _ found: inout Set<String>, below place: String) {
    for branch in union.branches {
      for inner in branch.fields + branch.elements { collect(inner, &found, below: place) }
      for union in branch.unions { collect(union, &found, below: place) }
    }
  }
}
