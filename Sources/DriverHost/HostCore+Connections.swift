import Synchronization

extension HostCore {
  /// One call, all the way; see `Host.connect`, whose execution may have been made before.
  func run(
    _ target: ConnectionTarget,
    _ inputs: ValueMap,
    _ options: CallOptions,
    _ recorder: ExecutionRecorder? = nil
  ) async throws(HostError) -> ConnectionResult {
    running.add(1, ordering: .relaxed)
    defer { running.subtract(1, ordering: .releasing) }
    let start = MonotonicTime.now
    let recorder = recorder ?? ExecutionRecorder(UUID.makeV7(), target, options, since: start)
    do throws(HostError) {
      let result: ConnectionResult
      if case .type(let type) = target, options.vaultSecrets == nil, !options.resolvesReferences {
        let inputs = CallInputs(inputs, locations: options.locations)
        result = try await run(type, inputs, options, recorder, since: start)
      } else {
        result = try await runStored(target, inputs, options, recorder, since: start)
      }
      await recorder.end(result, in: executions)
      return result
    } catch {
      throw await ended(error, options, recorder)
    }
  }

  /// Ends what belongs to a call that has failed.
  // Not inlined: tasks would keep room for it.
  @inline(never)
  func ended(
    _ error: HostError,
    _ options: CallOptions,
    _ recorder: ExecutionRecorder
  ) async -> HostError {
    // Whoever reads a stream must not wait for a call that has not begun.
    for destination in options.outputs.values { destination.end(with: error) }
    var error = error
    error.execution = recorder.id
    await recorder.end(error, in: executions)
    return error
  }

  /// The way of a call whose inputs do not all come with it.
  @inline(never)
  private func runStored(
    _ target: ConnectionTarget,
    _ inputs: ValueMap,
    _ options: CallOptions,
    _ recorder: ExecutionRecorder,
    since start: MonotonicTime
  ) async throws(HostError) -> ConnectionResult {
    var options = options
    let stored = try stored(target, &options, recorder)
    let type: String
    switch (stored, target) {
    case (let stored?, _): type = stored.type
    case (nil, .type(let name)): type = name
    case (nil, _): throw HostCore.noWorkspace
    }
    let (merged, wanted) = CallInputs.merging(stored, inputs, options)
    guard let wanted else { return try await run(type, merged, options, recorder, since: start) }
    let resolved = try await resolve(
      merged,
      wanted,
      type: type,
      options,
      deadline: (options.timeout ?? HostInputs.runtimeLimit(in: merged.values)).map(
        start.advanced(by:)
      ),
      recorder
    )
    do throws(HostError) {
      return try await run(type, resolved, options, recorder, since: start)
    } catch {
      // A secret that is refused may have been changed where it comes from; the next call looks again.
      if error.code == .unauthenticated, error.stage == .call { secrets.forget(wanted.paths) }
      throw error
    }
  }

  /// The stored value of a target, whose name the call takes.
  private func stored(
    _ target: ConnectionTarget,
    _ options: inout CallOptions,
    _ recorder: ExecutionRecorder
  ) throws(HostError) -> StoredInputs? {
    switch target {
    case .type: return nil
    case .connector(let name):
      let stored = try connector(name).inputs
      options.connector = name
      recorder.identify(stored, in: executions)
      return stored
    case .vault(let name):
      let stored = try vault(name).inputs
      options.connector = HostCore.connectorName(ofVault: name)
      recorder.identify(stored, in: executions)
      return stored
    }
  }

  /// What a vault configuration is called where connectors are: connectors have no colon in their limits' names.
  static func connectorName(ofVault name: String) -> String { "vault:\(name)" }

  /// Looks secrets up and puts them where they belong.
  @inline(never)
  private func resolve(
    _ inputs: CallInputs,
    _ wanted: CallInputs.Wanted,
    type: String,
    _ options: CallOptions,
    deadline: MonotonicTime?,
    _ recorder: ExecutionRecorder
  ) async throws(HostError) -> CallInputs {
    let paths = wanted.paths
    var found = secrets.known(paths, in: configuration.workspace)
    var failures: [SecretFailure] = []
    if found == nil {
      recorder.announce(in: executions)
      (found, failures) = await secrets.secrets(
        of: paths,
        through: self,
        options,
        deadline: deadline,
        execution: recorder.id
      )
    }
    if let cancelled = failures.compactMap(\.cause).first(where: { $0.code == .cancelled }) {
      throw cancelled
    }
    let schema: InputSchema
    do throws(HostError) {
      schema = try await prepare(type, deadline: deadline).schema
    } catch {
      throw failures.isEmpty ? error : SecretFailure.error(failures)
    }
    var inputs = inputs
    var faults: [Fault] = []
    inputs.fill(
      wanted,
      from: found ?? [:],
      isInput: schema.hasInput,
      faults: &faults,
      failures: &failures
    )
    // Nobody needs what only an input refers to that an attached secret overrides.
    let needed = wanted.needed(without: inputs.attached)
    failures.removeAll { $0.pointer == nil && !needed.contains($0.path) }
    // What is wrong with the inputs themselves comes first: it would be wrong with every secret.
    guard faults.isEmpty else { throw HostError(faults: faults, of: "the input for \(type)") }
    guard failures.isEmpty else { throw SecretFailure.error(failures) }
    return inputs
  }

  /// The way of every call from here on.
  private func run(
    _ type: String,
    _ inputs: CallInputs,
    _ options: CallOptions,
    _ recorder: ExecutionRecorder,
    since start: MonotonicTime
  ) async throws(HostError) -> ConnectionResult {
    let driver = try await prepare(type, deadline: options.timeout.map(start.advanced(by:)))
    if driver.hasPolicies || options.hasPolicies || HostInputs.areIn(inputs.values) {
      return try await GovernedCall(driver, inputs, options, of: self, since: start, recorder).run()
    }
    let connection = try driver.connection(
      inputs,
      options,
      of: self,
      since: start,
      execution: recorder.id
    )
    recorder.begin(connection, inputs, in: executions)
    return try connection.result(await connection.run(), since: start)
  }
}

// MARK: - Workspace

extension HostCore {
  /// A connector of the workspace.
  func connector(_ name: String) throws(HostError) -> StoredResource<Connector> {
    guard let workspace = configuration.workspace else { throw HostCore.noWorkspace }
    return try workspace.connectors.load(name)
  }

  /// A vault configuration of the workspace.
  func vault(_ name: String) throws(HostError) -> StoredResource<VaultConfiguration> {
    guard let workspace = configuration.workspace else { throw HostCore.noWorkspace }
    return try workspace.vaults.load(name)
  }

  private static var noWorkspace: HostError {
    HostError(
      .notFound,
      stage: .input,
      "the host has no workspace, so that there are no connectors and vaults: set HostConfiguration.workspace, or name a connector type"
    )
  }
}
