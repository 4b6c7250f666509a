/// What a driver sends down one channel of a call, on its way to whoever reads it.
///
/// Three ways lead out. *Direct*: the sink takes bytes on the driver's thread, without a copy; for
/// blocking drivers, and for sinks that never wait. *Pumped*: bytes are queued, and a thread brings them
/// to the sink while there are any. *Streamed*: they are queued until a task asks for them. A queue holds
/// 1 MiB, whatever is sent; then the driver waits or is told to come again.
final class OutputChannel: @unchecked Sendable {
  // `@unchecked` because everything mutable is reached only between lock and unlock of `monitor`.

  enum Item: Sendable {
    case bytes([UInt8])
    case value(Value, size: Int)
  }

  enum Way: Sendable {
    case direct(any ChannelSink)
    case pumped(any ChannelSink)
    case streamed
  }

  /// What becomes of something that a driver sends.
  enum Answer {
    case taken, full, unwanted, stopped, gone
  }

  /// What a queue holds before its driver has to wait.
  static let capacity = 1 << 20

  /// Up to which size bytes are joined while nobody takes them: many small pieces cost more than their bytes.
  ///
  /// Below the size from which malloc(3) asks the system for each block, whose pages are then new every time.
  private static let blockSize = 64 << 10

  /// So much is queued before whoever takes it is woken at once, and not at the end of the loop's turn.
  private static let wakeSize = 256 << 10

  let name: String
  let content: ChannelContent
  /// Whether what a driver flags as secret is masked in the values; set before the call begins.
  var masksSecrets = false
  private let way: Way
  /// Nil: whoever would wait for a thread does the work.
  private let threads: ThreadPool?
  let monitor = Monitor()
  var queue = ItemQueue<Item>()
  /// Whether the loop is to wake whoever takes what is queued.
  private var isWakePosted = false
  /// Whether a thread is in the sink, or on its way there; it closes the sink when it finds the end.
  private var isBusy = false
  private var isClosed = false
  /// Whether anything has gone to the sink.
  private var hasDelivered = false
  private var isTaken = false
  private var isFinished = false
  var isUnwanted = false
  private var isStopped = false
  /// Whether its driver has ended the call: what is queued still goes out.
  private var isDone = false
  var end: Result<Void, HostError>?
  /// How much room a driver was refused last.
  private var neededRoom = 1
  private var onRoom: (() -> Void)?
  var reader: CheckedContinuation<Void, Never>?
  private var failure: HostError?
  private var onFailure: (@Sendable (HostError) -> Void)?
  private var onSettled: (@Sendable (HostError?) -> Void)?

  /// A channel whose sink is written to and closed on `threads`, where it is not the driver's own.
  init(name: String, content: ChannelContent, way: Way, threads: ThreadPool? = nil) {
    self.name = name
    self.content = content
    self.way = way
    self.threads = threads
  }

  /// Sets who hears that the sink has failed while the call runs.
  ///
  /// Before the call starts.
  func reportFailure(to listener: @escaping @Sendable (HostError) -> Void) {
    monitor.lock()
    onFailure = listener
    monitor.unlock()
  }

  /// Whether somebody still reads.
  var isWanted: Bool {
    monitor.lock()
    defer { monitor.unlock() }
    return !isUnwanted
  }

  /// Whether a call with the same receiver can be made anew, as if this one had not been.
  ///
  /// A stream is one call's.
  var canBeRepeated: Bool {
    guard let sink else { return false }
    if sink.isTransactional { return true }
    monitor.lock()
    defer { monitor.unlock() }
    return !hasDelivered
  }

  private var sink: (any ChannelSink)? {
    switch way {
    case .direct(let sink), .pumped(let sink): sink
    case .streamed: nil
    }
  }

  /// What is collected, where it is.
  var collectingSink: CollectingSink? { sink as? CollectingSink }

  /// Makes a streamed channel one call's; false if it is another's already.
  func belongToCall() -> Bool {
    monitor.lock()
    defer {
      isTaken = true
      monitor.unlock()
    }
    return !isTaken && end == nil
  }

  /// Ends a streamed channel for whose call it never came to anything.
  func endWithoutCall(_ error: HostError) {
    monitor.lock()
    guard !isTaken, end == nil else {
      monitor.unlock()
      return
    }
    end = .failure(error)
    let reader = takeReader()
    monitor.unlock()
    reader?.resume()
  }

  // MARK: - The driver's side

