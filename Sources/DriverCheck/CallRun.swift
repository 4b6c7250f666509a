internal import DriverHost

/// Calls of every action of a driver, and what the host saw of them.
struct CallRun: Sendable {
  /// What the calls lead to.
  enum Server: Sendable {
    /// A port where nobody listens.
    case refuses
    /// A server of this machine that does what is wanted.
    case proxy(FaultProxy)
    /// The server of the calls that work; where there are none, a port where nobody listens.
    case own
  }

  private static let once = {
    var policy = RetryPolicy()
    policy.attempts = 1
    return policy
  }()

  let probe: Probe
  let host: Host
  let inputs: CallInputs
  private let server: Server
  /// Keeps the port that nobody listens on.
  private let closedPort: LoopbackSocket?
  /// Every second call has something in its input channels: with and without it a driver does other things.
  private let turn = Lock(0)
  /// Names of outputs that have been reported.
  private let reported = Lock<Set<String>>([])
  private let before: ProcessState
  private let begin = MonotonicTime.now

  /// A host with the driver.
  ///
  /// - Parameters:
  ///   - probe: The test.
  ///   - server: What the calls lead to.
  ///   - change: What the host does differently.
  /// - Throws: `HostError` where the system has no port or thread.
  init(
    _ probe: Probe,
    server: Server,
    _ change: (inout HostConfiguration) -> Void = { _ in }
  ) async throws(HostError) {
    self.probe = probe
    self.server = server
    var closedPort: LoopbackSocket?
    let redirection: AddressRedirection?
    switch server {
    case .own where !probe.settings.calls.isEmpty: redirection = nil
    case .refuses, .own:
      let port = try LoopbackSocket(listens: false)
      closedPort = port
      redirection = AddressRedirection(port: port.port)
    case .proxy(let proxy): redirection = AddressRedirection(port: proxy.port)
    }
    self.closedPort = closedPort
    inputs = try CallInputs(probe.driver.descriptor, calls: probe.settings.calls, redirection)
    // What waiting takes by itself, once in a process.
    try? await Task.sleep(for: .milliseconds(1))
    before = ProcessState()
    host = try probe.makeHost(change)
  }

  /// Actions with inputs that they take.
  var actions: [(action: Descriptor.Action, inputs: ValueMap)] {
    probe.driver.descriptor.actions.compactMap { action in
      action.misfit == nil ? inputs.valid(for: action.name).map { (action, $0) } : nil
    }
  }

  /// Says so where no action can be tried.
  func reportSkipped() {
    guard actions.isEmpty else { return }
    probe.skip(
      "the examples of its inputs make no valid call, so none can be tried: give each required input an example"
    )
  }

