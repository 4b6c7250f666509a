import DriverABI

extension CallSlot {
  /// `rows`: a stream of record batches.
  func takeRows(
    _ call: UInt64, _ name: dh_text_v1, _ stream: UnsafeMutablePointer<ArrowArrayStream>
  ) -> Int32 {
    monitor.lock()
    defer { monitor.unlock() }
    return isLive(call) ? DH_UNWANTED : DH_GONE
  }
}
