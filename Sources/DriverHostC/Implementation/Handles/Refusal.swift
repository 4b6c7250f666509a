import DriverHost

/// Why a function of the API did not do what it was asked: its status, and the error that goes with
/// it.
struct Refusal: Error {
  var status: Int32
  var error: HostError

  /// What the host has to say.
  init(_ error: HostError) {
    status = Status.failed
    self.error = error
  }

  /// An argument is wrong.
  init(argument message: String) {
    self.init(Status.invalid, message)
  }

  init(_ status: Int32, _ message: String) {
    self.status = status
    error = HostError(.invalidInput, stage: .input, message)
  }
}

/// The header's statuses, where no unsafe code is.
enum Status {
  static let ok: Int32 = 0
  static let again: Int32 = -1
  static let gone: Int32 = -3
  static let invalid: Int32 = -4
  static let failed: Int32 = -8
  static let forked: Int32 = -16
}
