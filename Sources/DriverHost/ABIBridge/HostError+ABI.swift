import DriverABI

extension HostError {
  /// The error that a driver reported, copied.
  ///
  /// - Parameters:
  ///   - error: What the driver handed over.
  ///   - stage: `.call`, or `.driver` where it could not be made ready.
  ///   - redactor: Masks the call's secrets in texts.
  init(_ error: dh_error_v1, stage: Stage, redactor: Redactor?) {
    func text(_ text: dh_text_v1) -> String? {
      let plain = unsafe ValueReader.repairedText(text)
      if plain.isEmpty { return nil }
      return redactor?.masking(plain) ?? plain
    }
    let code = unsafe Code(number: error.code)
    unsafe self.init(
      code,
      stage: stage,
      text(error.message) ?? "the driver gave no message (\(code))"
    )
    detail = unsafe text(error.detail)
    pointer = unsafe text(error.pointer).flatMap(JSONPointer.init(text:))
    isRetryable = unsafe error.flags & DH_RETRYABLE != 0
    status = unsafe error.status == 0 ? nil : error.status
    vendorCode = unsafe error.vendor_code == 0 ? nil : error.vendor_code
    vendorState = unsafe text(error.vendor_state)
    if unsafe error.retry_after_ms > 0 {
      retryAfter = unsafe .milliseconds(Int64(error.retry_after_ms))
    }
    if let tree = unsafe error.details {
      var reader = ValueReader()
      do {
        let plain = unsafe try reader.read(tree.pointee)
        details = redactor?.masking(plain) ?? plain
      } catch {
        detail = [detail, "the driver's details could not be read: they \(error.reason)"]
          .compactMap(\.self).joined(separator: "\n")
      }
    }
  }
}
