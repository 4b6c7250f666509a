import ArgumentParser
import DriverHost
import Glibc

/// One connection for each of some items: `drivers run --each`.
struct FanOutCommand {
  let connection: ConnectionCommand
  let each: String
  let fanOut: FanOut
  let asTable: Bool

  /// Runs them, and prints what each came to.
  func run() async throws {
    let driverHost = try Host(try connection.configuration())
    let call = try connection.request.prepare(
      connection.action,
      driverHost.catalog,
      connection.workspace
    )
    var base = call.stored?.inputs.values ?? [:]
    for (name, value) in call.inputs { base[name] = value }
    let reader = CallRequest.reader(call.descriptor, call.action)
    // Opened before anything runs, to be refused before that.
    let items = ItemFeed(try ItemSource(each, reader, changing: base), on: driverHost)
    let report = FanOutReport(asTable: asTable)
    let signals = Signals()
    let task = Task {
      await driverHost.connectMany(
        to: call.target,
        call.inputs,
        given: items,
        fanOut,
        options: call.options,
        onEnd: { report.add($0) }
      )
    }
    signals.onFirst {
      // First: nobody wants to be told of all that was not begun.
      items.stop()
      task.cancel()
    }
    let summary = await task.value
    Console.clearStatus()
    await driverHost.close()
    report.end(summary)
    if let code = signals.exitCode { throw ExitCode(code) }
    if let failure = items.failure {
      throw Failure(failure, asJSON: connection.host.json)
    }
    guard summary.failed + summary.cancelled == 0 else { throw ExitCode(1) }
  }
}

/// Prints what each connection of a fan-out came to.
private final class FanOutReport: Sendable {
  private struct State {
    var done = 0
    var failed = 0
    var table = TextTable(["ITEM", "STATUS", "SECONDS", "RESULT"])
  }

  private let asTable: Bool
  private let isShown = isatty(STDERR_FILENO) == 1
  private let state = Lock(State())

  init(asTable: Bool) { self.asTable = asTable }

  /// Prints one, as a line of JSON.
  func add(_ item: FanOut.Item) {
    let (done, failed) = state.withLock { state in
      state.done += 1
      if case .failure = item.outcome { state.failed += 1 }
      if asTable { state.table.add(FanOutReport.row(item)) }
      return (state.done, state.failed)
    }
    // On a terminal both are in one place.
    if isShown { Console.clearStatus() }
    if !asTable { Console.output(Console.json(JSON.text(FanOutReport.object(item)))) }
    if isShown { Console.status("\(done) done, \(failed) failed") }
  }

  /// Says how many there were.
  func end(_ summary: FanOut.Summary) {
    if asTable, summary.total > 0 { Console.output(state.withLock { $0.table.text }) }
    var words = ["\(summary.succeeded) succeeded", "\(summary.failed) failed"]
    if summary.cancelled > 0 { words.append("\(summary.cancelled) cancelled") }
    Console.error(words.joined(separator: ", "))
  }

  private static func status(_ item: FanOut.Item) -> ExecutionStatus {
    switch item.outcome {
    case .success: .succeeded
    case .failure(let error): error.code == .cancelled ? .cancelled : .failed
    }
  }

  private static func object(_ item: FanOut.Item) -> Value {
    var object: ValueMap = ["item": .int(Int64(item.index))]
    if let line = item.location?.line, line > 0 { object["line"] = .int(Int64(line)) }
    object["status"] = .string(status(item).rawValue)
    switch item.outcome {
    case .success(let result):
      object["execution"] = .string(result.execution)
      object["duration"] = .double(Double(result.duration.nanoseconds) / 1e9)
      object["attempts"] = .int(Int64(result.attempts))
      object["outputs"] = Value.map(result.shownOutputs).withDocumentsParsed
    case .failure(let error):
      object["execution"] = Value(error.execution)
      object["error"] = Failure.object(error)
    }
    return .map(object)
  }

  private static func row(_ item: FanOut.Item) -> [String] {
    let start = ["\(item.index)", status(item).rawValue]
    switch item.outcome {
    case .success(let result):
      let seconds = Double(result.duration.nanoseconds) / 1e9
      return start + [
        "\((seconds * 1000).rounded() / 1000)",
        cut(JSON.text(Value.map(result.shownOutputs).withDocumentsParsed)),
      ]
    case .failure(let error): return start + ["", cut(error.description)]
    }
  }

  /// A text as the last cell of a row.
  private static func cut(_ text: String) -> String {
    let line = text.replacing("\n", with: " ")
    return line.count > 200 ? line.prefix(199) + "…" : line
  }
}
