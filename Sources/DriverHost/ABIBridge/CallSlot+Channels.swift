import DriverABI

/// A call's channels and rows. Nothing is ever connected to them yet, and a driver is told so.
extension CallSlot {
  func isWanted(_ call: UInt64, _ channel: UInt32) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    return isLive(call) ? 0 : DH_GONE
  }

  func emit(_ call: UInt64, _ channel: UInt32, _ value: dh_value_v1) -> Int32 {
    unconnected(call)
  }

  func write(_ call: UInt64, _ channel: UInt32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
    unconnected(call)
  }

  func read(_ call: UInt64, _ channel: UInt32, _ buffer: UnsafeMutableRawBufferPointer) -> Int64 {
    Int64(unconnected(call))
  }

  func setReadyFunction(
    _ call: UInt64, _ channel: UInt32, _ function: dh_fn_v1?, _ context: UnsafeMutableRawPointer?
  ) -> Int32 {
    unconnected(call)
  }

  func takeRows(
    _ call: UInt64, _ name: dh_text_v1, _ stream: UnsafeMutablePointer<ArrowArrayStream>
  ) -> Int32 {
    unconnected(call)
  }

  private func unconnected(_ call: UInt64) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    return isLive(call) ? DH_UNWANTED : DH_GONE
  }
}
