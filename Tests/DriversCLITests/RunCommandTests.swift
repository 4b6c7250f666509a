import Foundation
import TestSupport
import Testing

@Suite("The commands that run connections")
struct RunCommandTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  private func run(_ more: String, environment: [String: String?] = [:]) async throws -> CLI.Run {
    try await cli.run(
      "run --type HELLO --driver-path <folder>/hello \(more)",
      environment: environment
    )
  }

  @Test("explain themselves")
  func help() async throws {
    try Snapshot.check("help-run", [try await cli.run("run --help")])
    try Snapshot.check("help-test", [try await cli.run("test --help")])
  }

  @Test("say before a call what it would do, where its inputs decide that")
  func effect() async throws {
    let descriptor = FixtureDriver.descriptor(
      more: """
        "inputs": {"oneOf": [
          {"properties": {"mode": {"const": "list"}}, "required": ["mode"],
           "effect": "read", "idempotent": true},
          {"properties": {"mode": {"const": "send"}}, "required": ["mode"]}]},
        """
    )
    let library = try FixtureDriver.build("effect", descriptor: descriptor)
    for (mode, wanted) in [("list", "read, idempotent"), ("send", "write")] {
      let run = try await cli.run(
        "run --type PLAIN --driver-path \(library) mode=\(mode) --explain"
      )
      #expect(run.status == 0 && run.output.hasPrefix("action call (\(wanted))\n"), "\(run)")
    }
  }

  @Test("print outputs in each format")
  func formats() async throws {
    try await cli.buildHello()
    var runs: [CLI.Run] = []
    for format in ["json", "table", "ndjson", "raw"] {
      runs.append(try await run("who=Ada --output \(format)"))
    }
    #expect(runs.allSatisfy { $0.status == 0 && $0.error.isEmpty })
    try Snapshot.check("run-formats", runs)
    let written = try await run("who=Ada --output raw --out <folder>/out.txt")
    #expect(written.status == 0 && written.output.isEmpty)
    #expect(try cli.folder.text("out.txt") == "Hello, Ada!")
  }

  @Test("print the items of a channel while they come, as ndjson")
  func items() async throws {
    let puppet = try cli.puppet([
      "in.yaml": "items: [{a: 1}, two, 3.5, null, {b: two, c: 3}]\noutputs: {count: 5}\n",
      "broken.yaml": "items: [1, 2]\nfail: in the middle\n",
    ])
    func tell(_ more: String) async throws -> CLI.Run {
      try await cli.run("run \(puppet) --action tell \(more)")
    }
    // What the driver flags as secret is masked, in a file as well.
    let lines = "{\"a\":1}\n\"***\"\n3.5\nnull\n{\"b\":\"***\",\"c\":3}\n"
    let shown = try await tell("--input <folder>/in.yaml --output ndjson")
    #expect(shown.status == 0 && shown.output == lines && shown.error.isEmpty, "\(shown)")
    let written = try await tell("--input <folder>/in.yaml --output ndjson --out <folder>/out")
    #expect(try written.output.isEmpty && cli.folder.text("out") == lines)
    // All outputs, where they are printed as one document.
    let whole = try await tell("--input <folder>/in.yaml --output json")
    #expect(whole.output.contains("\"count\": 5") && whole.output.contains("\"two\""), "\(whole)")
    let broken = try await tell("--input <folder>/broken.yaml --output ndjson")
    #expect(broken.status == 1 && broken.output == "1\n2\n", "\(broken)")
    #expect(broken.error.contains("in the middle"), "\(broken)")
    let file = try await tell("--input <folder>/broken.yaml --output ndjson --out <folder>/none")
    #expect(file.status == 1 && !FileManager.default.fileExists(atPath: cli.folder.file("none")))
  }

  @Test("refuse raw where several outputs are declared, and print several that come all the same")
  func rawOfSeveral() async throws {
    let puppet = try cli.puppet(["in.yaml": "outputs: {one: a, two: b}\n", "none.yaml": "{}\n"])
    func raw(_ more: String) async throws -> CLI.Run {
      try await cli.run("run \(puppet) --output raw \(more)")
    }
    let refused = try await raw("--action several log=it-ran")
    #expect(refused.status == 2 && refused.output.isEmpty)
    #expect(
      refused.error == """
        error: --output raw prints one output, and the action `several` has 2 (one, two): use json

        """
    )
    let several = try await raw("--input <folder>/in.yaml")
    #expect(several.status == 0)
    #expect(several.output == "{\n  \"one\": \"a\",\n  \"two\": \"b\"\n}\n")
    #expect(
      several.error
        == "--output raw prints one output, and there are 2 (one, two): they follow as JSON\n"
    )
    let file = try await raw("--input <folder>/in.yaml --out <folder>/out")
    #expect(try file.status == 0 && cli.folder.text("out") == several.output)
    let none = try await raw("--input <folder>/none.yaml")
    #expect(none.status == 0 && none.output.isEmpty && none.error.isEmpty)
  }

  @Test("show in short what had come before a failure, and as JSON the whole; secrets in neither")
  func partialOutputs() async throws {
    let puppet = try cli.puppet([
      "in.yaml": """
      outputs:
        status_code: 404
        content: '{"error": "no such item"} \(String(repeating: "long ", count: 50))'
        colour: "\\e[31mred\\n"
        json: {error: no such item}
      secrets: {token: hunter2, nested: {a: hunter2}}
      fail: "404 Not Found: the answer is in the outputs"
      """,
      "many.yaml": "outputs: {\((1...20).map { "o\($0): 1" }.joined(separator: ", "))}\nfail: x\n",
    ])
    var runs = [
      try await cli.run("run \(puppet) --input <folder>/in.yaml"),
      try await cli.run("run \(puppet) --input <folder>/in.yaml --json"),
      try await cli.run("run \(puppet) --input <folder>/many.yaml"),
    ]
    for index in runs.indices {
      runs[index].line = runs[index].line.replacing(puppet, with: "--type PUPPET")
    }
    #expect(runs.allSatisfy { $0.status == 1 && !($0.output + $0.error).contains("hunter2") })
    try Snapshot.check("run-partial", runs)
  }

  @Test("refuse options that would be ignored")
  func combinations() async throws {
    let puppet = try cli.puppet()
    var runs: [CLI.Run] = []
    for options in [
      "--json --output table", "--json --output raw", "--explain --out x",
      "--explain --output json",
    ] {
      var run = try await cli.run("run \(puppet) \(options)")
      run.line = "run \(options)"
      run.error = String(run.error.prefix { $0 != "\n" })
      runs.append(run)
    }
    #expect(runs.allSatisfy { $0.status == 2 })
    try Snapshot.check("run-combinations", runs)
    #expect(try await cli.run("run \(puppet) --json --output json").status == 0)
  }

  @Test("take inputs in every form of an argument, and from a file")
  func arguments() async throws {
    try await cli.buildHello()
    try cli.folder.write("Grace", to: "name.txt")
    try cli.folder.write("# who it is\nwho: Ada\ngreeting: Hi\n", to: "in.yaml")
    try Snapshot.check(
      "run-arguments",
      [
        await run("who=12"), await run("who:=\"Ada\""), await run("who==@name"),
        await run("who=@<folder>/name.txt"),
        await run("who=$ENV:WHO", environment: ["WHO": "Linus"]),
        await run("--input <folder>/in.yaml"), await run("--input <folder>/in.yaml who=Grace"),
        await run("--input <folder>/in.yaml who=Grace --explain"),
        await run("--input <folder>/in.yaml greeting:=null --explain --json"),
      ]
    )
  }

  @Test("refuse a file that cannot be written before anything runs, and replace no device")
  func outputFiles() async throws {
    try await cli.buildHello()
    for output in ["json", "table", "ndjson", "raw"] {
      let refused = try await run("who=Ada --output \(output) --out <folder>/none/out.txt")
      #expect(refused.status == 2)
      #expect(refused.error.contains("<folder>/none/out.txt cannot be written"))
    }
    let device = try await run("who=Ada --out /dev/null")
    #expect(device.status == 0)
    #expect(
      try FileManager.default.attributesOfItem(atPath: "/dev/null")[.type] as? FileAttributeType
        == .typeCharacterSpecial
    )
  }

  @Test("name what is wrong with an input, where, and what to do, and end with 2 or 3", .slow)
  func wrong() async throws {
    try await cli.buildHello()
    try cli.folder.write("who: Ada\nwhoo: 1\ngreeting: [1]\n", to: "bad.yaml")
    try cli.folder.write("who: [\n", to: "broken.yaml")
    try cli.folder.write("- 1\n", to: "list.yaml")
    let runs = [
      try await run(""), try await run("whi=Ada"), try await run("who"), try await run("=x"),
      try await run("who.first=Ada"), try await run("who:=[1"), try await run("who:=[1]"),
      try await run("who=@<folder>/none.txt"), try await run("who=$ENV:NOT_SET"),
      try await run("who=Ada --action gret"), try await run("who=Ada --timeout 0"),
      try await run("who=Ada --timeout -1"),
      try await run("who=Ada --timeout nan"), try await run("who=Ada --output xml"),
      try await run("--input <folder>/bad.yaml"),
      try await run("--input <folder>/bad.yaml --json"),
      try await run("--input <folder>/broken.yaml"), try await run("--input <folder>/list.yaml"),
      try await run("who=Ada --log-level loud"),
      try await run("who=Ada --out <folder>/none/out.txt"),
    ]
    #expect(runs.allSatisfy { $0.status == 2 })
    try Snapshot.check("run-wrong", runs)
    let unknown = try await cli.run("run --type HELO --driver-path <folder>/hello")
    #expect(unknown.status == 3)
    let untestable = try await cli.run("test --type HELLO --driver-path <folder>/hello who=Ada")
    #expect(untestable.status == 2 && untestable.error.contains("has no action `test`"))
  }
}
