import DriverABI

/// A call's rows: the call stays in flight until the consumer has let go of them.
extension CallSlot {
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
    guard let consumer = request.value.onRows else {
      monitor.unlock()
      return DH_UNWANTED
    }
    guard let name = unsafe ValueReader.text(name), !name.isEmpty,
      unsafe stream.pointee.release != nil
    else {
      monitor.unlock()
      driver.reportMisuse(
        "ROWS-8",
        "`rows` was given a name that is empty or a stream that was released"
      )
      return DH_INVALID
    }
    guard rows == nil else {
      monitor.unlock()
      driver.reportMisuse("ROWS-8", "`rows` was called before the stream before it was released")
      return DH_REFUSED
    }
    let source = unsafe RowSource(
      moving: stream,
      name: name,
      call: call,
      slot: self,
      threads: driver.services.helpers
    )
    rows = source
    // The grace after the release of the stream before it.
    if let graceTimer { driver.deadlines.remove(graceTimer) }
    graceTimer = nil
    monitor.unlock()
    // A consumer that has gone lets go of the rows at once.
    if !consumer(source) { source.consumerLetGo() }
    return DH_OK
  }

  /// The stream is about to be released, so that the driver may hand over the next one from inside that.
  ///
  /// - Parameters:
  ///   - call: The call's id.
  ///   - isRefused: Whether it is the consumer's doing that there are rows left.
  ///   - isCutOff: Whether there are rows left, and the driver's stream has not failed by itself.
  func rowsWillBeReleased(_ call: UInt64, isRefused: Bool, isCutOff: Bool) {
    monitor.lock()
    defer { monitor.unlock() }
    guard isLive(call) else { return }
    rows = nil
    if isCutOff, stop.reason != nil { rowsAreCutOff = true }
    if isRefused, stop.reason == nil, overrulingError == nil {
      overrulingError = HostError(
        .cancelled,
        stage: .call,
        "the rows were let go of before their end"
      )
    }
  }

  /// The stream was released: the driver has its grace to end the call or to hand over the next rows, and no
  /// reason to go on where the consumer did not want all of them.
  func rowsWereReleased(_ call: UInt64, isRefused: Bool) {
    monitor.lock()
    guard isLive(call), rows == nil, stop.reason == nil else {
      monitor.unlock()
      return
    }
    if !isRefused { armGrace(call) }
    monitor.unlock()
    if isRefused { askToStop(call, .cancelled) }
  }

  /// The driver's rows are none: the call fails by that, also where the consumer keeps it to himself.
  func rowsAreRefused(_ call: UInt64, _ error: HostError) {
    monitor.lock()
    let driver = holds(call) ? self.driver : nil
    if isLive(call), stop.reason == nil, overrulingError == nil { overrulingError = error }
    monitor.unlock()
    driver?.reportMisuse("ROWS-5", error.message)
  }

  /// What may run on the thread that pulls rows ends with the call's grace.
  func pullBegins(_ call: UInt64, on worker: ThreadPool.Worker) {
    monitor.lock()
    if isLive(call) { puller = worker }
    monitor.unlock()
  }

  func pullEnded(_ call: UInt64) {
    monitor.lock()
    if holds(call) { puller = nil }
    monitor.unlock()
  }
}
