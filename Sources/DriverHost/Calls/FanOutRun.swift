/// A fan-out on its way: what its items have come to, and whether more may begin.
struct FanOutRun {
  /// What the tasks of items that come when they come end with.
  enum Event {
    /// There is an item; nil: there are no more.
    case read(FanOut.Given?)
    /// The call of one has ended.
    case ended(FanOut.Item)
  }

  private let core: HostCore
  private let target: ConnectionTarget
  private let inputs: ValueMap
  private let options: CallOptions
  private let failsFast: Bool
  /// Why no item may have the channels that all of them would share; nil where they may.
  private let refusal: HostError?

  private(set) var summary = FanOut.Summary()
  /// How many items there were.
  private var count = 0
  /// The first failure, where that stops the others.
  private var failure: (index: Int, error: HostError)?

  init(
    _ core: HostCore,
    _ target: ConnectionTarget,
    _ inputs: ValueMap,
    _ options: CallOptions,
    _ fanOut: FanOut
  ) {
    self.core = core
    self.target = target
    self.inputs = inputs
    self.options = options
    failsFast = fanOut.failsFast
    refusal = FanOut.refusal(of: options)
    guard let refusal else { return }
    // Whoever reads a stream must not wait for calls that are never made.
    for destination in options.outputs.values { destination.end(with: refusal) }
  }

  /// Whether another item may begin.
  var isOpen: Bool { failure == nil && !Task.isCancelled }

  /// The call of the next item, which is begun with it.
  mutating func call(of given: FanOut.Given) -> @Sendable () async -> FanOut.Item {
    let index = count
    count += 1
    return { [core, target, inputs, options, refusal] in
      let place = given.location?(JSONPointer())
      if let refusal {
        return FanOut.Item(index: index, outcome: .failure(refusal), location: place)
      }
      var own = inputs
      for (name, value) in given.inputs { own[name] = value }
      var options = options
      options.ownInputs = given.inputs
      options.locations = FanOutRun.locations(given, inputs, options.locations)
      do throws(HostError) {
        let result = try await core.run(target, own, options)
        return FanOut.Item(index: index, outcome: .success(result), location: place)
      } catch {
        return FanOut.Item(index: index, outcome: .failure(error), location: place)
      }
    }
  }

  /// Counts an item that has ended.
  ///
  /// - Returns: Whether the others are to be stopped now.
  mutating func end(_ item: FanOut.Item) -> Bool {
    summary.count(item.outcome)
    guard failsFast, failure == nil, case .failure(let error) = item.outcome else { return false }
    failure = (item.index, error)
    return true
  }

  /// Counts the next item as one that was never begun, which is told of as well: nobody should have to count.
  mutating func leaveOut(_ given: FanOut.Given) -> FanOut.Item {
    let why =
      failure.map { "item \($0.index) failed: \($0.error.message)" } ?? "the fan-out was cancelled"
    let item = FanOut.Item(
      index: count,
      outcome: .failure(HostError(.cancelled, stage: .call, "not begun, since \(why)")),
      location: given.location?(JSONPointer())
    )
    count += 1
    summary.count(item.outcome)
    return item
  }

  /// Where the inputs of an item's call stand: its own ones where it does, those in common where they did.
  private static func locations(
    _ given: FanOut.Given,
    _ inputs: ValueMap,
    _ others: (@Sendable (JSONPointer) -> SourceLocation?)?
  ) -> (@Sendable (JSONPointer) -> SourceLocation?)? {
    guard let location = given.location else { return others }
    return { pointer in
      let name = pointer.tokens.first
      if let name, given.inputs[name] != nil { return location(pointer) }
      if let place = others?(pointer) { return place }
      // What is missing altogether is missing in the item too; all of the inputs are in it where it has all.
      let isInItem = name.map { inputs[$0] == nil } ?? inputs.isEmpty
      return isInItem ? location(pointer) : nil
    }
  }
}

/// Reads items one after the other, whichever task asks.
///
/// One at a time: who asks waits for the item before it asks for the next.
actor FanOutReader<Items: AsyncSequence & Sendable>
where Items.Element == FanOut.Given, Items.Failure == Never {
  private var iterator: Items.AsyncIterator

  init(_ items: Items) { iterator = items.makeAsyncIterator() }

  /// The next item; nil at the end.
  func next() async -> FanOut.Given? {
    // A copy, since what belongs to the actor may not change across a wait.
    var copy = iterator
    let given = await copy.next(isolation: self)
    iterator = copy
    return given
  }
}
