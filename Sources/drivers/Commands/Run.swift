import ArgumentParser
import DriverHost

/// `drivers run`: one connection.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run one connection and print what it put out.",
    discussion: """
      Example: drivers run --type REST url=https://example.org/items query.page:=2

      Every type takes these inputs too: max_runtime (seconds, for all attempts together), retry \
      ({attempts, initial, maximum, multiplier, deadline, jitter}, times in seconds; true or false), \
      rate_limit (calls a second, or {calls, per, burst}) and max_concurrency. A call is made again \
      only after an error that its driver marks retryable, and never once rows, a stream or a pipe \
      have been given something.

      Ctrl-C, TERM and HUP cancel the connection, on the remote side too; a second one ends the \
      program at once.

      The exit code is 0 when the connection has succeeded, 1 when it ended in an error, 2 for \
      wrong usage or input, 3 when the driver could not be used, and 130, 143, 129 after Ctrl-C, \
      TERM, HUP.

      With --json: {"version": 1, "execution", "driver", "driver_version", "duration", "attempts", \
      "outputs"}; driver is its id, the duration is in seconds, and outputs is a map of the driver's own \
      names. With --explain too: {"version": 1, "action", "effect", "idempotent", "inputs": \
      [{"name", "value", "from"}], "dropped", "unset"}; effect and idempotent are those of this \
      call, which its inputs may decide.

      With --json every command prints a failure as {"version": 1, "error": {"code", "stage", \
      "message", "pointer", "file", "line", "column", "retryable", "faults": [{"kind", "pointer", \
      "message", "expected", "got", "nearest", "file", "line", "column"}]}}; what is not known is \
      null. The code is one of invalid_input, unauthenticated, forbidden, not_found, conflict, \
      rate_limited, timed_out, cancelled, unavailable, dns, tls, host_key, protocol, \
      remote_failure, too_large, unsupported, internal, lost; the stage is input, driver or call. \
      Where there is something to say, the error has "attempts" (how many there were, above 1), \
      "retry_after" (seconds), "detail", "status" \
      (of the protocol), "vendor_code", "vendor_state", "details" and "outputs" (what came before \
      it), and a fault "keyword" and "schema".
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
      "How to print: json, table, ndjson, csv, arrow, arrow-stream or raw; json if none is given.",
      discussion: """
        json: all outputs as one document. table: rows as a table, else names and values. ndjson: \
        one line of JSON for each row or item. csv: a header and a line for each row; a null is \
        nothing, an empty text is "". arrow, arrow-stream: rows as an Arrow IPC file or stream. \
        Rows are printed while they come, in constant memory, and other outputs are left out then. \
        raw: the bytes of the action's first byte channel as they come, else the one output as it \
        stands; refused for an action with several outputs.
        """,
      valueName: "format"
    )
  )
  var output: OutputFormat?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Write to a file instead of standard output.",
      discussion: "The file appears whole, and only when the connection has succeeded.",
      valueName: "file"
    ),
    completion: .file()
  )
  var out: String?

  @Flag(help: "Print every input with where it came from, secrets masked, and run nothing.")
  var explain = false

  func validate() throws {
    if host.json, let output, output != .json {
      throw ValidationError("--json prints JSON: leave it or --output \(output.rawValue) away")
    }
    if explain, output != nil || out != nil {
      throw ValidationError(
        "--explain runs nothing, so there is nothing for --\(output == nil ? "out" : "output")"
      )
    }
  }

  func run() async throws {
    try await ConnectionCommand(
      host: host,
      input: input,
      action: action,
      format: output ?? .json,
      out: out,
      explains: explain
    ).run()
  }
}
