import CDriverHost
import DriverABI
import DriverHost

/// The options of a call, and what belongs to its callbacks.
struct CallSetup {
  var options = CallOptions()
  /// Nil where it has no callbacks.
  var gate: CallGate?
  /// Nil where its rows are not pulled.
  var rows: RowQueue?

  private static let knownFlags =
    DH_CALL_RESOLVES_REFERENCES | DH_CALL_HAS_VAULT_SECRETS | DH_CALL_STREAMS_ROWS

  /// Reads the options of the header.
  ///
  /// - Parameters:
  ///   - options: NULL: the defaults.
  ///   - target: What is called.
  ///   - host: Has threads for callbacks that may wait, and a limit of outputs.
  ///   - executor: Of the execution whose rows may be pulled; nil: they may not.
  /// - Throws: What is wrong with them.
  init(
    _ options: UnsafePointer<dh_call_options_v1>?,
    _ target: ConnectionTarget,
    _ host: EngineHost,
    pulledOn executor: CallExecutor?
  ) throws(Refusal) {
    guard let given = unsafe options?.pointee else { return }
    unsafe try Engine.check(given.flags, known: CallSetup.knownFlags, "the call's options")
    self.options.action = unsafe try Engine.optional(given.action, "the action")
    self.options.name = unsafe try Engine.text(given.name, "the execution's name")
    self.options.parent = unsafe try Engine.optional(given.parent, "the parent")
    self.options.connector = unsafe try Engine.text(given.connector, "the connector's name")
    if !self.options.connector.isEmpty {
      guard case .type = target else {
        throw Refusal(argument: "`connector` is for calls of a type: here the target has the name")
      }
    }
    try Engine.check(reserved: unsafe given.reserved, "the call's options")
    unsafe try readFurther(given.further)
    self.options.resolvesReferences = unsafe given.flags & DH_CALL_RESOLVES_REFERENCES != 0
    unsafe try readSecrets(given)
    guard unsafe given.timeout_ns >= 0 else { throw Refusal(argument: "the timeout is below 0") }
    if unsafe given.timeout_ns > 0 { self.options.timeout = unsafe .nanoseconds(given.timeout_ns) }
    unsafe try readChannels(given, host.outputLimit)
    if let progress = unsafe Callback(given.progress, given.progress_context, makeGate()) {
      self.options.onProgress = { unsafe CallSetup.tell($0, progress) }
    }
    unsafe try readRows(given, host.host, executor)
  }

  private mutating func readFurther(_ map: UnsafePointer<dh_value_v1>?) throws(Refusal) {
    let further = unsafe try Engine.further(
      map,
      known: ["traceparent", "tracestate"],
      "the call's options"
    )
    for option in further where option.value != .null {
      guard let text = option.value.stringValue else {
        throw Refusal(argument: "the call's option `\(option.name)` is no text")
      }
      switch option.name {
      case "traceparent": options.traceparent = text
      default: options.tracestate = text
      }
    }
  }

  private mutating func readSecrets(_ given: dh_call_options_v1) throws(Refusal) {
    let texts = unsafe try Engine.texts(
      given.vault_secrets,
      given.vault_secret_count,
      "vault secrets"
    )
    guard unsafe given.flags & DH_CALL_HAS_VAULT_SECRETS != 0 else {
      if texts.isEmpty { return }
      throw Refusal(argument: "vault secrets lack their flag: set DH_CALL_HAS_VAULT_SECRETS")
    }
    var paths: [SecretPath] = []
    for text in texts {
      guard let path = SecretPath(text: text) else {
        throw Refusal(argument: "the vault secret `\(text)` is not written CONFIG:PATH")
      }
      paths.append(path)
    }
    options.vaultSecrets = paths
  }

  private mutating func readChannels(
    _ given: dh_call_options_v1,
    _ outputLimit: Int
  ) throws(Refusal) {
    unsafe try Engine.forEach(given.sinks, given.sink_count, "sinks") { (sink) throws(Refusal) in
      let channel = unsafe try Engine.name(sink.channel, "a sink's channel")
      guard options.outputs[channel] == nil else {
        throw Refusal(argument: "the channel `\(channel)` has two sinks")
      }
      options.outputs[channel] = try unsafe ChannelDestination(sink, outputLimit) { makeGate() }
    }
    unsafe try Engine.forEach(given.sources, given.source_count, "sources") {
      (source) throws(Refusal) in
      let channel = unsafe try Engine.name(source.channel, "a source's channel")
      guard options.sources[channel] == nil else {
        throw Refusal(argument: "the channel `\(channel)` has two sources")
      }
      options.sources[channel] = try unsafe ChannelOrigin(source) { makeGate() }
    }
  }

  private mutating func readRows(
    _ given: dh_call_options_v1,
    _ host: Host,
    _ executor: CallExecutor?
  ) throws(Refusal) {
    let isPulled = unsafe given.flags & DH_CALL_STREAMS_ROWS != 0
    if let callback = unsafe Callback(given.rows, given.rows_context, makeGate()) {
      guard !isPulled else {
        throw Refusal(argument: "rows are either pulled or given to a callback")
      }
      options.onRows = { rows in
        await CallSetup.whileInUse(rows) { unsafe CallSetup.hand($0, to: callback, host) }
      }
    } else if isPulled {
      guard let executor else {
        throw Refusal(argument: "rows are pulled of an execution: nobody could, here")
      }
      let queue = RowQueue(executor)
      rows = queue
      options.onRows = { rows in await CallSetup.whileInUse(rows) { queue.put($0) } }
    }
  }

  /// The gate of all callbacks, made with the first of them.
  mutating func makeGate() -> CallGate {
    if let gate { return gate }
    let made = CallGate()
    gate = made
    return made
  }

  // MARK: - Callbacks

  private static func tell(_ progress: Progress, _ callback: Callback<dh_progress_fn_v1>) {
    let memory = ABIMemory()
    unsafe callback.run { function, context in
      unsafe function(context, progress.done, progress.total ?? 0, memory.text(progress.text))
    }
  }

  /// Hands rows over, and waits until they were released or their call is over.
  private static func whileInUse(
    _ rows: RowStream,
    _ hand: (ExportedStream) -> Void
  ) async {
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      hand(ExportedStream(rows) { done.resume() })
    }
  }

  /// Hands rows to a callback, on a thread where it may wait.
  private static func hand(
    _ stream: ExportedStream,
    to callback: Callback<dh_rows_fn_v1>,
    _ host: Host
  ) {
    do throws(HostError) {
      try host.runOnThread {
        let memory = ABIMemory()
        unsafe callback.run { function, context in
          unsafe function(context, memory.text(stream.name), stream.stream)
        }
        stream.release()
      }
    } catch {
      stream.release()
    }
  }
}
