/// Times at which calls are asked to stop or are given up, on one thread that sleeps until the next.
///
/// The thread is made with the first time and ends with `close`.
final class DeadlineQueue: @unchecked Sendable {
  // `@unchecked` because the mutable state is reached only between lock and unlock of `monitor`.

  /// What is due.
  enum Entry {
    /// A call's time is up.
    case deadline(UInt64)
    /// The grace of a call that was asked to stop is up.
    case grace(UInt64)
    /// Something of the host's own, which returns at once.
    case action(@Sendable () -> Void)
  }

  typealias Handle = TimerHeap<Entry>.Handle

  private let monitor = Monitor()
  private var heap = TimerHeap<Entry>()
  private var isRunning = false
  /// Until when the thread sleeps, whatever was removed since: a later time need not wake it.
  ///
  /// Most calls end long before their deadline, so most times cost no wake-up at all.
  private var wakesAt = MonotonicTime(nanoseconds: .max)
  private var isClosed = false

  /// Adds a time.
  ///
  /// After `close` it is never due.
  func insert(_ entry: Entry, at time: MonotonicTime) -> Handle {
    monitor.lock()
    defer { monitor.unlock() }
    let handle = heap.insert(entry, at: time)
    if !isRunning, !isClosed {
      isRunning = true
      do {
        try Thread.start(name: "dh-deadlines") { self.run() }
      } catch {
        // The next one tries again; a system without a thread left fails the call by itself.
        isRunning = false
      }
    } else if time < wakesAt {
      wakesAt = time
      monitor.signal()
    }
    return handle
  }

  /// Takes a time back.
  func remove(_ handle: Handle) {
    monitor.lock()
    _ = heap.remove(handle)
    monitor.unlock()
  }

  /// Waits until something is heard of, at most so long.
  ///
  /// - Parameters:
  ///   - limit: For how long.
  ///   - begin: Begins what calls back once, on any thread, at once or at any later time.
  /// - Returns: Whether it was heard of in time.
  func hears(
    within limit: Duration,
    _ begin: (_ done: @escaping @Sendable () -> Void) -> Void
  ) async -> Bool {
    await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
      let waiting = Lock<CheckedContinuation<Bool, Never>?>(continuation)
      let answer = { @Sendable (isHeard: Bool) in
        let continuation = waiting.withLock { $0.take() }
        continuation?.resume(returning: isHeard)
        return continuation != nil
      }
      let end = MonotonicTime.now.advanced(by: limit)
      let timer = insert(.action { _ = answer(false) }, at: end)
      begin { [self] in
        if answer(true) { remove(timer) }
      }
    }
  }

  /// Ends the thread.
  func close() {
    monitor.lock()
    isClosed = true
    monitor.signal()
    monitor.unlock()
  }

  private func run() {
    monitor.lock()
    while !isClosed {
      if let entry = heap.popDue(.now) {
        monitor.unlock()
        switch entry {
        case .deadline(let call): CallTable.shared.slot(of: call)?.askToStop(call, .deadline)
        case .grace(let call): CallTable.shared.slot(of: call)?.giveUp(call)
        case .action(let action): action()
        }
        monitor.lock()
        wakesAt = MonotonicTime(nanoseconds: .min)
      } else if let next = heap.next {
        wakesAt = next
        _ = monitor.wait(until: next)
      } else {
        wakesAt = MonotonicTime(nanoseconds: .max)
        monitor.wait()
      }
    }
    isRunning = false
    monitor.unlock()
  }
}
