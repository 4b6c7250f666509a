internal import DriverHost

/// What is found out by calls.
extension CheckTest {
  /// What any call may break.
  static let rulesOfCalls = [
    "CALL-1", "CALL-4", "CALL-12", "ERR-1", "VAL-1", "VAL-3", "VAL-4", "VAL-9", "VAL-10",
    "CHAN-5", "CHAN-10", "ERR-4", "LOOP-2", "LOOP-4", "LOOP-9", "LOOP-10",
    "ROWS-1", "ROWS-5", "ROWS-8", "SESS-2", "SESS-7", "PROC-1", "PROC-2",
    "PROC-3", "PROC-4", "PROC-7", "PROC-9", "PROC-11", "STOP-1",
  ]

  static let callTests: [CheckTest] = [
    CheckTest(
      name: "calls",
      title: "calls of every action end, one by one and many at once",
      rules: rulesOfCalls + ["PROC-6"],
      place: .child { probe in
        let keys = Lock<Set<String>>([])
        let run = try await CallRun(probe, server: .refuses) { configuration in
          var probing = HostProbing()
          probing.onOnce = { key in keys.withLock { _ = $0.insert(key) } }
          configuration.probing = probing
        }
        run.reportSkipped()
        for (action, inputs) in run.actions {
          probe.step("in a call of \(action.name)")
          for _ in 0..<5 { await run.call(action, inputs) }
          probe.step("in 32 calls of \(action.name) at once")
          await withTaskGroup(of: Void.self) { group in
            for _ in 0..<32 { group.addTask { await run.call(action, inputs) } }
          }
        }
        let beginnings = DriverInspection.beginnings(in: probe.path)
        if let first = beginnings.first, !run.actions.isEmpty, keys.withLock({ $0.isEmpty }) {
          probe.report(
            CheckFinding(
              "PROC-6",
              "it calls \(first), and nothing of it has gone through the host's `once`: other drivers use the same library"
            )
          )
        }
        await run.end()
      }
    ),
    CheckTest(
      name: "stops",
      title: "calls end soon when they are cancelled, before, while and after they run",
      rules: ["STOP-1", "STOP-5", "STOP-7", "STOP-8", "CALL-1", "CALL-12", "PROC-7", "PROC-11"],
      rulesOfEnd: EndRules(hang: "STOP-1"),
      limit: 40,
      place: .child { probe in
        let proxy = try FaultProxy(.silent)
        let run = try await CallRun(probe, server: .proxy(proxy))
        run.reportSkipped()
        for (action, inputs) in run.actions {
          probe.step("in calls of \(action.name) that are cancelled")
          for delay in [0, 0, 1, 5, 20, 100] {
            let tasks = (0..<12).map { _ in
              Task { await run.call(action, inputs, timeout: .seconds(20)) }
            }
            if delay > 0 { try? await Task.sleep(for: .milliseconds(delay)) }
            // From several threads at once, and each of them twice.
            await withTaskGroup(of: Void.self) { group in
              for task in tasks + tasks { group.addTask { task.cancel() } }
            }
            for task in tasks { _ = await task.value }
          }
        }
        await reportConnections(proxy, probe)
        await run.end()
      }
    ),
    CheckTest(
      name: "deadlines",
      title: "calls end soon when their deadline has passed",
      rules: ["STOP-1", "CALL-1", "CALL-12", "PROC-7", "PROC-11"],
      rulesOfEnd: EndRules(hang: "STOP-1"),
      place: .child { probe in
        let run = try await CallRun(probe, server: .proxy(try FaultProxy(.silent)))
        run.reportSkipped()
        for (action, inputs) in run.actions {
          probe.step("in calls of \(action.name) with a deadline of 1 ms")
          await withTaskGroup(of: Void.self) { group in
            for _ in 0..<16 {
              group.addTask {
                await run.call(action, inputs, timeout: .milliseconds(1))
              }
            }
          }
        }
        await run.end()
      }
    ),
    CheckTest(
      name: "growth",
      title: "thousands of calls leave no memory, descriptor or thread behind",
      rules: rulesOfCalls,
      limit: 60,
      place: .child { probe in
        let run = try await CallRun(probe, server: .refuses)
        run.reportSkipped()
        for (action, inputs) in run.actions {
          probe.step("in thousands of calls of \(action.name)")
          let growth = CallGrowth(run: run, action: action, inputs: inputs)
          for finding in await growth.findings() { probe.report(finding) }
        }
        await run.end(isOfThousands: true)
      }
    ),
  ]

  /// Says where connections to a server that never answered are kept after all calls were stopped.
  static func reportConnections(_ proxy: FaultProxy, _ probe: Probe) async {
    let grace = MonotonicTime.now.advanced(by: probe.driver.descriptor.grace)
    while proxy.now.open > 0, MonotonicTime.now < grace {
      try? await Task.sleep(for: .milliseconds(5))
    }
    let open = proxy.now.open
    guard open > 0 else { return }
    probe.report(
      CheckFinding(
        "STOP-7",
        "\(open) connections are still open \(probe.driver.descriptor.grace.inWords) after their calls were stopped, to a server that has said nothing: end them, so that it can end its work"
      )
    )
  }
}
