import DriverABI

extension DriverRuntime.Probing {
  /// Tells of a text that the driver wrote.
  func note(_ text: dh_text_v1, in place: @autoclosure () -> String) {
    guard let onText = value.onText else { return }
    onText(place(), unsafe ValueReader.repairedText(text))
  }

  /// Tells of all texts of an error.
  func note(_ error: dh_error_v1) {
    guard let onText = value.onText else { return }
    let plain = unsafe HostError(error, stage: .call, redactor: nil)
    onText("the message of an error", plain.message)
    if let detail = plain.detail { onText("the detail of an error", detail) }
    if let state = plain.vendorState { onText("the vendor's state of an error", state) }
    if let details = plain.details { onText("the details of an error", JSON.text(details)) }
  }
}