  /// Sends bytes: all or none.
  ///
  /// - Parameters:
  ///   - bytes: What is sent.
  ///   - mayWait: Whether to wait for room.
  ///   - loop: The loop that the caller is on: at the end of its turn the receiver is woken for all that has
  ///     come until then. Nil: now.
  /// - Returns: What became of them.
  func write(_ bytes: UnsafeRawBufferPointer, mayWait: Bool, on loop: EventLoop? = nil) -> Answer {
    if case .direct(let sink) = way {
      return writeDirectly { () throws(HostError) in unsafe try sink.write(unsafe bytes) }
    }
    guard unsafe !bytes.isEmpty else { return .taken }
    return enqueue(
      size: bytes.count,
      mayWait: mayWait,
      on: loop,
      join: { unsafe OutputChannel.join(unsafe bytes, to: &$0) },
      make: { .bytes(unsafe [UInt8](bytes)) }
    )
  }

  /// Sends one value of about `size` bytes.
  func send(_ value: Value, size: Int, mayWait: Bool, on loop: EventLoop? = nil) -> Answer {
    if case .direct(let sink) = way {
      return writeDirectly { () throws(HostError) in try sink.send(value, size: size) }
    }
    return enqueue(
      size: size,
      mayWait: mayWait,
      on: loop,
      join: { _ in false },
      make: { .value(value, size: size) }
    )
  }

