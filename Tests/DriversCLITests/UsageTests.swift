import Foundation
import TestSupport
import Testing

@Suite("A wrong command line")
struct UsageTests {
  private let cli: CLI

  init() throws { cli = try CLI() }

  @Test("ends with 2, the reason and how it is meant, on standard error")
  func corpus() async throws {
    var runs: [CLI.Run] = []
    for line in [
      "lst", "list extra", "list --driver-path",
      "list --bogus", "list --jsn", "describe",
      "describe A B", "actions", "parse", "parse a b", "abi --heade", "abi extra", "validate",
      "validate A", "validate --schema s", "validate --schema s a b",
      "validate A b --assert-format",
      "validate A b --resources u=f", "validate --schema s a --action x", "doctor --log-level loud",
      "doctor --log-level",
    ] {
      runs.append(try await cli.run(line))
    }
    #expect(runs.allSatisfy { $0.status == 2 && $0.output.isEmpty && !$0.error.isEmpty })
    try Snapshot.check("usage", runs)
    let empty = try await cli.run(["list", "--driver-path", ""])
    #expect(empty.status == 2 && empty.error.hasPrefix("error: --driver-path needs a path\n"))
  }

  @Test("is one JSON document on standard output where JSON was asked for")
  func json() async throws {
    let runs = [
      try await cli.run("list --json --bogus"),
      try await cli.run("describe --json"),
      try await cli.run("doctor --json", environment: ["DRIVERS_LOG": "loud"]),
    ]
    #expect(runs.allSatisfy { $0.status == 2 && $0.error.isEmpty })
    try Snapshot.check("usage-json", runs)
  }

  @Test("is coloured on a terminal, and nowhere else or where NO_COLOR is set")
  func colour() async throws {
    func onTerminal(_ more: [String: String?]) async throws -> String {
      try await Command.run(
        "script",
        ["-qec", "\(CLI.path) describe NONE", "/dev/null"],
        environment: CLI.environment.merging(more) { $1 }
      ).output
    }
    #expect(try await onTerminal([:]).contains("\u{1B}[1;31merror\u{1B}[0m: no driver serves"))
    #expect(try await onTerminal(["NO_COLOR": "1"]).hasPrefix("error: no driver serves"))
    #expect(try await cli.run("describe NONE").error.hasPrefix("error: no driver serves"))
  }

  @Test("has its types completed, those of options too", arguments: ["describe", "run --type"])
  func types(line: String) async throws {
    let hello = try await cli.buildHello(in: "home/drivers")
    #expect(FileManager.default.fileExists(atPath: hello))
    let script = try await cli.run("--generate-completion-script bash").output
    let words = "drivers \(line)".split(separator: " ").map(String.init) + [""]
    let completed = try await Command.run(
      "bash",
      [
        "-c",
        """
        source /dev/stdin
        PATH="$1:$PATH"
        shift
        COMP_WORDS=("$@" '')
        COMP_CWORD=$#
        COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE}
        _drivers drivers '' "${*: -1}"
        echo "${COMPREPLY[*]}"
        """, "bash", CLI.path.replacing(/\/drivers$/, with: ""),
      ] + words.dropLast(),
      environment: CLI.environment.merging(["XDG_DATA_HOME": cli.folder.file("home")]) { $1 },
      input: script
    )
    #expect(completed.output.split(separator: "\n").last == "HELLO", "\(completed)")
  }

  @Test("is completed by the shells", arguments: ["bash", "zsh", "fish"])
  func completions(shell: String) async throws {
    let run = try await cli.run("--generate-completion-script \(shell)")
    #expect(run.status == 0 && run.output.contains("describe"))
    guard shell == "bash" else { return }
    let syntax = try await Command.run("bash", ["-n"], input: run.output)
    #expect(syntax.status == 0 && syntax.error.isEmpty)
  }
}
