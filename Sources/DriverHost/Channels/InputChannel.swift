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
  /// How many bytes the driver gets from the beginning to the end, or an error; nil: not known.
  let length: Int64?
  let source: (any ChannelSource)?
  let threads: ThreadPool?
  let monitor = Monitor()
  var queue = ItemQueue<[UInt8]>()
  var head: ArraySlice<UInt8> = []
  /// Where in the source the head begins: what the driver has read, or where it wants to go on.
  var position: Int64 = 0
  /// Where whoever reads ahead is to go on; nil: where it is.
  var target: Int64?
  var isFilling = false
  /// Whether anything was read, or is about to be.
  var hasBegun = false
  var isAtEnd = false
  var failure: HostError?
  var isStopped = false
  var isOver = false
  var onBytes: (() -> Void)?
  var writer: CheckedContinuation<Void, Never>?
  /// Reads the sequence that the channel brings.
  private var feeder: Task<Void, Never>?

  /// A channel that reads `source`: ahead, on `threads`, for a driver that may not wait; otherwise when
  /// the driver asks.
  init(name: String, source: any ChannelSource, aheadOn threads: ThreadPool?) {
    self.name = name
    self.source = source
    self.threads = threads
    length = source.length
  }

  /// A channel that a task feeds with `feed` and `endFeeding`.
  init(fedByTask name: String, length: Int64? = nil) {
    self.name = name
    self.length = length
    source = nil
    threads = nil
  }

  /// A channel that brings what a sequence gives; a task reads it until the channel is finished.
  convenience init(
    name: String,
    sequence: any AsyncSequence<[UInt8], any Error> & Sendable,
    length: Int64? = nil
  ) {
    self.init(fedByTask: name, length: length)
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

  /// Whether a call with the same origin can be made anew, as if this one had not been.
  var canBeRepeated: Bool {
    if let source, source.isRepeatable { return true }
    monitor.lock()
    defer { monitor.unlock() }
    return !hasBegun
  }

  // MARK: - The driver's side

  /// Takes up to the buffer's size.
  func read(into buffer: UnsafeMutableRawBufferPointer, mayWait: Bool) -> Answer {
    if let source, threads == nil { return unsafe readDirectly(source, into: unsafe buffer) }
    monitor.lock()
    var writer: CheckedContinuation<Void, Never>?
    defer {
      monitor.unlock()
      writer?.resume()
    }
    while true {
      if isOver { return .gone }
      if isStopped { return .stopped }
      if left == 0 { return .end }
      if takeHead() {
        let count = min(buffer.count, head.count, left)
        unsafe buffer.copyBytes(from: head.prefix(count))
        head = head.dropFirst(count)
        position += Int64(count)
        writer = takeWriter()
        fillAhead()
        return .bytes(count)
      }
      if let failure { return .failed(failure) }
      if isAtEnd { return end }
      fillAhead()
      guard mayWait else { return .empty }
      monitor.wait()
    }
  }

  /// Has the next `read` begin so many bytes after the beginning, at most the length; false where that is not
  /// possible.
  func seek(to offset: Int64) -> Bool {
    guard let source, source.canSeek else { return false }
    monitor.lock()
    defer { monitor.unlock() }
    position = offset
    target = offset
    head = []
    queue = ItemQueue()
    isAtEnd = false
    return true
  }

  /// How much the driver may get, as far as that is known.
  ///
  /// With the monitor locked.
  var left: Int { length.map { Int(clamping: $0 - position) } ?? .max }

  /// What the end of the source is for the driver.
  ///
  /// With the monitor locked.
  private var end: Answer {
    guard left > 0, let length else { return .end }
    return .failed(
      HostError(
        .unavailable,
        stage: .call,
        "the source of `\(name)` ended after \(position) of \(length) bytes: it must not change while it is read"
      )
    )
  }

  private func readDirectly(
    _ source: any ChannelSource,
    into buffer: UnsafeMutableRawBufferPointer
  ) -> Answer {
    monitor.lock()
    let (isStopped, isOver, count, target) = (isStopped, isOver, min(buffer.count, left), target)
    self.target = nil
    hasBegun = true
    monitor.unlock()
    if isOver { return .gone }
    if isStopped { return .stopped }
    if count == 0 { return .end }
    do {
      if let target { try source.seek(to: target) }
      let read = unsafe try source.read(
        into: unsafe UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
      )
      monitor.lock()
      defer { monitor.unlock() }
      position += Int64(read)
      if read > 0 { return .bytes(read) }
      // A source that was stopped looks as if it were at its end.
      if self.isOver { return .gone }
      return self.isStopped ? .stopped : end
    } catch {
      return .failed(error)
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
    if takeHead() || left == 0 || isAtEnd || isStopped || failure != nil { return true }
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

  // MARK: - Both sides

  /// Whether there are bytes; moves the next ones to the head.
  ///
  /// With the monitor locked.
  func takeHead() -> Bool {
    if head.isEmpty, let next = queue.popFirst() { head = next[...] }
    return !head.isEmpty
  }

  /// With the monitor locked; unlocks it.
  func wakeDriver() {
    let callback = onBytes
    onBytes = nil
    monitor.broadcast()
    monitor.unlock()
    callback?()
  }

  /// With the monitor locked.
  func takeWriter() -> CheckedContinuation<Void, Never>? {
    defer { writer = nil }
    return writer
  }
}
