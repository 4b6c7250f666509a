import Testing

@testable import DriverHost

@Suite("Resources of schemas")
struct SchemaResourcesTests {
  @Test("are found by their address and below their folder's")
  func find() throws {
    var resources = SchemaResources()
    resources.add(["type": "integer"], at: "http://example.com/integer#")
    resources.addFolder(at: "http://example.com/schemas") { path throws(HostError) in
      path == "a/b c.json" ? ["type": "string"] : nil
    }
    let schema = try JSONSchema(
      [
        "properties": [
          "number": ["$ref": "http://example.com/integer"],
          "text": ["$ref": "http://example.com/schemas/x/../a/b%20c.json"],
        ]
      ] as Value,
      resources: resources
    )
    #expect(schema.isValid(["number": 1, "text": "a"]))
    #expect(schema.faults(in: ["number": "a", "text": 1]).count == 2)
  }

  @Test(
    "are never looked for outside their folder",
    arguments: [
      "..%2Fsecret", "a/%2E%2E/%2E%2E/secret", "a//b", "a%00b", "%2Fetc/passwd", "",
      // A slash with an accent behind it is one character to Swift.
      "..%2F%CC%81secret", "a%2F..%2F..%2F%CC%81x", "../\u{301}x",
    ]
  )
  func traversal(path: String) throws {
    var resources = SchemaResources()
    resources.addFolder(at: "http://example.com/") { path throws(HostError) in
      Issue.record("asked for \(path)")
      return nil
    }
    #expect(try resources.document(at: "http://example.com/" + path) == nil)
  }

  @Test("that cannot be read say why")
  func unreadable() {
    var resources = SchemaResources()
    resources.addFolder(at: "http://example.com/") { _ throws(HostError) in
      throw HostError(.invalidInput, stage: .input, "a.json:3:1: no value")
    }
    let error = #expect(throws: HostError.self) {
      try JSONSchema(["$ref": "http://example.com/a.json"] as Value, resources: resources)
    }
    #expect(
      error?.faults.first?.message
        == "`$ref`: `http://example.com/a.json` cannot be read: a.json:3:1: no value"
    )
  }

  @Test("that are not known are named with the cure")
  func unknown() {
    let error = #expect(throws: HostError.self) {
      try JSONSchema(["items": ["$ref": "http://example.com/a.json#/b"]] as Value)
    }
    #expect(
      error?.faults == [
        Fault(
          .schema,
          at: JSONPointer(["items", "$ref"]),
          """
          `$ref`: `http://example.com/a.json`: no document is known under that address, and \
          nothing is fetched; give the folder that holds it with --resources URI=FOLDER
          """,
          keyword: "$ref",
          schemaLocation: "#/items/$ref"
        )
      ]
    )
  }
}
