import DriverHost

/// A fan-out as `Work` has it.
final class FanOutTask: Work.Task {
  private let host: Host
  private let target: ConnectionTarget
  private let inputs: ValueMap
  private let items: [ValueMap]
  private let fanOut: FanOut
  private let options: CallOptions
  /// Hears of each item; may wait.
  private let onItem: (@Sendable (FanOut.Item) -> Void)?
  private let state = Lock<(isCancelled: Bool, task: Task<Void, Never>?)>((false, nil))

  init(
    _ host: Host,
    _ target: ConnectionTarget,
    _ inputs: ValueMap,
    items: [ValueMap],
    _ fanOut: FanOut,
    _ options: CallOptions,
    onItem: (@Sendable (FanOut.Item) -> Void)?
  ) {
    self.host = host
    self.target = target
    self.inputs = inputs
    self.items = items
    self.fanOut = fanOut
    self.options = options
    self.onItem = onItem
  }

  var id: String? { nil }

  // Not on the executor: calls that run at once are not all to be served by the one thread that
  // waits.
  func start(on executor: CallExecutor, _ tell: @escaping @Sendable (Work.End) -> Void) {
    let task = Task { [self] in
      let summary = await host.connectMany(
        to: target,
        inputs,
        items: items,
        fanOut,
        options: options
      ) { item in
        if let onItem { await run { onItem(item) } }
      }
      tell(end(summary))
    }
    let isCancelled = state.withLock { state in
      state.task = task
      return state.isCancelled
    }
    if isCancelled { task.cancel() }
  }

  /// Runs something that may wait where it holds nobody up.
  private func run(_ work: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
      do throws(HostError) {
        try host.runOnThread {
          work()
          done.resume()
        }
      } catch {
        // Better here than not at all.
        work()
        done.resume()
      }
    }
  }

  private func end(_ summary: FanOut.Summary) -> Work.End {
    let isCancelled = state.withLock { $0.isCancelled }
    let status: Int32 = summary.succeeded == summary.total ? 3 : isCancelled ? 5 : 4
    let document: Value = [
      "succeeded": .int(Int64(summary.succeeded)), "failed": .int(Int64(summary.failed)),
      "cancelled": .int(Int64(summary.cancelled)),
    ]
    return Work.End(status: status, answer: Answer(.document(document)), isFailure: false)
  }

  func cancel() {
    let task = state.withLock { state in
      state.isCancelled = true
      return state.task
    }
    task?.cancel()
  }
}
