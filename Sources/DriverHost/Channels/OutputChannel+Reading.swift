/// How a task reads a channel that is streamed.
extension OutputChannel {
  /// The next item; nil at the end.
  ///
  /// One task at a time.
  func next() async throws(HostError) -> Item? {
    while true {
      switch take() {
      case .item(let item): return item
      case .end(let result):
        try result.get()
        return nil
      case .wait: await waitForItem()
      }
      if Task.isCancelled {
        throw HostError(.cancelled, stage: .call, "the reading of `\(name)` was cancelled")
      }
    }
  }

  /// The reader has gone: a driver that sends more is told so.
  func readerLeft() {
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

  private func take() -> Next {
    monitor.lock()
    if let item = queue.popFirst() {
      let callback = hasRoomAgain ? takeOnRoom() : nil
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
        let mustWait = queue.isEmpty && end == nil && !Task.isCancelled
        if mustWait { reader = continuation }
        monitor.unlock()
        if !mustWait { continuation.resume() }
      }
    } onCancel: {
      monitor.lock()
      let reader = takeReader()
      monitor.unlock()
      // Outside: resuming takes a lock of the task, inside which this handler may run.
      reader?.resume()
    }
  }
}
