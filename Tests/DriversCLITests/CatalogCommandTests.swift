import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("The commands that look at drivers")
struct CatalogCommandTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  @Test("help says what each command does, what its JSON is, and which exit codes there are")
  func help() async throws {
    try Snapshot.check("help", [await cli.run("--help")])
    for command in [
      "list", "describe", "actions", "validate", "parse", "doctor", "docs", "new", "install",
      "remove",
      "check", "abi",
    ] {
      try Snapshot.check("help-\(command)", [await cli.run("\(command) --help")])
    }
  }

  @Test(
    "--version says the product's first, then the ABI's and that of each library that is linked"
  )
  func version() async throws {
    let run = try await cli.run("--version")
    #expect(run.status == 0)
    let lines = run.output.split(separator: "\n")
    #expect(lines.first == "drivers \(Version.text)")
    let parts = try lines.dropFirst().map { line in
      let match = try #require(line.wholeMatch(of: /(\S.*?)  +(\S.*)/), "\(line)")
      return (name: String(match.1), version: String(match.2))
    }
    #expect(parts.map(\.name) == ["driver ABI", "host API", "libyaml", "PCRE2", "SQLite"])
    for part in parts.prefix(2) { #expect(part.version.hasPrefix("revision ")) }
    for part in parts.dropFirst(2) {
      #expect(part.version.wholeMatch(of: /[0-9]+\.[0-9]+(?:\.[0-9]+)?/) != nil, "\(part)")
    }
    for order in ["--version --json", "--json --version"] {
      let document = try JSON.parse(try await cli.run(order).output)
      #expect(document["version"] == 1 && document["drivers"] == .string(Version.text))
      #expect(document["abi"] == ["min": 1, "max": 1])
      #expect(document["abi_revision"] == .string(parts[0].version))
      #expect(document["host_api_revision"] == .string(parts[1].version))
      let libraries = document["libraries"].mapValue ?? [:]
      #expect(libraries.map(\.name) == parts.dropFirst(2).map(\.name))
      #expect(libraries.map(\.value) == parts.dropFirst(2).map { .string($0.version) })
    }
  }

  @Test("list shows what was found, as a table and as JSON")
  func list() async throws {
    try await cli.buildHello()
    try Snapshot.check(
      "list",
      [
        await cli.run("list --driver-path <folder>/hello"),
        await cli.run("list --driver-path <folder>/hello --json"),
        await cli.run("list"),
        await cli.run("list --json"),
      ]
    )
  }

  @Test("list keeps what it does not use, with the reason, and ends with 0")
  func rejected() async throws {
    let hello = try await cli.buildHello(in: "drivers")
    let bytes = try cli.folder.read("drivers/libHelloDriver.so")
    func write(_ name: String, mode: Int = 0o644, _ change: (inout [UInt8]) -> Void) throws {
      var copy = bytes
      change(&copy)
      try cli.folder.write(copy, to: "drivers/lib\(name)Driver.so", mode: mode)
    }
    let note = try #require(bytes.firstRange(of: Array("driver_host\0".utf8))).lowerBound
    try write("Writable", mode: 0o666) { _ in }
    // e_machine, elf(5): 183 is EM_AARCH64.
    try write("Arm") { $0[18] = 183 }
    // The note's size, 8 bytes before its name.
    try write("TruncatedNote") { $0[note - 6] = 1 }
    try write("Truncated") { $0.removeLast($0.count - note - 100) }
    try write("Draft") { ($0[note - 4], $0[note - 1]) = (9, 0x80) }
    try write("NoNote") { $0[note] = UInt8(ascii: "D") }
    try write("Text") { $0 = Array("not a library\n".utf8) }
    try FileManager.default.createSymbolicLink(
      atPath: cli.folder.file("drivers/libGoneDriver.so"),
      withDestinationPath: "/nowhere.so"
    )
    let bad = try FixtureDriver.build(
      "bad-descriptor",
      descriptor: FixtureDriver.descriptor(name: "bad", version: "1", more: "\"needs\": 1,")
    )
    try FileManager.default.copyItem(
      atPath: bad,
      toPath: cli.folder.file("drivers/libBadDriver.so")
    )
    let nonsense = try FixtureDriver.build(
      "nonsense",
      descriptor: "{\"descriptor\": 1,\n \"name\" 2}"
    )
    try FileManager.default.copyItem(
      atPath: nonsense,
      toPath: cli.folder.file("drivers/libNonsenseDriver.so")
    )
    #expect(FileManager.default.fileExists(atPath: hello))
    try Snapshot.check(
      "list-rejected",
      [
        await cli.run("list", environment: ["DRIVERS_PATH": "<none>:\(cli.folder.path)/drivers"]),
        await cli.run("list --json --driver-path <folder>/drivers"),
      ]
    )
  }

  @Test("list opens a driver's file and maps nothing of it", .requires(.strace))
  func mapsNothing() async throws {
    let hello = try await cli.buildHello()
    let trace = cli.folder.file("trace")
    let command = try await Command.check(
      Tool.strace.required(),
      [
        "-f", "-y", "-e", "trace=openat,open,mmap,mprotect", "-o", trace, CLI.path, "list",
        "--driver-path", cli.folder.file("hello"),
      ],
      // The search for leaks at the end of a sanitized program is a tracer itself: there is one only.
      environment: CLI.environment.merging(["ASAN_OPTIONS": "detect_leaks=0"]) { $1 }
    )
    #expect(command.output.contains(hello))
    let lines = try cli.folder.text("trace").split(separator: "\n")
    #expect(lines.filter { $0.contains("open") && $0.contains("libHelloDriver.so") }.count == 1)
    #expect(!lines.contains { $0.contains("mmap") && $0.contains("libHelloDriver.so") })
    // libsqlite3 is linked, for the history: Docs/decisions/0008.
    for library in ["libcurl", "libssh2", "libodbc"] {
      #expect(!lines.contains { $0.contains(library) }, "\(library)")
    }
  }

  @Test("describe and docs show a driver as text, descriptor, schema and tables")
  func describe() async throws {
    try await cli.buildHello()
    let descriptor = try String(
      contentsOfFile: "\(ThisPackage.folder)/Tests/DriversCLITests/Fixtures/rich.json",
      encoding: .utf8
    )
    let rich = try FixtureDriver.build("rich", descriptor: descriptor)
    try cli.folder.write([UInt8](Data(contentsOf: URL(filePath: rich))), to: "rich.so", mode: 0o644)
    try Snapshot.check(
      "describe",
      [
        await cli.run("describe HELLO --driver-path <folder>/hello"),
        await cli.run("describe HELLO --driver-path <folder>/hello --json"),
        await cli.run("describe HELLO --driver-path <folder>/hello --schema"),
        await cli.run("describe RICH --driver-path <folder>/rich.so"),
        await cli.run("describe RICH --driver-path <folder>/rich.so --action look"),
        await cli.run("describe RICH@org.example.rich --driver-path <folder>/rich.so --action loo"),
        await cli.run("describe RICH@org.example.poor --driver-path <folder>/rich.so"),
        await cli.run("describe HALLO --driver-path <folder>/hello"),
        await cli.run("describe HALLO --driver-path <folder>/hello --json"),
        await cli.run("describe HELLO"),
      ]
    )
    try Snapshot.check(
      "docs",
      [
        await cli.run("docs HELLO --driver-path <folder>/hello"),
        await cli.run("docs RICH --driver-path <folder>/rich.so"),
        await cli.run("docs HELLO --driver-path <folder>/hello --json"),
      ]
    )
  }

  @Test("what this host cannot use of a driver is shown with the reason, and refused")
  func unusable() async throws {
    func build(_ name: String, _ version: String, _ change: (String) -> String) throws {
      let text = change(FixtureDriver.descriptor(version: version))
      let path = try FixtureDriver.build(name, descriptor: text)
      try cli.folder.write(
        [UInt8](Data(contentsOf: URL(filePath: path))),
        to: "\(name)/libPlainDriver.so",
        mode: 0o644
      )
    }
    try build("old", "1.0.0") { text in
      text.replacing(
        #"{"name": "call"}"#,
        with: """
          {"name": "call", "implements": ["dh.x/1"]}, {"name": "watch", "kind": "stream", \
          "channels": [{"name": "c", "direction": "both", "content": "rows"}]}
          """
      )
    }
    try build("new", "2.0.0") { $0.replacing("\"blocking\"", with: "\"fibres\"") }
    let both = "--driver-path <folder>/new --driver-path <folder>/old"
    try Snapshot.check(
      "unusable",
      [
        await cli.run("list \(both)"),
        await cli.run("list --json --driver-path <folder>/old"),
        await cli.run("describe PLAIN --driver-path <folder>/old"),
        await cli.run("describe PLAIN --driver-path <folder>/old --action watch"),
        await cli.run("describe PLAIN --driver-path <folder>/old --json"),
        await cli.run("actions PLAIN --driver-path <folder>/old --json"),
        await cli.run("run --type PLAIN --driver-path <folder>/old --action watch"),
        await cli.run("describe PLAIN --driver-path <folder>/new"),
        await cli.run("doctor \(both)"),
      ]
    )
  }

  @Test("actions lists what a driver can do")
  func actions() async throws {
    try await cli.buildHello()
    try Snapshot.check(
      "actions",
      [
        await cli.run("actions HELLO --driver-path <folder>/hello"),
        await cli.run("actions HELLO --driver-path <folder>/hello --json"),
      ]
    )
  }

  @Test("abi says which revision it is, and prints the one header byte for byte")
  func abi() async throws {
    try Snapshot.check("abi", [await cli.run("abi"), await cli.run("abi --json")])
    let header = try String(
      contentsOfFile: "\(ThisPackage.headers)/driver_abi.h",
      encoding: .utf8
    )
    #expect(try await cli.run("abi --header").output == header)
  }

  @Test(
    "a program that runs with more rights than its caller heeds no path of the environment",
    .requires(.setpriv),
    .enabled(if: geteuid() == 0, "root")
  )
  func secure() async throws {
    try await cli.buildHello()
    let program = cli.folder.file("open/drivers")
    try cli.folder.folder("open", mode: 0o755)
    try FileManager.default.copyItem(atPath: CLI.path, toPath: program)
    #expect(chmod(cli.folder.path, 0o755) == 0 && chmod(program, 0o4755) == 0)
    let path = ["DRIVERS_PATH": cli.folder.file("hello") as String?]
    let environment = try CLI.environment.merging(path) { $1 }
    func list(_ user: [String]) async throws -> String {
      try await Command.check(
        Tool.setpriv.required(),
        user + [program, "list"],
        environment: environment
      ).output
    }
    #expect(try await list([]).contains("HELLO"))
    let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"]
    let output = try await list(nobody)
    #expect(!output.contains("HELLO") && !output.contains(cli.folder.file("hello")))
  }

  @Test(
    "drivers of root and of the user are taken, those of others are not",
    .requires(.setpriv),
    .enabled(if: geteuid() == 0, "root")
  )
  func owners() async throws {
    let hello = try await cli.buildHello()
    #expect(chmod(cli.folder.path, 0o755) == 0 && chmod(cli.folder.file("hello"), 0o755) == 0)
    let program = cli.folder.file("drivers")
    try FileManager.default.copyItem(atPath: CLI.path, toPath: program)
    func list() async throws -> String {
      try await Command.check(
        Tool.setpriv.required(),
        [
          "--reuid=65534", "--regid=65534", "--clear-groups", program, "list", "--driver-path",
          hello,
        ],
        environment: CLI.environment
      ).output
    }
    #expect(try await list().contains("HELLO  1.0.0"))
    #expect(chown(hello, 65534, 65534) == 0)
    #expect(try await list().contains("HELLO  1.0.0"))
    #expect(chown(hello, 4321, 65534) == 0)
    #expect(
      try await list().contains(
        "it belongs to user 4321, who could change what runs here: have root or nobody own it"
      )
    )
  }
}
