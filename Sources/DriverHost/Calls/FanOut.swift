/// How many connections are made of one, and how they get along.
public struct FanOut: Sendable, Hashable {
  /// How many of them there are at once.
  public var parallel: Int
  /// Whether the first failure stops the others: those that run are cancelled, those that wait are not begun.
  public var failsFast: Bool

  /// - Parameters:
  ///   - parallel: How many there are at once, at least 1.
  ///   - failsFast: Whether the first failure stops the others.
  public init(parallel: Int = 16, failsFast: Bool = false) {
    self.parallel = max(1, parallel)
    self.failsFast = failsFast
  }

  /// How one of them ended.
  public struct Item: Sendable {
    /// Its place among the items, from 0.
    public var index: Int
    /// What it put out, or how it failed; `.cancelled` for one that was not begun because another one failed.
    public var outcome: Execution.Outcome
  }

  /// How many there were, and how they ended.
  public struct Summary: Sendable, Hashable {
    /// How many ended well.
    public var succeeded = 0
    /// How many failed.
    public var failed = 0
    /// How many were cancelled or not begun.
    public var cancelled = 0

    /// All of them.
    public var total: Int { succeeded + failed + cancelled }

    mutating func count(_ outcome: Execution.Outcome) {
      switch outcome {
      case .success: succeeded += 1
      case .failure(let error):
        if error.code == .cancelled { cancelled += 1 } else { failed += 1 }
      }
    }
  }
}

extension Host {
  /// Runs one connection for each of some items, several at once.
  ///
  /// Each has the same inputs with those of its item laid over them, key by key at the top. Only those that run are in
  /// memory, so that there may be any number of items. Cancelling the task cancels all of them.
  ///
  /// - Parameters:
  ///   - target: What they go to.
  ///   - inputs: What they have in common.
  ///   - items: What each has of its own.
  ///   - fanOut: How many there are at once, and whether the first failure stops the others.
  ///   - options: Those of each.
  ///   - onEnd: Hears of each when it has ended, one at a time, in the order in which they end; the next one waits
  ///     for it.
  /// - Returns: How many ended how.
  @discardableResult
  public func connectMany(
    to target: ConnectionTarget,
    _ inputs: ValueMap = [:],
    items: some Sequence<ValueMap>,
    _ fanOut: FanOut = FanOut(),
    options: CallOptions = CallOptions(),
    onEnd: (FanOut.Item) async -> Void
  ) async -> FanOut.Summary {
    var summary = FanOut.Summary()
    var rest = items.makeIterator()
    var index = 0
    var failure: (index: Int, error: HostError)?
    await withTaskGroup(of: FanOut.Item.self) { group in
      func begin() -> Bool {
        guard failure == nil, !Task.isCancelled, let item = rest.next() else { return false }
        var own = inputs
        for (name, value) in item { own[name] = value }
        let (place, complete) = (index, own)
        index += 1
        group.addTask { [core] in
          do throws(HostError) {
            let result = try await core.run(target, complete, options)
            return FanOut.Item(index: place, outcome: .success(result))
          } catch {
            return FanOut.Item(index: place, outcome: .failure(error))
          }
        }
        return true
      }
      for _ in 0..<fanOut.parallel { guard begin() else { break } }
      while let item = await group.next() {
        summary.count(item.outcome)
        if fanOut.failsFast, failure == nil, case .failure(let error) = item.outcome {
          failure = (item.index, error)
          group.cancelAll()
        }
        await onEnd(item)
        _ = begin()
      }
    }
    // What was never begun is told of as well: nobody should have to count.
    while rest.next() != nil {
      let why =
        failure.map { "item \($0.index) failed: \($0.error.message)" }
        ?? "the fan-out was cancelled"
      let item = FanOut.Item(
        index: index,
        outcome: .failure(HostError(.cancelled, stage: .call, "not begun, since \(why)"))
      )
      index += 1
      summary.count(item.outcome)
      await onEnd(item)
    }
    return summary
  }

  /// The same, with all results at once, in the order of the items.
  ///
  /// - Parameters:
  ///   - target: What they go to.
  ///   - inputs: What they have in common.
  ///   - items: What each has of its own.
  ///   - fanOut: How many there are at once, and whether the first failure stops the others.
  ///   - options: Those of each.
  /// - Returns: What each has come to.
  public func connectMany(
    to target: ConnectionTarget,
    _ inputs: ValueMap = [:],
    items: [ValueMap],
    _ fanOut: FanOut = FanOut(),
    options: CallOptions = CallOptions()
  ) async -> [Execution.Outcome] {
    var outcomes: [Execution.Outcome?] = Array(repeating: nil, count: items.count)
    await connectMany(to: target, inputs, items: items, fanOut, options: options) {
      outcomes[$0.index] = $0.outcome
    }
    return outcomes.compactMap(\.self)
  }
}
