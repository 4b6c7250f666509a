import ArgumentParser
import DriverHost

/// `drivers executions list`: the newest ones.
struct ExecutionsList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List executions, the newest first.",
    discussion: """
      With --json: {"version": 1, "executions": [{"id", "type", "name", "connector_name", \
      "connector_type", "action", "parent", "status", "status_message", "error_code", "created", \
      "started", "ended", "duration", "attempts", "driver", "driver_version"}]}; times are RFC 3339 \
      in UTC, the duration is in seconds, what is not known is null.
      """
  )

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only those of a status; may be given several times.",
      discussion: "NEW, RUNNING, ENDED_SUCCESS, ENDED_ERROR or ENDED_CANCELLED.",
      valueName: "status"
    ),
    completion: .list(ExecutionStatus.allCases.map(\.rawValue)),
    transform: ExecutionsList.status
  )
  var status: [ExecutionStatus] = []

  @Option(
    name: .long,
    help: ArgumentHelp("Only those of a connector.", valueName: "name"),
    completion: ConnectorArgument.completion
  )
  var connector: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Only those of a connector type.", valueName: "type"),
    completion: TypeArgument.completion
  )
  var type: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only those created since then: 15m, 12h or 30d ago, or 2026-01-31T08:00:00Z.",
      valueName: "time"
    )
  )
  var since: MomentArgument?

  @Option(help: ArgumentHelp("How many at most.", valueName: "n"))
  var limit = 50

  @OptionGroup var workspaceOptions: WorkspaceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard limit >= 1, limit <= 100_000 else {
      throw ValidationError("--limit needs a number from 1 to 100000")
    }
  }

  func run() async throws {
    var query = ExecutionQuery()
    query.statuses = Set(status)
    query.connector = connector
    query.type = type
    query.since = since?.time
    query.limit = limit
    let history = try HistoryFile(of: workspaceOptions.opened()).reading()
    let executions = try await history?.executions(query) ?? []
    if output.json {
      Console.output(
        json: [
          "version": 1,
          "executions": .list(executions.map { .map(ExecutionDocument.object($0)) }),
        ]
      )
    } else if executions.isEmpty {
      Console.output(history == nil ? "nothing was recorded yet" : "no such executions")
    } else {
      Console.output(ExecutionDocument.table(executions))
    }
  }

  private static func status(_ text: String) throws -> ExecutionStatus {
    guard let status = ExecutionStatus(rawValue: text.uppercased()) else {
      let known = ExecutionStatus.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("\(text) is no status: \(known)")
    }
    return status
  }
}
