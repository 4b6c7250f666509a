import DriverABI

/// What a driver sends down one channel of a call, on its way to whoever reads it.
///
/// Three ways lead out. *Direct*: the sink takes bytes on the driver's thread, without a copy; for
/// blocking drivers, and for sinks that never wait. *Pumped*: bytes are queued, and a thread brings them
/// to the sink while there are any; for non-blocking drivers. *Streamed*: they are queued until a task
/// asks for them. A queue holds 1 MiB, whatever is sent; then the driver waits or is told to come again.
final class OutputChannel: @unchecked Sendable {
  // `@unchecked` because everything mutable is reached only between lock and unlock of `monitor`.

  enum Item: Sendable {
    case bytes([UInt8])
    case value(Value)

    var size: Int {
      switch self {
      case .bytes(let bytes): bytes.count
      // A value's own size is not known here; a queue of a thousand bounds it.
      case .value: OutputChannel.capacity / 1024
      }
    }
  }

  enum Way: Sendable {
    case direct(any ChannelSink)
    case pumped(any ChannelSink, ThreadPool)
    case streamed
  }

  /// What becomes of something that a driver sends.
  enum Answer {
    case taken, full, unwanted, stopped, gone
  }

  /// What a queue holds before its driver has to wait.
  static let capacity = 1 << 20

  let name: String
  let content: ChannelContent
  private let way: Way
  private let monitor = Monitor()
  private var queue = ItemQueue<Item>()
  private var isDraining = false
  private var isUnwanted = false
  private var isStopped = false
  private var end: Result<Void, HostError>?
  private var onRoom: (() -> Void)?
  private var reader: CheckedContinuation<Void, Never>?
  private var failure: HostError?
  private var onFailure: (@Sendable (HostError) -> Void)?
  private var onSettled: (@Sendable (HostError?) -> Void)?

  init(name: String, content: ChannelContent, way: Way) {
    self.name = name
    self.content = content
    self.way = way
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

  // MARK: - The driver's side

  /// Sends bytes: all or none.
  func write(_ bytes: UnsafeRawBufferPointer, mayWait: Bool) -> Answer {
    if case .direct(let sink) = way {
      return writeDirectly { () throws(HostError) in unsafe try sink.write(unsafe bytes) }
    }
    guard unsafe !bytes.isEmpty else { return .taken }
    return enqueue(size: bytes.count, mayWait: mayWait) { .bytes(unsafe [UInt8](bytes)) }
  }

  /// Sends one value.
  func emit(_ value: Value, mayWait: Bool) -> Answer {
    if case .direct(let sink) = way {
      return writeDirectly { () throws(HostError) in try sink.emit(value) }
    }
    let item = Item.value(value)
    return enqueue(size: item.size, mayWait: mayWait) { item }
  }

  /// Calls back once when there is room, or nobody reads any longer; nil takes it back.
  ///
  /// - Returns: Whether that is so already; then nothing is kept.
  func whenRoom(_ callback: (() -> Void)?) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    onRoom = nil
    guard let callback else { return false }
    if queue.size < OutputChannel.capacity || isUnwanted || isStopped { return true }
    onRoom = callback
    return false
  }

  /// Wakes a driver that waits, because its call is to stop.
  func stop() {
    monitor.lock()
    isStopped = true
    let callback = takeOnRoom()
    monitor.broadcast()
    monitor.unlock()
    callback?()
  }

  /// The call has ended; what is queued still goes out.
  ///
  /// `settled` runs when the sink is closed, with what went wrong there.
  func finish(
    _ result: Result<Void, HostError>,
    settled: @escaping @Sendable (HostError?) -> Void
  ) {
    monitor.lock()
    end = result
    // Nobody has to end the call any more.
    onFailure = nil
    monitor.broadcast()
    wakeReader()
    switch way {
    case .streamed:
      monitor.unlock()
      settled(nil)
    case .direct(let sink):
      monitor.unlock()
      close(sink, result)
      settled(failureSoFar)
    case .pumped(_, let threads):
      onSettled = settled
      let mustDrain = !isDraining
      isDraining = true
      monitor.unlock()
      if mustDrain { startDraining(on: threads) }
    }
  }

  private var failureSoFar: HostError? {
    monitor.lock()
    defer { monitor.unlock() }
    return failure
  }

  private func writeDirectly(_ body: () throws(HostError) -> Void) -> Answer {
    monitor.lock()
    let (isUnwanted, isStopped) = (isUnwanted, isStopped)
    monitor.unlock()
    if isStopped { return .stopped }
    if isUnwanted { return .unwanted }
    do {
      try body()
      return .taken
    } catch {
      fail(error)
      return .unwanted
    }
  }

