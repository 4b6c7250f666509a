internal import DriverABI

extension DriverError {
  /// Runs `body` with the error in the ABI's form, which is valid until `body` returns.
  func withABI<Result>(_ body: (UnsafePointer<dh_error_v1>) -> Result) -> Result {
    var arena = OutputArena()
    var error = unsafe dh_error_v1()
    unsafe error.code = code.number
    unsafe error.flags =
      (isRetryable ? DH_RETRYABLE : 0) | (isSessionBroken ? DH_SESSION_BROKEN : 0)
    unsafe error.status = status
    unsafe error.retry_after_ms = retryAfter.map(DriverError.milliseconds) ?? 0
    unsafe error.vendor_code = vendorCode
    unsafe error.vendor_state = arena.text(vendorState)
    unsafe error.pointer = arena.text(pointer)
    unsafe error.message = arena.text(message)
    unsafe error.detail = arena.text(detail)
    guard let details else { return unsafe withUnsafePointer(to: error) { unsafe body($0) } }
    var builder = OutputBuilder()
    builder.add(value: details)
    return unsafe builder.withTree { tree in
      unsafe error.details = tree
      return unsafe withUnsafePointer(to: error) { unsafe body($0) }
    }
  }

  /// An error that the host reported, copied.
  init(_ error: dh_error_v1) {
    unsafe self.init(
      Code(number: error.code),
      String(InputText(error.message)),
      detail: String(InputText(error.detail)),
      isRetryable: error.flags & DH_RETRYABLE != 0
    )
    unsafe status = error.status
    unsafe vendorCode = error.vendor_code
  }

  /// A status below 0 of the ABI, from a function that the driver should be able to rely on.
  init(status: Int32, of function: StaticString) {
    switch status {
    case DH_STOPPED, DH_GONE: self.init(.cancelled, "the call was stopped")
    case DH_UNWANTED:
      self.init(.unsupported, "nobody takes what the call hands over (\(function))")
    case DH_LIMIT:
      self.init(.tooLarge, "the outputs are over the host's limit; send them to a file instead")
    case DH_UNABLE:
      self.init(.unsupported, "what the channel is connected to cannot do that (\(function))")
    case DH_AGAIN, DH_INVALID, DH_REFUSED:
      self.init(
        .internal,
        "the driver misuses its host; report this to the driver's vendor",
        detail: "\(function) answered \(status); the host's log says why"
      )
    default:
      // DH_FAILED, and what a newer host may have beside it.
      self.init(
        .unavailable,
        "the system has no resources left, such as file descriptors: raise `ulimit -n`",
        detail: "\(function) answered \(status)",
        isRetryable: true
      )
    }
  }

  private static func milliseconds(_ duration: Duration) -> UInt32 {
    let (seconds, attoseconds) = duration.components
    let (product, overflow) = seconds.multipliedReportingOverflow(by: 1000)
    return overflow ? .max : UInt32(clamping: product + attoseconds / 1_000_000_000_000_000)
  }
}
