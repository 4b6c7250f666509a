internal import DriverHost

/// Calls of every action of a driver, and what the host saw of them.
struct CallRun: Sendable {
  let probe: Probe
  let host: Host
  private let inputs: CallInputs
  private let server: ClosedServer
  private let before: ProcessState

  /// A host with the driver, whose calls are sent to a port that leads nowhere.
  init(_ probe: Probe, server manner: ClosedServer.Manner) async throws {
    self.probe = probe
    server = try ClosedServer(manner)
    inputs = try CallInputs(probe.driver.descriptor, port: server.port)
    // What waiting takes by itself, once in a process.
    try await Task.sleep(for: .milliseconds(1))
    before = ProcessState()
    host = try probe.makeHost()
  }

  /// Actions with inputs that they take.
  var actions: [(action: Descriptor.Action, inputs: ValueMap)] {
    probe.driver.descriptor.actions.compactMap { action in
      inputs.valid(for: action.name).map { (action, $0) }
    }
  }

  /// Says which actions are left out, if any are.
  func reportSkipped() {
    let left = probe.driver.descriptor.actions.filter { inputs.valid(for: $0.name) == nil }
    if left.count == probe.driver.descriptor.actions.count {
      probe.skip(
        "the examples of its inputs make no valid call, so none can be tried: give each required input an example"
      )
    }
  }

  /// How a call has ended.
  @discardableResult
  func call(
    _ action: Descriptor.Action,
    _ inputs: ValueMap,
    timeout: Duration = .seconds(5),
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async -> HostError? {
    var options = CallOptions()
    options.action = action.name
    options.timeout = timeout
    for channel in action.channels {
      switch channel.direction {
      case .input: options.sources[channel.name] = .bytes(Array("some bytes\n".utf8))
      case .output: options.outputs[channel.name] = .collect(limit: 1 << 20)
      }
    }
    change(&options)
    do throws(HostError) {
      _ = try await host.connect(type: probe.driver.selector, inputs, options: options)
      return nil
    } catch {
      return error
    }
  }

  /// Runs up to so many calls, several at once, as many as there is time for.
  ///
  /// - Returns: How many there were, at least one.
  @discardableResult
  func repeatCalls(_ action: Descriptor.Action, _ inputs: ValueMap, _ count: Int) async -> Int {
    let start = MonotonicTime.now
    await call(action, inputs)
    // One by one where that is quick: fewer threads, and less that they keep for themselves.
    let isQuick = MonotonicTime.now < start.advanced(by: .milliseconds(2))
    let end = start.advanced(by: .seconds(2))
    let left = Lock(count)
    let done = Lock(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<(isQuick ? 1 : 32) {
        group.addTask {
          while MonotonicTime.now < end,
            left.withLock({
              $0 -= 1; return $0 >= 0
            })
          {
            await call(action, inputs)
            done.withLock { $0 += 1 }
          }
        }
      }
    }
    return max(1, done.withLock { $0 })
  }

  /// Ends the host, and says what the driver has left behind, and which rules it was seen to break.
  func end() async {
    probe.step("after the last call")
    let type = probe.driver.descriptor.name
    let statistics = host.statistics.drivers[type]
    let grace = probe.driver.descriptor.grace.inWords
    if let statistics, statistics.abandonedCalls > 0 {
      probe.report(
        CheckFinding(
          "STOP-1",
          "\(statistics.abandonedCalls) calls did not end within \(grace) after they were asked to stop, and were given up"
        )
      )
    }
    if let statistics, statistics.slowCallbacks > 0 {
      probe.report(
        CheckFinding(
          "CALL-4",
          "it held its loop up \(statistics.slowCallbacks) times, the longest for \(statistics.slowestCallback.inWords): nothing there may wait"
        )
      )
    }
    let report = await host.close()
    if !report.isClean, statistics?.abandonedCalls ?? 0 == 0 {
      probe.report(
        CheckFinding("CALL-1", "calls were left without a `done` when the host was closed")
      )
    }
    var after = ProcessState()
    // The host's own threads and descriptors are on their way out.
    for _ in 0..<200 where !left(after).isEmpty || !ProcessState.hostThreads().isEmpty {
      try? await Task.sleep(for: .milliseconds(5))
      after = ProcessState()
    }
    for finding in after.findings(since: before) { probe.report(finding) }
    guard report.isClean else { return }
    let threads = ProcessState.hostThreads()
    if !threads.isEmpty {
      probe.report(
        CheckFinding(
          "PROC-11",
          "\(threads.count) threads of it are there after its last instance has ended"
        )
      )
    }
    let left = left(after)
    if let first = left.min(by: { $0.key < $1.key }) {
      probe.report(
        CheckFinding(
          "PROC-11",
          "\(left.count) descriptors of it are open after its last instance has ended, such as \(first.value)"
        )
      )
    }
  }

  /// What the runtime of this program makes for its own waits, when it first needs it.
  private static let ownDescriptors: Set<String> = [
    "anon_inode:[timerfd]", "anon_inode:[eventpoll]",
  ]

  /// Descriptors that were not there before.
  private func left(_ after: ProcessState) -> [Int32: String] {
    after.descriptors.filter {
      before.descriptors[$0.key] == nil && !CallRun.ownDescriptors.contains($0.value)
    }
  }
}
