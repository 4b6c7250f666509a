import DriverABI

/// What a driver reads from one channel of a call.
///
/// A blocking driver reads from the source on its own thread. For a non-blocking one a thread fills a
/// queue of 1 MiB ahead of it. A source that is fed by a task is a queue for both.
final class InputChannel: @unchecked Sendable {
  // `@unchecked` because everything mutable is reached only between lock and unlock of `monitor`.

  /// What a driver's `read` comes to.
  enum Answer {
    case bytes(Int)
    case end, empty, stopped, gone
    case failed(HostError)
  }

  let name: String
  private let source: (any ChannelSource)?
  private let threads: ThreadPool?
  private let monitor = Monitor()
  private var queue = ItemQueue<[UInt8]>()
  private var head: ArraySlice<UInt8> = []
  private var isFilling = false
  private var isAtEnd = false
  private var failure: HostError?
  private var isStopped = false
  private var isOver = false
  private var onBytes: (() -> Void)?
  private var writer: CheckedContinuation<Void, Never>?
  /// Reads the sequence that the channel brings.
  private var feeder: Task<Void, Never>?

  /// A channel that reads `source`: ahead, on `threads`, for a driver that may not wait; otherwise when
  /// the driver asks.
  init(name: String, source: any ChannelSource, aheadOn threads: ThreadPool?) {
    self.name = name
    self.source = source
    self.threads = threads
  }

  /// A channel that a task feeds with `feed` and `endFeeding`.
  init(fedByTask name: String) {
    self.name = name
    source = nil
    threads = nil
  }

  /// A channel that brings what a sequence gives; a task reads it until the channel is finished.
  convenience init(name: String, sequence: any AsyncSequence<[UInt8], any Error> & Sendable) {
    self.init(fedByTask: name)
    let task = Task { [weak self] in
      do {
        for try await bytes in sequence {
          guard let self, await feed(bytes) else { return }
        }
        self?.endFeeding(nil)
      } catch let error as HostError {
        self?.endFeeding(error)
      } catch {
        self?.endFeeding(
          HostError(.cancelled, stage: .call, "the source of the input failed: \(error)")
        )
      }
    }
    feeder = task
  }

  deinit { feeder?.cancel() }

  // MARK: - The driver's side

  /// Takes up to the buffer's size.
  func read(into buffer: UnsafeMutableRawBufferPointer, mayWait: Bool) -> Answer {
    monitor.lock()
    if let source, threads == nil {
      let (isStopped, isOver) = (isStopped, isOver)
      monitor.unlock()
      if isOver { return .gone }
      if isStopped { return .stopped }
      do {
        let count = unsafe try source.read(into: unsafe buffer)
        if count > 0 { return .bytes(count) }
        // A source that was stopped looks as if it were at its end.
        monitor.lock()
        defer { monitor.unlock() }
        return self.isStopped ? .stopped : .end
      } catch {
        return .failed(error)
      }
    }
    var writer: CheckedContinuation<Void, Never>?
    defer {
      monitor.unlock()
      writer?.resume()
    }
    while true {
      if isOver { return .gone }
      if isStopped { return .stopped }
      if takeHead() {
        let count = min(buffer.count, head.count)
        unsafe buffer.copyBytes(from: head.prefix(count))
        head = head.dropFirst(count)
        writer = takeWriter()
        fillAhead()
        return .bytes(count)
      }
      if let failure { return .failed(failure) }
      if isAtEnd { return .end }
      fillAhead()
      guard mayWait else { return .empty }
      monitor.wait()
    }
  }

  /// Calls back once when there are bytes or the end; nil takes it back.
  ///
  /// - Returns: Whether that is so already; then nothing is kept.
  func whenBytes(_ callback: (() -> Void)?) -> Bool {
    monitor.lock()
    defer { monitor.unlock() }
    onBytes = nil
    guard let callback else { return false }
    if takeHead() || isAtEnd || isStopped || failure != nil { return true }
    onBytes = callback
    fillAhead()
    return false
  }