  /// Calls back once when there is room for what was refused, or nobody reads any longer; nil takes it back.
  ///
  /// - Returns: Whether that is so already; then nothing is kept.
  func whenRoom(_ callback: (() -> Void)?) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    onRoom = nil
    guard let callback else { return false }
    if hasRoomAgain || isUnwanted || isStopped || end != nil { return true }
    onRoom = callback
    return false
  }

  /// Adds bytes to an item of the queue, up to the size of a block.
  private static func join(_ bytes: UnsafeRawBufferPointer, to item: inout Item) -> Bool {
    guard case .bytes(var block) = item, block.count + bytes.count <= blockSize else {
      return false
    }
    item = .bytes([])
    if block.capacity < block.count + bytes.count { block.reserveCapacity(blockSize) }
    unsafe block.append(contentsOf: bytes)
    item = .bytes(block)
    return true
  }

  /// Wakes a driver that waits, because its call is to stop.
  func stop() {
    monitor.lock()
    isStopped = true
    let callback = takeOnRoom()
    monitor.broadcast()
    monitor.unlock()
    callback?()
    sink?.stop()
  }

  /// Wakes a driver that waits, because it has ended its call on another thread.
  func driverIsDone() {
    monitor.lock()
    isDone = true
    monitor.broadcast()
    monitor.unlock()
  }

  private func writeDirectly(_ body: () throws(HostError) -> Void) -> Answer {
    monitor.lock()
    // Another thread of the driver's: a sink takes one at a time.
    while isBusy, !isStopped, !isDone, end == nil { monitor.wait() }
    if let refusal {
      monitor.unlock()
      return refusal
    }
    isBusy = true
    hasDelivered = true
    monitor.unlock()
    do {
      try body()
      leaveSink()
      return .taken
    } catch {
      monitor.lock()
      let isStopped = self.isStopped
      monitor.unlock()
      fail(error)
      leaveSink()
      return isStopped ? .stopped : .unwanted
    }
  }

  private func enqueue(
    size: Int,
    mayWait: Bool,
    on loop: EventLoop?,
    join: (inout Item) -> Bool,
    make: () -> Item
  ) -> Answer {
    monitor.lock()
    var hasWaited = false
    while true {
      if let refusal {
        monitor.unlock()
        return refusal
      }
      neededRoom = size
      if hasWaited ? hasRoomAgain : hasRoom { break }
      guard mayWait else {
        monitor.unlock()
        return .full
      }
      hasWaited = true
      monitor.wait()
    }
    neededRoom = 1
    if !queue.addToLast(size: size, join) { queue.append(make(), size: size) }
    if isWakePosted, queue.size < OutputChannel.wakeSize {
      monitor.unlock()
    } else if let loop, queue.size < OutputChannel.wakeSize, reader != nil || sink != nil && !isBusy
    {
      isWakePosted = true
      let size = queue.size
      monitor.unlock()
      wakeReceiver(from: loop, after: size)
    } else {
      wakeReceiverLocked()
    }
    return .taken
  }

  /// Wakes the receiver after the first turn of the loop in which nothing more has come: waking a thread for
  /// each turn costs more than what a turn brings.
  private func wakeReceiver(from loop: EventLoop, after size: Int) {
    let isPosted = loop.post { [self] in
      monitor.lock()
      let now = queue.size
      guard now > size, now < OutputChannel.wakeSize, end == nil else {
        isWakePosted = false
        wakeReceiverLocked()
        return
      }
      monitor.unlock()
      wakeReceiver(from: loop, after: now)
    }
    if isPosted { return }
    monitor.lock()
    isWakePosted = false
    wakeReceiverLocked()
  }

  /// With the monitor locked; unlocks it.
  private func wakeReceiverLocked() {
    let reader = takeReader()
    let mustDrain = sink != nil && !isBusy && !queue.isEmpty
    if mustDrain { isBusy = true }
    monitor.unlock()
    reader?.resume()
    if mustDrain { startDraining() }
  }

  /// Why nothing is taken any more.
  ///
  /// With the monitor locked.
  private var refusal: Answer? {
    if isDone { return .gone }
    if isStopped { return .stopped }
    if isUnwanted { return .unwanted }
    return end == nil ? nil : .gone
  }

  /// With the monitor locked.
  private var hasRoom: Bool {
    queue.isEmpty || queue.size + neededRoom <= OutputChannel.capacity
  }

  /// Whether a driver that was held back may go on: not for the one piece that the reader has just taken,
  /// since waking it for each costs more than the piece.
  ///
  /// With the monitor locked.
  var hasRoomAgain: Bool {
    hasRoom && queue.size <= OutputChannel.capacity / 2
  }

  // MARK: - The end

  /// The call has ended; what is queued still goes out, unless it failed.
  ///
  /// `settled` runs when the sink is closed, with what went wrong there.
  func finish(
    _ result: Result<Void, HostError>,
    settled: @escaping @Sendable (HostError?) -> Void
  ) {
    monitor.lock()
    guard !isFinished else {
      monitor.unlock()
      settled(nil)
      return
    }
    isFinished = true
    if end == nil { end = result }
    // Nobody has to end the call any more.
    onFailure = nil
    // A task still gets what there was before the call failed.
    if case .failure = result, sink != nil { queue.removeAll() }
    let reader = takeReader()
    monitor.broadcast()
    if case .streamed = way {
      monitor.unlock()
      reader?.resume()
      settled(nil)
      return
    }
    onSettled = settled
    let mustClose = !isBusy
    isBusy = true
    monitor.unlock()
    guard mustClose else { return }
    if case .direct = way { leaveSink() } else { startDraining() }
  }

  /// The call was given up: the sink is closed by whoever is in it when he comes out, and nobody waits.
  func abandon() {
    monitor.lock()
    if end == nil { end = .failure(DescriptorSink.interrupted) }
    isStopped = true
    onFailure = nil
    onSettled = nil
    queue.removeAll()
    let reader = takeReader()
    let callback = takeOnRoom()
    let mustClose = sink != nil && !isBusy && !isClosed
    if mustClose { isBusy = true }
    monitor.broadcast()
    monitor.unlock()
    reader?.resume()
    callback?()
    sink?.stop()
    if mustClose { startDraining() }
  }

  private func startDraining() {
    guard let threads else {
      drain()
      return
    }
    do {
      try threads.submit { [self] _ in drain() }
    } catch {
      fail(error)
      drain()
    }
  }

  /// Brings what is queued to the sink; with the call's end, closes it.
  private func drain() {
    guard let sink else { return }
    monitor.lock()
    while let item = queue.popFirst() {
      let callback = hasRoomAgain ? takeOnRoom() : nil
      let isDropped = isUnwanted
      if !isDropped { hasDelivered = true }
      monitor.broadcast()
      monitor.unlock()
      callback?()
      if !isDropped { deliver(item, to: sink) }
      monitor.lock()
    }
    leaveSinkLocked()
  }

  private func deliver(_ item: Item, to sink: any ChannelSink) {
    do {
      switch item {
      case .bytes(let bytes):
        try sink.write(bytes)
      case .value(let value, let size): try sink.send(value, size: size)
      }
    } catch {
      fail(error)
    }
  }

  private func leaveSink() {
    monitor.lock()
    leaveSinkLocked()
  }

  /// Closes the sink if the call has ended, else lets others have it.
  ///
  /// By the thread that is in it, with the monitor locked; unlocks it.
  private func leaveSinkLocked() {
    guard let end, let sink, !isClosed else {
      isBusy = false
      monitor.broadcast()
      monitor.unlock()
      return
    }
    isClosed = true
    var isComplete = false
    if case .success = end, failure == nil { isComplete = true }
    monitor.unlock()
    do {
      try sink.close(isComplete: isComplete)
    } catch {
      fail(error)
    }
    monitor.lock()
    let (settled, failure) = (onSettled, self.failure)
    onSettled = nil
    monitor.unlock()
    settled?(failure)
  }

  /// The sink takes nothing any more: the call is told, once.
  private func fail(_ error: HostError) {
    monitor.lock()
    isUnwanted = true
    if failure == nil { failure = error }
    let callback = takeOnRoom()
    // A call that is to stop need not be told to: what stopped it outweighs what that did to the sink.
    let listener = isStopped ? nil : onFailure
    onFailure = nil
    monitor.broadcast()
    monitor.unlock()
    callback?()
    listener?(error)
  }

  /// With the monitor locked.
  func takeReader() -> CheckedContinuation<Void, Never>? {
    defer { reader = nil }
    return reader
  }

  /// With the monitor locked.
  func takeOnRoom() -> (() -> Void)? {
    defer { onRoom = nil }
    return onRoom
  }
}
