/// What fills a channel's queue: a task, or a thread that reads a source.
extension InputChannel {
  // MARK: - A task

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
    hasBegun = true
    wakeDriver()
    return .taken
  }

  // MARK: - A thread

  /// Has a thread read on unless one does or there is enough.
  ///
  /// With the monitor locked.
  func fillAhead() {
    guard let threads, source != nil, !isFilling, !isAtEnd, !isOver, failure == nil, left > 0,
      queue.size <= OutputChannel.capacity / 2
    else { return }
    isFilling = true
    hasBegun = true
    do {
      try threads.submit { [self] _ in fill() }
    } catch {
      isFilling = false
      failure = error
    }
  }

  private func fill() {
    guard let source else { return }
    while true {
      monitor.lock()
      let start = target
      target = nil
      monitor.unlock()
      let result = Result { () throws(HostError) in
        if let start { try source.seek(to: start) }
        return try source.read(256 << 10)
      }
      monitor.lock()
      if target != nil {
        // The driver wants to go on elsewhere.
        monitor.unlock()
        continue
      }
      switch result {
      case .success([]): isAtEnd = true
      case .success(let bytes):
        queue.append(bytes, size: bytes.count)
        // Nobody is asked for more than there is to be.
        if head.count + queue.size >= left { isAtEnd = true }
      case .failure(let error): failure = error
      }
      let isDone =
        isAtEnd || isOver || failure != nil || queue.size >= OutputChannel.capacity
      if isDone { isFilling = false }
      wakeDriver()
      if isDone { return }
    }
  }
}
