internal import DriverHost

/// What is left behind by many calls of one action.
struct CallGrowth: Sendable {
  let run: CallRun
  let action: Descriptor.Action
  let inputs: ValueMap

  /// So many bytes for each call are a loss.
  private static let limit = 24
  /// So many come and go with threads, however many calls there are.
  private static let noise = 48 << 10

  /// Runs thousands, as far as there is time for, and says what is left of them.
  func findings() async -> [CheckFinding] {
    await run.repeatCalls(action, inputs, 500, within: .milliseconds(500))
    let (threads, descriptors) = (ProcessState.threadCount(), ProcessState().descriptors.count)
    let (count, lost) = await lose(rounds: 4, of: 2000, within: .milliseconds(1200)) { _ in }
    var findings: [CheckFinding] = []
    if lost >= CallGrowth.limit {
      findings.append(
        left("each call of \(action.name) leaves about \(lost) bytes of memory behind")
      )
    }
    let (stopped, lostStopped) = await lose(rounds: 4, of: 1500, within: .milliseconds(700)) {
      // Long enough for the driver to have it.
      $0.timeout = .milliseconds(5)
    }
    if lost < CallGrowth.limit, lostStopped >= CallGrowth.limit {
      findings.append(
        left(
          "each call of \(action.name) that is stopped leaves about \(lostStopped) bytes of memory behind"
        )
      )
    }
    let all = count + stopped
    let moreDescriptors = ProcessState().descriptors.count - descriptors
    if moreDescriptors > 8 {
      findings.append(
        left("\(all) calls of \(action.name) left \(moreDescriptors) descriptors open")
      )
    }
    let moreThreads = ProcessState.threadCount() - threads
    // The host's own come and go; a thread for every tenth call would be hundreds.
    if moreThreads > max(40, all / 10) {
      findings.append(left("\(all) calls of \(action.name) left \(moreThreads) threads behind"))
    }
    return findings
  }

  private func left(_ text: String) -> CheckFinding { CheckFinding("PROC-11", text) }

  /// Runs calls in rounds: how many, and the bytes that each of them loses.
  ///
  /// Tables and caches grow once; what is lost with each call is lost in each round, so the first one without a loss
  /// is enough.
  private func lose(
    rounds: Int,
    of count: Int,
    within time: Duration,
    _ change: @escaping @Sendable (inout CallOptions) -> Void
  ) async -> (calls: Int, bytes: Int) {
    var calls = 0
    var least = Int.max
    for _ in 0..<rounds where least >= CallGrowth.limit {
      let heap = ProcessState.heapSize()
      let round = await run.repeatCalls(action, inputs, count, within: time, change)
      await run.settle()
      least = min(least, (ProcessState.heapSize() - heap - CallGrowth.noise) / round)
      calls += round
    }
    return (calls, least)
  }
}