  /// Runs a call, and says how it has ended: nil where that was well.
  @discardableResult
  func call(
    _ action: Descriptor.Action,
    _ inputs: ValueMap,
    timeout: Duration = .seconds(5),
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async -> HostError? {
    do throws(HostError) {
      _ = try await result(action, inputs, timeout: timeout, change)
      return nil
    } catch {
      return error
    }
  }

  /// Runs a call.
  ///
  /// - Throws: How it has failed.
  /// - Returns: What it has put out.
  func result(
    _ action: Descriptor.Action,
    _ inputs: ValueMap,
    timeout: Duration = .seconds(5),
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var options = CallOptions()
    options.action = action.name
    options.timeout = timeout
    // Each call is looked at by itself, and has no time for the attempts that the descriptor may want.
    options.retry = CallRun.once
    let isFed = turn.withLock { turn in
      turn += 1
      return turn % 2 == 0
    }
    for channel in action.channels {
      switch channel.direction {
      case .input:
        if isFed { options.sources[channel.name] = .bytes(Array("some bytes\n".utf8)) }
      case .output: options.outputs[channel.name] = .collect(limit: 1 << 20)
      case nil: continue
      }
    }
    change(&options)
    do throws(HostError) {
      let result = try await host.connect(type: probe.driver.selector, inputs, options: options)
      reportReserved(result.outputs, of: action)
      return result
    } catch {
      reportReserved(error.outputs, of: action)
      throw error
    }
  }

  /// Says where an output has a name that only the standard gives.
  private func reportReserved(_ outputs: ValueMap, of action: Descriptor.Action) {
    for (name, _) in outputs where Descriptor.isReserved(name) {
      guard reported.withLock({ $0.insert(name).inserted }) else { continue }
      probe.report(
        CheckFinding(
          "VAL-9",
          "\(action.name) puts out `\(name)`, and names that begin with `dh_` are the standard's: give it another one"
        )
      )
    }
  }

  /// Runs up to so many calls, several at once, as many as there is time for.
  ///
  /// - Returns: How many there were, at least one.
  @discardableResult
  func repeatCalls(
    _ action: Descriptor.Action,
    _ inputs: ValueMap,
    _ count: Int,
    within time: Duration,
    _ change: @escaping @Sendable (inout CallOptions) -> Void = { _ in }
  ) async -> Int {
    let start = MonotonicTime.now
    await call(action, inputs, change)
    // One by one where that is quick: fewer threads, and less that they keep for themselves.
    let isQuick = MonotonicTime.now < start.advanced(by: .milliseconds(2))
    let left = Lock(count)
    let done = Lock(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<(isQuick ? 1 : 32) {
        group.addTask {
          while goesOn(done.withLock { $0 }, of: count, since: start, for: time),
            left.withLock({
              $0 -= 1; return $0 >= 0
            })
          {
            await call(action, inputs, change)
            done.withLock { $0 += 1 }
          }
        }
      }
    }
    return max(1, done.withLock { $0 })
  }

  /// Whether calls of which so many are to be made go on: for a time, and on a busy machine for up to four times as long.
  ///
  /// What each of a few leaves behind is lost in what comes and goes. Where not even a fifth was made in that time, the
  /// calls themselves are slow, and more time would not help; nor may it take all that the test has.
  func goesOn(
    _ done: Int,
    of count: Int,
    since start: MonotonicTime,
    for time: Duration
  ) -> Bool {
    let now = MonotonicTime.now
    if now < start.advanced(by: time) { return true }
    return done * 5 >= count && now < start.advanced(by: time * 4)
      && now < begin.advanced(by: .seconds(8))
  }

  /// Waits until the driver has ended what the host has stopped waiting for, two seconds at most.
  ///
  /// A call that is stopped has ended for its caller while the driver is still on its way out, and holds memory.
  func settle() async {
    for _ in 0..<400 {
      let isBusy = host.statistics.drivers.values.contains {
        $0.callsInFlight + $0.abandonedCalls > 0
      }
      if !isBusy { return }
      try? await Task.sleep(for: .milliseconds(5))
    }
  }

  /// Ends the host, and says what the driver has left behind, and which rules it was seen to break.
  ///
  /// - Parameter isOfThousands: Whether the calls were so many that a machine which stops for a moment now and then, as a
  ///   virtual one does, stops in some of them.
  func end(isOfThousands: Bool = false) async {
    probe.step("after the last call")
    reportStatistics(isOfThousands)
    let wasGivenUp = abandonedCalls > 0
    let report = await host.close()
    if !report.isClean, !wasGivenUp {
      probe.report(
        CheckFinding("CALL-1", "calls were left without a `done` when the host was closed")
      )
    }
    if case .proxy(let proxy) = server { proxy.stop() }
    var after = ProcessState()
    // The host's own threads and descriptors are on their way out.
    for _ in 0..<600 where !left(after).isEmpty || !ProcessState.hostThreads().isEmpty {
      try? await Task.sleep(for: .milliseconds(5))
      after = ProcessState()
    }
    for finding in after.findings(since: before) { probe.report(finding) }
    for finding in ProcessState.forkFindings() { probe.report(finding) }
    guard report.isClean else { return }
    reportLeft(after)
  }

  private var abandonedCalls: Int {
    host.statistics.drivers[probe.driver.descriptor.name]?.abandonedCalls ?? 0
  }

  private func reportStatistics(_ isOfThousands: Bool) {
    guard let statistics = host.statistics.drivers[probe.driver.descriptor.name] else { return }
    if statistics.abandonedCalls > 0 {
      let grace = probe.driver.descriptor.grace.inWords
      probe.report(
        CheckFinding(
          "STOP-1",
          "\(statistics.abandonedCalls) calls did not end within \(grace) after they were asked to stop, and were given up"
        )
      )
    }
    // A driver that waits does so more often, or shows it in the tests of few calls.
    let isRare =
      isOfThousands && statistics.slowCallbacks <= 2
      && statistics.slowestCallback < .milliseconds(100)
    if statistics.slowCallbacks > 0, !isRare {
      // A thread that holds a lock of this process may be without a processor for as long.
      let advice =
        statistics.slowCallbacks < 5
        ? "; if this machine was busy with something else, check again" : ""
      probe.report(
        CheckFinding(
          "CALL-4",
          "it held its loop up \(statistics.slowCallbacks) times, the longest for \(statistics.slowestCallback.inWords), in \(probe.log.slowCallbacks): nothing there may wait\(advice)"
        )
      )
    }
  }

  private func reportLeft(_ after: ProcessState) {
    // A look-up of the system's cannot be taken back: its thread and its socket are the host's.
    let all = ProcessState.hostThreads()
    let threads = all.filter { $0 != CallRun.resolverThread }
    let lookups = all.count - threads.count
    if !threads.isEmpty {
      probe.report(
        CheckFinding(
          "PROC-11",
          "\(threads.count) threads of it are there after its last instance has ended"
        )
      )
    }
    var left = left(after)
    for socket in left.filter({ $0.value.hasPrefix("socket:") }).keys.sorted().prefix(lookups) {
      left[socket] = nil
    }
    if let first = left.min(by: { $0.key < $1.key }) {
      probe.report(
        CheckFinding(
          "PROC-11",
          "\(left.count) descriptors of it are open after its last instance has ended, such as \(first.value)"
        )
      )
    }
  }

  /// What the host calls the threads on which the system looks names up; no driver runs on one.
  private static let resolverThread = "dh-resolve"

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
