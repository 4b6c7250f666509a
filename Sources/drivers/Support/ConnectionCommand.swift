import ArgumentParser
import DriverHost

/// What `run` and `test` share: one connection with signals, progress and output.
struct ConnectionCommand {
  let host: HostOptions
  let request: CallRequest
  let workspace: Workspace?
  let action: String?
  let format: OutputFormat
  let out: String?
  let explains: Bool
  /// Whether the executions are recorded.
  var keepsHistory = true
  /// Whether all that comes out is secret, whatever the driver says of it.
  var hidesOutputs = false

  /// Runs the connection and prints its outputs.
  func run() async throws {
    if explains {
      try await explain()
      return
    }
    let connected = try await connect()
    if !connected.isWritten {
      try ResultWriter(format: format, file: connected.file, asJSON: host.json)
        .write(connected.result)
    }
    try connected.end()
  }

  /// What a connection came to.
  struct Connected {
    var result: ConnectionResult
    /// The connector type.
    var type: String
    /// Whether a channel has written the output already.
    var isWritten = false
    /// Where the output goes otherwise; nil: to standard output.
    var file: AtomicFile?
    /// What the shell expects after a signal; nil if none came.
    var exitCode: Int32?

    /// Ends a command whose output is written.
    ///
    /// - Throws: `ExitCode` where a signal came: who sent it is not told that all went well, though
    ///   the driver may have been done before it heard of it.
    func end() throws {
      if let exitCode { throw ExitCode(exitCode) }
    }
  }

  /// Runs the connection.
  ///
  /// - Throws: `Failure`, with the exit code of a signal if one came; `ExitCode(0)` where the
  ///   reader of standard output has gone, and had what it wanted.
  func connect() async throws -> Connected {
    let driverHost = try Host(try configuration())
    let call = try request.prepare(action, driverHost.catalog, workspace)
    let action = call.action
    let channel = printedChannel(action)
    if format == .raw, channel == nil { try ResultWriter.checkRaw(action) }
    try checkRows(action)
    var options = call.options
    options.hidesOutputs = hidesOutputs
    options.masksChannels = true
    let items = channel?.content == .values && out == nil ? ItemPrinter() : nil
    if let channel {
      options.outputs[channel.name] =
        out.map { .file($0) } ?? items?.destination ?? .bytes { try Console.send($0) }
    }
    // Opened before anything runs: a path that cannot be written must not cost a connection.
    let file: AtomicFile? =
      channel == nil ? try out.map { path throws(HostError) in try AtomicFile(path: path) } : nil
    let rows = printsRows(action) ? RowPrinter(format, file: file) : nil
    if let rows { options.onRows = { try await rows.print($0) } }
    let progress = ProgressLine()
    if let progress { options.onProgress = { progress.show($0) } }
    let callOptions = options
    // Before the call: a signal that ended the process would leave it running on the remote side.
    let signals = Signals()
    let task = Task { () -> Result<ConnectionResult, HostError> in
      do throws(HostError) {
        return .success(
          try await driverHost.connect(to: call.target, call.inputs, options: callOptions)
        )
      } catch {
        return .failure(error)
      }
    }
    signals.onFirst { task.cancel() }
    let outcome = await task.value
    // What had come before a failure is printed too.
    let printed = await items?.finish()
    Console.clearStatus()
    await driverHost.close()
    if let printed, Console.isReaderGone(printed) { throw ExitCode(signals.exitCode ?? 0) }
    switch outcome {
    case .success(let result):
      if let printed { throw Failure(printed, asJSON: host.json, exitCode: signals.exitCode) }
      try rows?.finish()
      return Connected(
        result: result,
        type: call.type,
        isWritten: channel != nil || rows != nil,
        file: file,
        exitCode: signals.exitCode
      )
    case .failure(let error):
      // As for outputs that are printed when the connection has ended: `… | head -1` is no failure.
      if Console.isReaderGone(error) { throw ExitCode(signals.exitCode ?? 0) }
      throw Failure(error, asJSON: host.json, exitCode: signals.exitCode)
    }
  }

  /// Whether rows are printed while they come, instead of being collected into the outputs.
  private func printsRows(_ action: Descriptor.Action) -> Bool {
    action.outputKinds.contains(.rows) && (format == .table || format.rowFormat != nil)
  }

  /// Refuses a format of rows for an action that has none, before it runs.
  private func checkRows(_ action: Descriptor.Action) throws(HostError) {
    guard format == .arrow || format == .arrowStream, !action.outputKinds.contains(.rows) else {
      return
    }
    throw HostError(
      .invalidInput,
      stage: .input,
      "--output \(format.rawValue) is for rows, and the action `\(action.name)` puts out none: use json, csv or table"
    )
  }

  /// What the host of the connection is made with.
  func configuration() throws(HostError) -> HostConfiguration {
    var configuration = HostConfiguration()
    configuration.searchPath = host.searchPath
    configuration.logLevel = try host.level()
    configuration.workspace = workspace
    if keepsHistory, !explains, let workspace {
      let level = configuration.logLevel
      configuration.history = HistoryFile(of: workspace).recording { lineLevel, text in
        if lineLevel >= level { HostOptions.show(lineLevel, of: nil, text) }
      }
    } else {
      configuration.history = MemoryHistory(limit: 0)
    }
    configuration.log = { HostOptions.show($0.level, of: $0.driver, $0.message) }
    return configuration
  }

  /// Prints the inputs as the driver would get them; runs nothing but look-ups of secrets.
  private func explain() async throws {
    let driverHost = try Host(try configuration())
    let call = try request.prepare(action, driverHost.catalog, workspace)
    let signals = Signals()
    let task = Task { () -> Result<CallExplanation, HostError> in
      do throws(HostError) {
        return .success(
          try await driverHost.explain(call.target, call.inputs, options: call.options)
        )
      } catch {
        return .failure(error)
      }
    }
    signals.onFirst { task.cancel() }
    let outcome = await task.value
    await driverHost.close()
    let explained: CallExplanation
    switch outcome {
    case .success(let result): explained = result
    case .failure(let error): throw Failure(error, asJSON: host.json, exitCode: signals.exitCode)
    }
    let explanation = Explanation(
      explained,
      call,
      arguments: InputArguments.names(request.arguments)
    )
    if host.json {
      Console.output(json: explanation.object)
    } else {
      Console.output(explanation.text)
    }
  }

  /// The channel that is printed while it comes: for `raw` the first one of bytes, for `ndjson` that of the items of an
  /// output, where no other comes before it.
  private func printedChannel(_ action: Descriptor.Action) -> Descriptor.Channel? {
    let channels = action.channels.filter { $0.direction == .output }
    switch format {
    case .raw: return channels.first { $0.content == .bytes }
    case .ndjson:
      guard let first = channels.first, first.content == .values,
        action.outputs["properties"].mapValue?[first.name] != nil
      else { return nil }
      return first
    case .json, .table, .csv, .arrow, .arrowStream: return nil
    }
  }
}
