extension Host {
  /// Runs one connection for each of some items, several at once.
  ///
  /// Each has the same inputs with those of its item laid over them, key by key at the top. Only those that run are in
  /// memory, so that there may be any number of items. Cancelling the task cancels all of them.
  ///
  /// All items share the channels of the options, so that none may be there that one of them would take from the
  /// others: as a destination no file and no stream, as an origin only bytes and files. With one of those, and where
  /// an input that they have in common names such a file, each item fails as `.invalidInput` before it begins.
  ///
  /// - Parameters:
  ///   - target: What they go to.
  ///   - inputs: What they have in common.
  ///   - items: What each has of its own, with an end. The next one is asked for when one has ended, and may not wait:
  ///     for items that come when they come there is the asynchronous sequence.
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
    var run = FanOutRun(core, target, inputs, options, fanOut)
    var rest = items.makeIterator()
    await withTaskGroup(of: FanOut.Item.self) { group in
      func begin() -> Bool {
        guard run.isOpen, let item = rest.next() else { return false }
        let call = run.call(of: FanOut.Given(item))
        group.addTask { await call() }
        return true
      }
      for _ in 0..<fanOut.parallel { guard begin() else { break } }
      while let item = await group.next() {
        if run.end(item) { group.cancelAll() }
        await onEnd(item)
        _ = begin()
      }
    }
    while let item = rest.next() { await onEnd(run.leaveOut(FanOut.Given(item))) }
    return run.summary
  }

  /// The same for items that come when they come, such as lines of a pipe.
  ///
  /// Each begins as soon as it is there and there is room for it; the next one is asked for then. Those that end are
  /// told of meanwhile. Where all are stopped, the task that waits for an item is cancelled; what the sequence gives
  /// yet is told of as not begun.
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
    items: some AsyncSequence<ValueMap, Never> & Sendable,
    _ fanOut: FanOut = FanOut(),
    options: CallOptions = CallOptions(),
    onEnd: (FanOut.Item) async -> Void
  ) async -> FanOut.Summary {
    await connectMany(
      to: target,
      inputs,
      given: items.map { FanOut.Given($0) },
      fanOut,
      options: options,
      onEnd: onEnd
    )
  }

  /// The same for items that stand in files.
  package func connectMany(
    to target: ConnectionTarget,
    _ inputs: ValueMap,
    given items: some AsyncSequence<FanOut.Given, Never> & Sendable,
    _ fanOut: FanOut,
    options: CallOptions,
    onEnd: (FanOut.Item) async -> Void
  ) async -> FanOut.Summary {
    var run = FanOutRun(core, target, inputs, options, fanOut)
    let reader = FanOutReader(items)
    await withTaskGroup(of: FanOutRun.Event.self) { group in
      var running = 0
      // Once there is no more the reading never ends.
      var isReading = false
      repeat {
        if !isReading, running < fanOut.parallel || !run.isOpen {
          isReading = true
          group.addTask { .read(await reader.next()) }
        }
        switch await group.next() {
        case .read(let given?):
          isReading = false
          guard run.isOpen else {
            await onEnd(run.leaveOut(given))
            continue
          }
          running += 1
          let call = run.call(of: given)
          group.addTask { .ended(await call()) }
        case .ended(let item):
          running -= 1
          if run.end(item) { group.cancelAll() }
          await onEnd(item)
        case .read(nil), nil: break
        }
      } while !group.isEmpty || !isReading
    }
    return run.summary
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
