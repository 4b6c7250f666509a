import DriverABI

/// A call's rows: the call stays in flight until the consumer has let go of them.
extension CallSlot {
  /// Before or after the driver's own `release`.
  enum ReleasePhase {
    case before, after
  }

  /// `rows`: takes a stream over.
  func takeRows(
    _ call: UInt64,
    _ name: dh_text_v1,
    _ stream: UnsafeMutablePointer<ArrowArrayStream>
  ) -> Int32 {
    monitor.lock()
    guard isLive(call), let driver, let request else {
      monitor.unlock()
      return DH_GONE
    }
    guard stop.reason == nil else {
      monitor.unlock()
      return DH_STOPPED
    }
    guard let consumer = request.onRows else {
      monitor.unlock()
      return DH_UNWANTED
    }
    guard let name = unsafe ValueReader.text(name), !name.isEmpty,
      unsafe stream.pointee.release != nil
    else {
      monitor.unlock()
      driver.reportMisuse("`rows` was given a name that is empty or a stream that was released")
      return DH_INVALID
    }
    guard rows == nil else {
      monitor.unlock()
      driver.reportMisuse("`rows` was called before the stream before it was released")
      return DH_REFUSED
    }
    let source = unsafe RowSource(moving: stream, name: name, call: call, slot: self)
    rows = source
    monitor.unlock()
    consumer(source)
    return DH_OK
  }

  /// The consumer has let go of the rows; the driver has its grace to end the call or to hand over the
  /// next ones.
  func rowsReleased(_ call: UInt64, isComplete: Bool, phase: ReleasePhase) {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call), let driver else { return }
    switch phase {
    case .before:
      rows = nil
      if !isComplete, overrulingError == nil {
        overrulingError = HostError(
          .cancelled,
          stage: .call,
          "the rows were let go of before their end"
        )
      }
    case .after:
      guard rows == nil else { return }
      if stop.reason == nil, !isComplete {
        // The driver has no reason to go on.
        stop.reason = .cancelled
        if let timer { driver.deadlines.remove(timer) }
        timer = driver.deadlines.insert(
          .grace(call),
          at: MonotonicTime.now.advanced(by: driver.grace)
        )
      }
    }
  }
}
