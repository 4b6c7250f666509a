import Foundation
import TestSupport
import Testing

@Suite("An input on the command line")
struct InputArgumentTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  /// What a puppet would get from some arguments.
  private func explain(_ arguments: [String]) async throws -> CLI.Run {
    let words = "run \(try cli.puppet()) --explain".split(separator: " ").map(String.init)
    var run = try await cli.run(words + arguments)
    run.line = "run … \(arguments.joined(separator: " "))"
    return run
  }

  @Test("is taken apart at its first sign, byte by byte, with escapes in the name")
  func names() async throws {
    let runs = [
      try await explain(["mode=a=b", "tags:=[=]"]), try await explain(["mode==$ENV:X"]),
      try await explain(["mode=\u{301}accent"]), try await explain([#"a\.b\=c\:=x"#]),
      try await explain([#"a\.b=c\:=x"#]), try await explain(["outputs.a.b=1", "outputs.a.c=x"]),
      try await explain([#"outputs.\\=1"#]),
    ]
    try Snapshot.check("input-names", runs)
  }

  @Test("that is none is refused by its place, with nothing of what may be a secret", .slow)
  func wrong() async throws {
    let secret = "hunter2"
    var runs: [CLI.Run] = []
    for arguments in [
      [secret], ["mode=x", secret, "=\(secret)"], [":=\(secret)"], [#"mode\=\#(secret)"#],
      [#"mode\"#], [#"mo\de=\#(secret)"#], ["account..code=\(secret)"], [".a=\(secret)"],
      ["account.code=*\(secret)"], ["account:={code: *\(secret)}"], ["pin=*\(secret)"],
      ["unknown=*\(secret)"], ["mode=@"], ["mode=$ENV:"], ["mode=$ENV:NOT_SET"],
      ["mode=@nosuch"], ["tags=@nosuch"], ["mode.a=x", "mode.b=x"], ["mode=x", "mode.b=x"],
    ] {
      runs.append(try await explain(arguments))
    }
    #expect(runs.allSatisfy { $0.status == 2 && !$0.error.contains(secret) })
    try Snapshot.check("input-wrong", runs)
    // What is no secret may be quoted: that helps.
    #expect(try await explain(["tags=[*mark]"]).error.contains("`*mark` refers to nothing"))
  }

  @Test("keeps what the environment or a file holds out of messages")
  func documents() async throws {
    let puppet = try cli.puppet(["pin.yaml": "- *hunter2\n", "list.yaml": "- *mark\n"])
    func fault(_ argument: String) async throws -> String {
      let run = try await cli.run("run \(puppet) \(argument)", environment: ["PW": "*hunter2"])
      #expect(run.status == 2 && !run.error.contains("hunter2"))
      return run.error
    }
    #expect(
      try await fault("pin=$ENV:PW") == """
        error: the command line has 1 fault:
          `pin`: the environment variable PW is no YAML from line 1, column 1 on; what stands there \
        is not shown, since it may be a secret

        """
    )
    #expect(try await fault("tags=$ENV:PW").contains("`tags`: the environment variable PW is no"))
    #expect(
      try await fault("pin=@<folder>/pin.yaml").contains(
        "`pin`: <folder>/pin.yaml is no YAML from line 1, column 3 on; what stands there is not"
      )
    )
    #expect(
      try await fault("tags=@<folder>/list.yaml").contains(
        "<folder>/list.yaml:1:3: /0: `*mark` refers to nothing"
      )
    )
  }

  @Test(
    "in a file that cannot be read is not shown if it may be a secret, and everything else is",
    arguments: [
      ("mode: *mark", "1:7: /mode", true), ("tags: [*mark]", "1:8: /tags/0", true),
      ("account: {name: *mark}", "1:17: /account/name", true),
      ("account: {code: *mark}", "1:17: /account/code", false),
      ("pin: [*mark]", "1:7: /pin/0", false), ("pin: !!mark 1", "1:6: /pin", false),
      ("unknown: *mark", "1:10: /unknown", false),
    ]
  )
  func inputFile(text: String, place: String, isShown: Bool) async throws {
    let puppet = try cli.puppet(["in.yaml": "log: a\n\(text)\n"])
    let driver = puppet.split(separator: " ").last.map(String.init) ?? ""
    for line in [
      "run \(puppet) --input <folder>/in.yaml",
      "validate PUPPET <folder>/in.yaml --driver-path \(driver)",
    ] {
      let run = try await cli.run(line)
      #expect(run.status == 2 && run.error.contains("mark") == isShown)
      let fault =
        isShown
        ? "`*mark` refers" : "this cannot be read; it is not shown, since it may be a secret"
      // The second line of the file.
      let shown = place.replacing("1:", with: "2:", maxReplacements: 1)
      #expect(run.error.contains("in.yaml:\(shown): \(fault)"), "\(run.error)")
    }
  }

  @Test("that is not UTF-8 is refused, wherever it stands")
  func encoding() async throws {
    try await cli.buildHello()
    let hello = "run --type HELLO --driver-path <folder>/hello"
    let variable = try await cli.shell("WHO=$'a\\377' \"$0\" \(hello) 'who=$ENV:WHO'")
    #expect(variable.status == 2)
    #expect(
      variable.error.contains(
        "`who`: the environment variable WHO holds bytes that are not UTF-8 text"
      )
    )
    let argument = try await cli.shell("\"$0\" \(hello) who=$'hunter\\377'")
    #expect(argument.status == 2)
    #expect(
      argument.error == """
        error: the command line has 1 fault:
          argument 6 (who=…) holds bytes that are not UTF-8 text

        """
    )
    let path = try await cli.shell("\"$0\" list --json --driver-path $'a\\377' $'\\377=x'")
    #expect(path.status == 2 && path.output.contains("argument 4 holds bytes"))
    #expect(path.output.contains("argument 5 holds bytes"))
    let level = try await cli.shell("DRIVERS_LOG=$'\\377' \"$0\" doctor")
    #expect(level.status == 2 && level.error.contains("DRIVERS_LOG holds bytes"))
  }

  @Test("reads standard input once: a second `-` is wrong usage")
  func standardInput() async throws {
    let puppet = try cli.puppet(["schema.json": "{}"])
    let hint = "error: standard input can be read once: "
    for line in [
      "run \(puppet) --input - mode=@-", "run \(puppet) mode=@- tags:=@-",
      "test \(puppet) mode=@- mode=@-", "validate --schema - -",
    ] {
      let run = try await cli.run(line, input: "a")
      #expect(run.status == 2 && run.error.hasPrefix(hint), "\(line)")
    }
    let json = try await cli.run("run \(puppet) --input - mode=@- --json")
    #expect(json.status == 2 && json.output.contains("standard input can be read once"))
    // As text it is text.
    let once = try await cli.run("run \(puppet) --explain mode=@- log==@-", input: "a")
    #expect(once.status == 0 && once.output.contains(#"log    "@-"   command line"#))
    #expect(once.output.contains(#"mode   "a"    command line"#))
    #expect(try await cli.run("validate --schema - <folder>/schema.json", input: "{}").status == 0)
  }

  @Test("is explained with every place that it comes from")
  func origins() async throws {
    let puppet = try cli.puppet(["in.yaml": "mode: fast\naccount:\n  name: Ada\noutputs: {a: 1}\n"])
    let run = try await cli.run(
      "run \(puppet) --input <folder>/in.yaml --explain account.code=1234 outputs:={} tags:=[1]"
    )
    #expect(
      run.output == """
        action play (read, idempotent)
        input    value                        from
        mode     "fast"                       <folder>/in.yaml:1:7
        account  {"name":"Ada","code":"***"}  <folder>/in.yaml:3:3 and command line
        outputs  {}                           command line
        tags     [1]                          command line

        """
    )
  }
}
