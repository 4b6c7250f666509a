internal import DriverHost

/// What is found out by opening sessions and closing them again.
extension CheckTest {
  static let sessionTests: [CheckTest] = [
    CheckTest(
      name: "sessions",
      title: "a hundred sessions that are opened, stopped or closed leave nothing behind",
      rules: ["SESS-2", "SESS-3", "SESS-6", "SESS-7", "STOP-1", "PROC-7", "PROC-11"],
      rulesOfEnd: EndRules(hang: "STOP-1"),
      limit: 60,
      place: .child { probe in
        guard probe.driver.descriptor.session != nil else {
          probe.skip("it has no sessions")
          return
        }
        let run = try await CallRun(probe, server: .own) { configuration in
          // Each call opens one, and closes it.
          configuration.sessions.maximumAge = .zero
        }
        run.reportSkipped()
        let actions = run.actions.filter(\.action.takesSession)
        if actions.isEmpty { probe.skip("none of the actions that can be tried takes a session") }
        for (action, inputs) in actions {
          probe.step("in \(action.name) in a session of its own")
          let cycles = SessionCycles(run: run, action: action, inputs: inputs)
          // What is made once is made by these.
          await cycles.run(20)
          if run.host.statistics.drivers[probe.driver.descriptor.name]?.sessions?.opened == 0 {
            probe.skip("no session can be opened: give calls that work by --config")
          }
          if let lost = await cycles.growth() { probe.report(lost) }
          probe.step("in \(action.name) that is cancelled while its session is opened")
          await cycles.cancel(20)
          if let lost = await cycles.growth(cancelling: true) { probe.report(lost) }
        }
        await run.end()
      }
    )
  ]
}

/// Sessions of one action, one after another.
struct SessionCycles: Sendable {
  let run: CallRun
  let action: Descriptor.Action
  let inputs: ValueMap

  /// Opens and closes so many, as far as there is time for.
  ///
  /// - Returns: How many calls there were.
  @discardableResult
  func run(_ count: Int) async -> Int {
    let start = MonotonicTime.now
    var done = 0
    while done < count, run.goesOn(done, of: count, since: start, for: .seconds(1)) {
      await run.call(action, inputs, timeout: .seconds(2))
      done += 1
    }
    await settle()
    return done
  }

  /// Begins so many calls, and cancels each soon.
  @discardableResult
  func cancel(_ count: Int) async -> Int {
    let start = MonotonicTime.now
    var done = 0
    while done < count, run.goesOn(done, of: count, since: start, for: .seconds(1)) {
      let task = Task { await run.call(action, inputs, timeout: .seconds(2)) }
      // Before it begins, in `open`, and in the call itself.
      try? await Task.sleep(for: .microseconds([0, 50, 200, 1000, 3000][done % 5]))
      task.cancel()
      _ = await task.value
      done += 1
    }
    await settle()
    return done
  }

  /// What a hundred of them lose; nil where that is nothing.
  func growth(cancelling: Bool = false) async -> CheckFinding? {
    let what = "sessions of \(action.name)\(cancelling ? " that were cancelled" : "")"
    var memory: [Int] = []
    var descriptors: [Int] = []
    var count = 0
    // What is lost with each session is lost in each round, so the first one without a loss is enough.
    for _ in 0..<4
    where memory.last.map({ $0 >= 32 }) ?? true || descriptors.last.map({ $0 > 2 }) ?? true {
      let (heap, open) = (ProcessState.heapSize(), ProcessState().descriptors.count)
      let round = cancelling ? await cancel(500) : await run(1000)
      count += round
      // Some KiB come and go with threads, however many sessions there are.
      memory.append((ProcessState.heapSize() - heap - (48 << 10)) / max(1, round))
      descriptors.append(ProcessState().descriptors.count - open)
    }
    if let least = descriptors.min(), least > 2 {
      return CheckFinding(
        "SESS-6",
        "\(count) \(what) left \(descriptors.reduce(0, +)) descriptors open, which end with their session"
      )
    }
    if let least = memory.min(), least >= 32 {
      return CheckFinding(
        cancelling ? "SESS-3" : "PROC-11",
        "each of \(count) \(what) leaves about \(least) bytes of memory behind"
      )
    }
    return nil
  }

  /// Waits until what was opened is closed.
  private func settle() async {
    let end = MonotonicTime.now.advanced(by: .seconds(2))
    while let sessions = run.host.statistics.drivers[run.probe.driver.descriptor.name]?.sessions,
      sessions.busy + sessions.warm > 0, MonotonicTime.now < end
    {
      try? await Task.sleep(for: .milliseconds(1))
    }
    // `close` runs on after its session is counted no more.
    try? await Task.sleep(for: .milliseconds(2))
  }
}
