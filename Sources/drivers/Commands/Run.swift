import ArgumentParser
import DriverHost

/// `drivers run`: one connection.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Run one connection and print what it put out.",
    usage: """
      drivers run <name> [<key=value> ...] [<options>]
      drivers run --type <type> [<key=value> ...] [<options>]
      """,
    discussion: """
      Examples:
        drivers run shop query.page:=2
        drivers run --type TYPE url=https://example.org/items query.page:=2

      The first runs a connector of the workspace, which `drivers connector` keeps; the second one \
      needs none. A connector's inputs are overridden by the secrets that are attached to it, and \
      these by the inputs of the command line.

      Every type takes these inputs too: max_runtime (seconds, for all attempts together), retry \
      ({attempts, initial, maximum, multiplier, deadline, jitter}, times in seconds; true or false), \
      rate_limit (calls a second, or {calls, per, burst}) and max_concurrency. A call is made again \
      only after an error that its driver marks retryable, and never once rows, a stream or a pipe \
      have been given something.

      Ctrl-C, TERM and HUP cancel the connection, on the remote side too; a second one ends the \
      program at once.

      The exit code is 0 when the connection has succeeded, 1 when it ended in an error or a secret \
      could not be had, 2 for wrong usage or input, 3 when the driver could not be used, and 130, 143, 129 after Ctrl-C, \
      TERM, HUP.

      With --json: {"version": 1, "execution", "driver", "driver_version", "duration", "attempts", \
      "outputs"}; driver is its id, the duration is in seconds, and outputs is a map of the driver's own \
      names. With --explain too: {"version": 1, "action", "effect", "idempotent", "inputs": \
      [{"name", "value", "from"}], "dropped", "unset", "ignored", "failures"}; effect and idempotent \
      are those of this call, which its inputs may decide; ignored are keys of attached secrets that \
      the type has no input for, failures are secrets that could not be had.

      With --each: a line of JSON for each connection when it has ended: {"item", "status", \
      "execution", "duration", "attempts", "outputs"}, or {"item", "status", "execution", "error"}; \
      item is its place among the items, from 0, and status is ENDED_SUCCESS, ENDED_ERROR or \
      ENDED_CANCELLED. Where the items come from a file, "line" behind "item" is where it begins there. The exit code is 1 if any of them has failed.

      With --json every command prints a failure as {"version": 1, "error": {"code", "stage", \
      "message", "pointer", "file", "line", "column", "retryable", "faults": [{"kind", "pointer", \
      "message", "expected", "got", "nearest", "file", "line", "column"}]}}; what is not known is \
      null. The code is one of invalid_input, unauthenticated, forbidden, not_found, conflict, \
      rate_limited, timed_out, cancelled, unavailable, dns, tls, host_key, protocol, \
      remote_failure, too_large, unsupported, internal, lost; the stage is input, secret, driver or call. \
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
        Rows, and with ndjson items that an action puts out as a channel, are printed while they \
        come, in constant memory, and other outputs are left out then. \
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

  @OptionGroup var explainOptions: ExplainOptions

  @OptionGroup var eachOptions: EachOptions
  @OptionGroup var history: HistoryOptions

  func validate() throws {
    if let each = eachOptions.each {
      let reader = (input.inputs + [each]).filter(InputArguments.readsStandardInput)
      guard each != "-" || (input.input != "-" && reader.isEmpty) else {
        throw ValidationError("standard input can be read once: --each reads it")
      }
      let isPrinted = output.map { $0 == .ndjson || $0 == .table } ?? true
      guard isPrinted, !explainOptions.explain, out == nil else {
        throw ValidationError(
          "--each prints a line of JSON for each connection, or --output table: leave --explain, --out and other formats away"
        )
      }
    }
    if host.json, let output, output != .json {
      throw ValidationError("--json prints JSON: leave it or --output \(output.rawValue) away")
    }
    if explainOptions.explain, output != nil || out != nil {
      throw ValidationError(
        "--explain runs nothing, so there is nothing for --\(output == nil ? "out" : "output")"
      )
    }
  }

  func run() async throws {
    let command = ConnectionCommand(
      host: host,
      request: try input.request(),
      workspace: try input.workspace(),
      action: action,
      format: output ?? .json,
      out: out,
      explains: explainOptions.explain,
      keepsHistory: !history.noHistory
    )
    guard let each = eachOptions.each else {
      try await command.run()
      return
    }
    try await FanOutCommand(
      connection: command,
      each: each,
      fanOut: FanOut(parallel: eachOptions.parallel, failsFast: eachOptions.failFast),
      asTable: output == .table
    ).run()
  }
}