  /// Wakes a driver that waits, because its call is to stop.
  func stop() {
    monitor.lock()
    isStopped = true
    wakeDriver()
    source?.stop()
  }

  /// The call has ended: nothing is read any more.
  func finish() {
    monitor.lock()
    isOver = true
    isStopped = true
    let writer = takeWriter()
    let feeder = self.feeder
    wakeDriver()
    writer?.resume()
    feeder?.cancel()
    source?.stop()
  }

  // MARK: - The feeding side

  /// Adds bytes, and waits while the queue is full.
  ///
  /// False if nobody reads them any more.
  func feed(_ bytes: [UInt8]) async -> Bool {
    guard !bytes.isEmpty else { return true }
    while true {
      switch tryFeed(bytes) {
      case .taken: return true
      case .over: return false
      case .full:
        await withTaskCancellationHandler {
          await withCheckedContinuation { continuation in
            monitor.lock()
            let mustWait =
              !queue.isEmpty && queue.size + bytes.count > OutputChannel.capacity && !isOver
              && !Task.isCancelled
            if mustWait { writer = continuation }
            monitor.unlock()
            if !mustWait { continuation.resume() }
          }
        } onCancel: {
          monitor.lock()
          let writer = takeWriter()
          monitor.unlock()
          // Outside: resuming takes a lock of the task, inside which this handler may run.
          writer?.resume()
        }
        if Task.isCancelled { return false }
      }
    }
  }

  /// No more bytes come; with an error, the driver's `read` fails.
  func endFeeding(_ error: HostError?) {
    monitor.lock()
    isAtEnd = true
    failure = error
    wakeDriver()
  }

  private enum Fed { case taken, full, over }

  private func tryFeed(_ bytes: [UInt8]) -> Fed {
    monitor.lock()
    if isOver {
      monitor.unlock()
      return .over
    }
    guard queue.isEmpty || queue.size + bytes.count <= OutputChannel.capacity else {
      monitor.unlock()
      return .full
    }
    queue.append(bytes, size: bytes.count)
    wakeDriver()
    return .taken
  }

  // MARK: - Reading ahead

  /// Has a thread read on unless one does or there is enough.
  ///
  /// With the monitor locked.
  private func fillAhead() {
    guard let threads, source != nil, !isFilling, !isAtEnd, !isOver, failure == nil,
      queue.size <= OutputChannel.capacity / 2
    else { return }
    isFilling = true
    do {
      try threads.submit { [self] _ in fill() }
    } catch {
      isFilling = false
      failure = error
    }
  }

  private func fill() {
    guard let source else { return }
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let result = Result { () throws(HostError) in
        try unsafe buffer.withUnsafeMutableBytes { bytes in
          Result { () throws(HostError) in unsafe try source.read(into: unsafe bytes) }
        }.get()
      }
      monitor.lock()
      switch result {
      case .success(0): isAtEnd = true
      case .success(let count): queue.append(Array(buffer.prefix(count)), size: count)
      case .failure(let error): failure = error
      }
      let isDone =
        isAtEnd || isOver || failure != nil || queue.size >= OutputChannel.capacity
      if isDone { isFilling = false }
      wakeDriver()
      if isDone { return }
    }
  }

  /// Whether there are bytes; moves the next ones to the head.
  ///
  /// With the monitor locked.
  private func takeHead() -> Bool {
    if head.isEmpty, let next = queue.popFirst() { head = next[...] }
    return !head.isEmpty
  }

  /// With the monitor locked; unlocks it.
  private func wakeDriver() {
    let callback = onBytes
    onBytes = nil
    monitor.broadcast()
    monitor.unlock()
    callback?()
  }

  /// With the monitor locked.
  private func takeWriter() -> CheckedContinuation<Void, Never>? {
    defer { writer = nil }
    return writer
  }
}
