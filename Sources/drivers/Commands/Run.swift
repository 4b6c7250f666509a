import ArgumentParser
import DriverHost

/// `drivers run`: one connection.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run one connection and print what it put out.",
    discussion: """
      Example: drivers run --type REST url=https://example.org/items query.page:=2

      Ctrl-C, TERM and HUP cancel the connection, on the remote side too; a second one ends the \
      program at once.
      """
  )

  @OptionGroup var host: HostOptions
  @OptionGroup var input: InputOptions

  @Option(
    name: .long,
    help: ArgumentHelp("What to do; the driver's default action otherwise.")
  )
  var action: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How to print: json, table, ndjson or raw.",
      discussion: """
        json: all outputs as one document. table: rows as a table, else names and values. ndjson: \
        one line of JSON for each row or item. raw: the bytes of the action's first byte channel as \
        they come, else the one output as it stands.
        """,
      valueName: "format"
    )
  )
  var output = OutputFormat.json

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write to a file instead of standard output.",
      discussion: "The file appears whole, and only when the connection has succeeded.",
      valueName: "file"
    )
  )
  var out: String?

  @Flag(help: "Print every input with where it came from, secrets masked, and run nothing.")
  var explain = false

  func run() async throws {
    try await ConnectionCommand(
      host: host,
      input: input,
      action: action,
      format: output,
      out: out,
      explains: explain
    ).run()
  }
}
