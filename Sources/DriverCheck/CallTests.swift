internal import DriverHost

/// What is found out by calls.
extension CheckTest {
  /// What any call may break.
  private static let rulesOfCalls = [
    "CALL-1", "CALL-4", "CALL-12", "ERR-1", "VAL-1", "VAL-3", "VAL-4", "VAL-9", "VAL-10",
    "CHAN-10",
    "LOOP-2", "LOOP-4", "LOOP-10", "ROWS-1", "ROWS-8", "SESS-2", "SESS-7", "PROC-1", "PROC-2",
    "PROC-3", "PROC-4", "PROC-7", "PROC-9", "PROC-11", "STOP-1",
  ]

  static let callTests: [CheckTest] = [
    CheckTest(
      name: "calls",
      title: "calls of every action end, one by one and many at once",
      rules: rulesOfCalls,
      place: .child { probe in
        let run = try await CallRun(probe, server: .refuses)
        run.reportSkipped()
        for (action, inputs) in run.actions {
          probe.step("in a call of \(action.name)")
          for _ in 0..<5 { await run.call(action, inputs) }
          probe.step("in 32 calls of \(action.name) at once")
          await withTaskGroup(of: Void.self) { group in
            for _ in 0..<32 { group.addTask { await run.call(action, inputs) } }
          }
        }
        await run.end()
      }
    ),
    CheckTest(
      name: "stops",
      title: "calls end soon when they are cancelled, before, while and after they run",
      rules: ["STOP-1", "CALL-1", "CALL-12", "PROC-7", "PROC-11"],
      rulesOfEnd: (crash: "PROC-7", hang: "STOP-1"),
      limit: 40,
      place: .child { probe in
        let run = try await CallRun(probe, server: .stalls)
        run.reportSkipped()
        for (action, inputs) in run.actions {
          probe.step("in calls of \(action.name) that are cancelled")
          for delay in [0, 0, 1, 5, 20, 100] {
            let tasks = (0..<4).map { _ in
              Task { await run.call(action, inputs, timeout: .seconds(20)) }
            }
            if delay > 0 { try? await Task.sleep(for: .milliseconds(delay)) }
            for task in tasks { task.cancel() }
            for task in tasks { _ = await task.value }
          }
        }
        await run.end()
      }
    ),
    CheckTest(
      name: "deadlines",
      title: "calls end soon when their deadline has passed",
      rules: ["STOP-1", "CALL-1", "CALL-12", "PROC-7", "PROC-11"],
      rulesOfEnd: (crash: "PROC-7", hang: "STOP-1"),
      place: .child { probe in
        let run = try await CallRun(probe, server: .stalls)
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
          await run.repeatCalls(action, inputs, 500)
          let (threads, descriptors) = (
            ProcessState.threadCount(), ProcessState().descriptors.count
          )
          var count = 0
          var growth: [Int] = []
          // Tables and caches grow once; what is lost with each call is lost each time.
          for _ in 0..<3 {
            let heap = ProcessState.heapSize()
            let round = await run.repeatCalls(action, inputs, 2000)
            // Some KiB come and go with threads, however many calls there are.
            growth.append((ProcessState.heapSize() - heap - (32 << 10)) / round)
            count += round
          }
          if let least = growth.min(), least >= 24 {
            probe.report(
              CheckFinding(
                "PROC-11",
                "each call of \(action.name) leaves about \(least) bytes of memory behind"
              )
            )
          }
          let more = ProcessState().descriptors.count - descriptors
          if more > 8 {
            probe.report(
              CheckFinding(
                "PROC-11",
                "\(count) calls of \(action.name) left \(more) descriptors open"
              )
            )
          }
          let moreThreads = ProcessState.threadCount() - threads
          // The host's own come and go; a thread for every tenth call would be hundreds.
          if moreThreads > max(40, count / 10) {
            probe.report(
              CheckFinding(
                "PROC-11",
                "\(count) calls of \(action.name) left \(moreThreads) threads behind"
              )
            )
          }
        }
        await run.end()
      }
    ),
  ]
}
