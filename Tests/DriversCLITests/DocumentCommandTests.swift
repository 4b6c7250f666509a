import TestSupport
import Testing

@Suite("The commands that look at documents")
struct DocumentCommandTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  @Test("parse prints what the host reads, with every digit, or the place at fault")
  func parse() async throws {
    try cli.folder.write(
      """
      # a comment
      name: Ada
      numbers: [1, 2.50, 3.14159265358979323846, 0x10, 1e3, 9223372036854775808]
      nothing: ~
      text: "é\\n"
      """,
      to: "good.yaml"
    )
    try cli.folder.write("{\"a\": [1, true, null]}", to: "good.json")
    try cli.folder.write("a: 1\nb: [1, 2\nc: 3\n", to: "bad.yaml")
    try cli.folder.write("{\"a\": 1,\n \"b\": tru}", to: "bad.json")
    try cli.folder.write("a: 1\na: 2\n", to: "twice.yaml")
    try cli.folder.write([0x61, 0x3A, 0x20, 0xFF], to: "bytes.yaml")
    try Snapshot.check(
      "parse",
      [
        await cli.run("parse <folder>/good.yaml"),
        await cli.run("parse <folder>/good.json"),
        await cli.run("parse -", input: "[a, b]"),
        await cli.run("parse <folder>/bad.yaml"),
        await cli.run("parse <folder>/bad.json"),
        await cli.run("parse <folder>/bad.json --json"),
        await cli.run("parse <folder>/twice.yaml"),
        await cli.run("parse <folder>/bytes.yaml"),
        await cli.run("parse <folder>/nowhere.yaml"),
        await cli.run("parse <folder>"),
      ]
    )
  }

  @Test("validate holds inputs against a driver, all faults at once, with line and column")
  func inputs() async throws {
    try await cli.buildHello()
    try cli.folder.write("who: Ada\n", to: "good.yaml")
    try cli.folder.write("# wrong\nwhi: Ada\ngreeting:\n  - 1\n", to: "bad.yaml")
    try cli.folder.write("who: Ada\ngreeting: null\n", to: "null.yaml")
    try cli.folder.write("[1]", to: "list.json")
    func validate(_ file: String, _ more: String = "") async throws -> CLI.Run {
      try await cli.run("validate HELLO <folder>/\(file) --driver-path <folder>/hello\(more)")
    }
    try Snapshot.check(
      "validate",
      [
        await validate("good.yaml"), await validate("good.yaml", " --json"),
        await validate("bad.yaml"), await validate("bad.yaml", " --json"),
        await validate("null.yaml"), await validate("list.json"),
        await validate("good.yaml", " --action gret"),
        await cli.run("validate HELLO -", input: "{}"),
      ]
    )
  }

  @Test("validate takes any schema and any document, and fetches nothing")
  func schemas() async throws {
    try cli.folder.write(
      """
      $schema: https://json-schema.org/draft/2020-12/schema
      type: object
      properties:
        count: {type: integer, minimum: 1}
        mail: {type: string, format: email}
      required: [count]
      """,
      to: "schema.yaml"
    )
    try cli.folder.write("count: 0\nmail: nobody\n", to: "bad.yaml")
    try cli.folder.write("{\"count\": 1, \"mail\": \"nobody\"}", to: "good.json")
    try cli.folder.write("{\"type\": \"objekt\"}", to: "wrong.json")
    try cli.folder.write("{\"$ref\": \"http://example.org/s/item.json\"}", to: "remote.json")
    try cli.folder.write("{\"type\": \"integer\"}", to: "s/item.json")
    try cli.folder.write("7", to: "seven.json")
    try Snapshot.check(
      "validate-schema",
      [
        await cli.run("validate --schema <folder>/schema.yaml <folder>/good.json"),
        await cli.run("validate --schema <folder>/schema.yaml <folder>/good.json --json"),
        await cli.run("validate --schema <folder>/schema.yaml <folder>/good.json --assert-format"),
        await cli.run("validate --schema <folder>/schema.yaml <folder>/bad.yaml"),
        await cli.run("validate --schema <folder>/schema.yaml <folder>/bad.yaml --json"),
        await cli.run("validate --schema <folder>/wrong.json <folder>/good.json"),
        await cli.run("validate --schema <folder>/remote.json <folder>/seven.json"),
        await cli.run(
          "validate --schema <folder>/remote.json <folder>/seven.json --resources http://example.org/s=<folder>/s"
        ),
        await cli.run(
          "validate --schema <folder>/remote.json <folder>/good.json --resources http://example.org/s=<folder>/s"
        ),
        await cli.run(
          "validate --schema <folder>/remote.json <folder>/seven.json --resources x --resources y=<folder>/none"
        ),
      ]
    )
  }
}