  private func enqueue(size: Int, mayWait: Bool, _ make: () -> Item) -> Answer {
    monitor.lock()
    while true {
      if isStopped || isUnwanted || end != nil {
        defer { monitor.unlock() }
        return isStopped ? .stopped : isUnwanted ? .unwanted : .gone
      }
      if queue.isEmpty || queue.size + size <= OutputChannel.capacity { break }
      guard mayWait else {
        monitor.unlock()
        return .full
      }
      monitor.wait()
    }
    queue.append(make(), size: size)
    wakeReader()
    guard case .pumped(_, let threads) = way, !isDraining else {
      monitor.unlock()
      return .taken
    }
    isDraining = true
    monitor.unlock()
    startDraining(on: threads)
    return .taken
  }

  // MARK: - To a sink

  private func startDraining(on threads: ThreadPool) {
    do {
      try threads.submit { [self] _ in drain() }
    } catch {
      fail(error)
      drain()
    }
  }

  /// Brings what is queued to the sink; with the call's end, closes it.
  private func drain() {
    guard case .pumped(let sink, _) = way else { return }
    monitor.lock()
    while true {
      if let item = queue.popFirst() {
        let callback = takeOnRoom()
        let isDropped = isUnwanted
        monitor.broadcast()
        monitor.unlock()
        callback?()
        if !isDropped { deliver(item, to: sink) }
        monitor.lock()
        continue
      }
      guard let end, let onSettled else {
        isDraining = false
        monitor.unlock()
        return
      }
      self.onSettled = nil
      monitor.unlock()
      close(sink, end)
      onSettled(failureSoFar)
      return
    }
  }

  private func deliver(_ item: Item, to sink: any ChannelSink) {
    do {
      switch item {
      case .bytes(let bytes):
        let result = unsafe bytes.withUnsafeBytes { buffer in
          Result { () throws(HostError) in unsafe try sink.write(unsafe buffer) }
        }
        try result.get()
      case .value(let value): try sink.emit(value)
      }
    } catch {
      fail(error)
    }
  }

  private func close(_ sink: any ChannelSink, _ result: Result<Void, HostError>) {
    var isComplete = false
    if case .success = result, failureSoFar == nil { isComplete = true }
    do {
      try sink.close(isComplete: isComplete)
    } catch {
      fail(error)
    }
  }

  /// The sink takes nothing any more: the call is told, once.
  private func fail(_ error: HostError) {
    monitor.lock()
    isUnwanted = true
    if failure == nil { failure = error }
    let callback = takeOnRoom()
    let listener = onFailure
    onFailure = nil
    monitor.broadcast()
    monitor.unlock()
    callback?()
    listener?(error)
  }

  // MARK: - To a task

  /// The next item; nil at the end.
  ///
  /// One task at a time.
  func next() async throws(HostError) -> Item? {
    while true {
      switch takeOrRegister() {
      case .item(let item): return item
      case .end(let result):
        try result.get()
        return nil
      case .wait: await waitForItem()
      }
    }
  }

  /// The reader has gone: a driver that sends more is told so.
  func abandon() {
    monitor.lock()
    isUnwanted = true
    queue.removeAll()
    let callback = takeOnRoom()
    monitor.broadcast()
    monitor.unlock()
    callback?()
  }

  private enum Next {
    case item(Item)
    case end(Result<Void, HostError>)
    case wait
  }

  private func takeOrRegister() -> Next {
    monitor.lock()
    if let item = queue.popFirst() {
      let callback = queue.size < OutputChannel.capacity / 2 ? takeOnRoom() : nil
      monitor.broadcast()
      monitor.unlock()
      callback?()
      return .item(item)
    }
    defer { monitor.unlock() }
    if let end { return .end(end) }
    return .wait
  }

  private func waitForItem() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        monitor.lock()
        if !queue.isEmpty || end != nil || Task.isCancelled {
          monitor.unlock()
          continuation.resume()
        } else {
          reader = continuation
          monitor.unlock()
        }
      }
    } onCancel: {
      monitor.lock()
      wakeReader()
      monitor.unlock()
    }
  }

  /// With the monitor locked.
  private func wakeReader() {
    reader?.resume()
    reader = nil
  }

  /// With the monitor locked.
  private func takeOnRoom() -> (() -> Void)? {
    defer { onRoom = nil }
    return onRoom
  }
}
