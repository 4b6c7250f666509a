/// Looks secrets up: once however many calls wait for one, and then not again for a while.
///
/// The host knows no store: a secret is what the action `secret` of a connector type puts out for a path, under
/// `data` the values by their keys, under `lease_seconds` how long they hold. A look-up is a connection like any
/// other, so that it has a deadline, an execution and a place in the limits.
final class SecretResolver: Sendable {
  /// The keys of a path, as long as they hold.
  private struct Entry {
    var keys: ValueMap
    var until: MonotonicTime
    /// The configuration that it was read with: one that was changed since reads anew.
    var configuration: StoredInputs
  }

  private struct Key: Hashable {
    var path: SecretPath
    /// The configurations that are waiting for this one: who waits for himself must not wait for another's look.
    var vaults: [String]
  }

  private let cache = Lock<[SecretPath: Entry]>([:])
  private let flights: SingleFlight<Key, ValueMap>
  private let lifetime: Duration
  private let timeout: Duration
  /// How many paths are kept at most: operators have hundreds, and a mistake must not fill the memory.
  private static let limit = 10_000

  init(_ configuration: HostConfiguration, _ deadlines: DeadlineQueue) {
    flights = SingleFlight(deadlines)
    lifetime = configuration.secretLifetime
    timeout = configuration.secretTimeout
  }

  /// The secrets of some paths if all are known; no call is made.
  func known(_ paths: [SecretPath], in workspace: Workspace?) -> [SecretPath: ValueMap]? {
    var found: [SecretPath: ValueMap] = [:]
    for path in paths {
      guard let stored = try? workspace?.vaults.load(path.configuration),
        let keys = cached(path, stored.inputs)
      else { return nil }
      found[path] = keys
    }
    return found
  }

  private func cached(_ path: SecretPath, _ stored: StoredInputs) -> ValueMap? {
    cache.withLock { cache in
      guard let entry = cache[path], entry.until > .now, entry.configuration.isSame(as: stored)
      else { return nil }
      return entry.keys
    }
  }

  /// Forgets the secrets of some paths: what they opened was refused.
  func forget(_ paths: some Sequence<SecretPath>) {
    cache.withLock { cache in for path in paths { cache[path] = nil } }
  }

  /// What some paths hold, each looked up if need be, one beside the other.
  ///
  /// - Parameters:
  ///   - paths: The paths.
  ///   - core: Makes the calls.
  ///   - options: Those of the call that wants the secrets.
  ///   - deadline: Until when to wait.
  ///   - execution: The execution that wants them.
  /// - Returns: What was found, and what could not be.
  func secrets(
    of paths: [SecretPath],
    through core: HostCore,
    _ options: CallOptions,
    deadline: MonotonicTime?,
    execution: String
  ) async -> (found: [SecretPath: ValueMap], failures: [SecretFailure]) {
    await withTaskGroup(of: (Int, Result<ValueMap, SecretFailure>).self) { group in
      for (index, path) in paths.enumerated() {
        group.addTask { [self] in
          (index, await keys(of: path, through: core, options, deadline, execution))
        }
      }
      var answers: [Int: Result<ValueMap, SecretFailure>] = [:]
      for await (index, answer) in group { answers[index] = answer }
      var found: [SecretPath: ValueMap] = [:]
      var failures: [SecretFailure] = []
      for (index, path) in paths.enumerated() {
        switch answers[index] {
        case .success(let keys): found[path] = keys
        case .failure(let failure): failures.append(failure)
        case nil: break
        }
      }
      return (found, failures)
    }
  }

  private func keys(
    of path: SecretPath,
    through core: HostCore,
    _ options: CallOptions,
    _ deadline: MonotonicTime?,
    _ execution: String
  ) async -> Result<ValueMap, SecretFailure> {
    guard !options.vaults.contains(path.configuration) else {
      let way = (options.vaults + [path.configuration]).joined(separator: " → ")
      return .failure(
        SecretFailure(
          reason: .configuration,
          path: path,
          message:
            "the vault configuration \(path.configuration) needs a secret of its own to be opened (\(way)); write that secret into it, or take it from another vault"
        )
      )
    }
    let stored: StoredResource<VaultConfiguration>
    do {
      stored = try core.vault(path.configuration)
    } catch {
      return .failure(SecretFailure(error, at: path))
    }
    if let keys = cached(path, stored.inputs) { return .success(keys) }
    let key = Key(path: path, vaults: options.vaults)
    let answer = await flights.answer(
      for: key,
      deadline: deadline,
      { "the vault \(path.configuration) was asked for `\(path.path)`" },
      begin: {
        // A task of its own: whoever began the look may be cancelled while others wait for it.
        Task.detached { [self] in
          let answer = await look(path, stored, through: core, options.vaults, execution)
          if case .success(let (keys, until)) = answer {
            remember(keys, at: path, until: until, stored.inputs)
          }
          flights.finish(key, answer.map(\.keys))
        }
      }
    )
    return answer.mapError { SecretFailure($0, at: path) }
  }

  private func remember(
    _ keys: ValueMap,
    at path: SecretPath,
    until: MonotonicTime,
    _ stored: StoredInputs
  ) {
    cache.withLock { cache in
      if cache.count >= SecretResolver.limit {
        let now = MonotonicTime.now
        cache = cache.filter { $0.value.until > now }
        if cache.count >= SecretResolver.limit { cache = [:] }
      }
      cache[path] = Entry(keys: keys, until: until, configuration: stored)
    }
  }

  /// One look-up.
  private func look(
    _ path: SecretPath,
    _ stored: StoredResource<VaultConfiguration>,
    through core: HostCore,
    _ vaults: [String],
    _ execution: String
  ) async -> Result<(keys: ValueMap, until: MonotonicTime), HostError> {
    var options = CallOptions()
    options.action = "secret"
    options.timeout = timeout
    options.parent = execution
    options.name = "secret \(path)"
    options.vaults = vaults + [path.configuration]
    options.hidesOutputs = true
    do throws(HostError) {
      let result = try await core.run(
        .vault(path.configuration),
        ["path": .string(path.path)],
        options
      )
      guard let keys = result["data"].mapValue else {
        throw HostError(
          .protocolViolation,
          stage: .driver,
          "the action `secret` of \(stored.resource.type) has put out no map `data` of keys and values, which every secret store must"
        )
      }
      let lease = result["lease_seconds"].doubleValue.flatMap { $0 >= 0 ? $0 : nil }
      let wanted = stored.resource.cacheSeconds.map { Duration.seconds($0) } ?? lifetime
      let held = lease.map { min(wanted, .seconds(min($0, 1e9))) } ?? wanted
      return .success((keys.resolvedThroughout, MonotonicTime.now.advanced(by: held)))
    } catch {
      return .failure(error)
    }
  }
}

extension ValueMap {
  /// These members with documents that are kept as text read.
  fileprivate var resolvedThroughout: ValueMap {
    ValueMap(lazy.map { (name: $0.name, value: $0.value.resolved) })
  }
}
