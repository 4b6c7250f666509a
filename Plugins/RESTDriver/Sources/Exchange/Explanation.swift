internal import DriverKit

/// Why something failed, in two parts: an error puts both into one sentence, a test's step shows them
/// apart.
struct Explanation {
  /// How far the way to an answer was gone.
  enum Stage: Int {
    case resolve, connect, tls, request
  }

  var code: DriverError.Code
  /// What happened, without a full stop.
  var what: String
  /// What to do, without a full stop; empty where nothing can be done.
  var cure: String
  var detail = ""
  var pointer = ""
  var isRetryable = false
  var vendorCode: Int64 = 0
  /// Where it failed.
  var stage = Stage.request

  /// An explanation with what a user needs.
  init(
    _ code: DriverError.Code,
    _ what: String,
    cure: String = "",
    pointer: String = "",
    isRetryable: Bool = false
  ) {
    self.code = code
    self.what = what
    self.cure = cure
    self.pointer = pointer
    self.isRetryable = isRetryable
  }

  /// What somebody else explained already.
  init(_ error: DriverError) {
    self.init(error.code, error.message, pointer: error.pointer, isRetryable: error.isRetryable)
    detail = error.detail
    vendorCode = error.vendorCode
  }

  /// The error that the call ends with.
  var error: DriverError {
    var error = DriverError(
      code,
      cure.isEmpty ? what : "\(what): \(cure)",
      detail: detail,
      pointer: pointer,
      isRetryable: isRetryable
    )
    error.vendorCode = vendorCode
    return error
  }
}
