import ArgumentParser
import DriverHost

/// What `run` and `test` share: one connection with signals, progress and output.
struct ConnectionCommand {
  let host: HostOptions
  let input: InputOptions
  let action: String?
  let format: OutputFormat
  let out: String?
  let explains: Bool

  /// Runs the connection and prints its outputs.
  func run() async throws {
    if explains {
      try explain()
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
    let driver = try driverHost.catalog.driver(for: input.type)
    let action = try driver.descriptor.existingAction(action)
    let channel = rawChannel(action)
    if format == .raw, channel == nil { try ResultWriter.checkRaw(action) }
    try checkRows(action)
    let (inputs, document) = try input.read(driver.descriptor, action)
    var options = CallOptions()
    options.action = action.name
    options.timeout = try input.limit()
    options.locations = InputOptions.locations(in: document)
    if let channel {
      options.outputs[channel] = out.map { .file($0) } ?? .bytes { try Console.send($0) }
    }
    // Opened before anything runs: a path that cannot be written must not cost a connection.
    let file: AtomicFile? =
      channel == nil ? try out.map { path throws(HostError) in try AtomicFile(path: path) } : nil
    let rows = printsRows(action) ? RowPrinter(format, file: file) : nil
    if let rows { options.onRows = { try await rows.print($0) } }
    let progress = ProgressLine()
    if let progress { options.onProgress = { progress.show($0) } }
    let type = input.type
    let callOptions = options
    // Before the call: a signal that ended the process would leave it running on the remote side.
    let signals = Signals()
    let task = Task { () -> Result<ConnectionResult, HostError> in
      do throws(HostError) {
        return .success(try await driverHost.connect(type: type, inputs, options: callOptions))
      } catch {
        return .failure(error)
      }
    }
    signals.onFirst { task.cancel() }
    let outcome = await task.value
    Console.clearStatus()
    await driverHost.close()
    switch outcome {
    case .success(let result):
      try rows?.finish()
      return Connected(
        result: result,
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

  private func configuration() throws(HostError) -> HostConfiguration {
    var configuration = HostConfiguration()
    configuration.searchPath = host.searchPath
    configuration.logLevel = try host.level()
    configuration.log = { HostOptions.show($0.level, of: $0.driver, $0.message) }
    return configuration
  }

  /// Prints the inputs as the driver would get them.
  private func explain() throws {
    let catalog = Catalog(searchPath: host.searchPath)
    let driver = try catalog.driver(for: input.type)
    let action = try driver.descriptor.existingAction(action)
    let (inputs, document) = try input.read(driver.descriptor, action)
    let (complete, _) = try InputSchema(driver.descriptor).completeAll(
      inputs,
      action: action.name,
      locations: InputOptions.locations(in: document)
    )
    let explanation = Explanation(
      complete,
      ofHost: inputs.filter { HostInputs.names.contains($0.name) },
      document: document,
      arguments: InputArguments.names(input.inputs),
      action: action
    )
    if host.json {
      Console.output(json: explanation.object)
    } else {
      Console.output(explanation.text)
    }
  }

  /// The channel that `raw` connects to the output: the action's first one of bytes.
  private func rawChannel(_ action: Descriptor.Action) -> String? {
    guard format == .raw else { return nil }
    return action.channels.first { $0.direction == .output && $0.content == .bytes }?.name
  }
}
