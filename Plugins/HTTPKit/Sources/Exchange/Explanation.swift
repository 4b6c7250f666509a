package import DriverKit

/// Why something failed, in two parts: an error puts both into one sentence, a test's step shows them
/// apart.
package struct Explanation {
  /// How far the way to an answer was gone.
  package enum Stage: Int {
    case token, resolve, connect, tls, request
  }

  package var code: DriverError.Code
  /// What happened, without a full stop.
  package var what: String
  /// What to do, without a full stop; empty where nothing can be done.
  package var cure: String
  package var detail = ""
  package var pointer = ""
  package var isRetryable = false
  package var vendorCode: Int64 = 0
  package var vendorState = ""
  /// The status of an answer; 0: there is none.
  package var status: Int32 = 0
  /// Where it failed.
  package var stage = Stage.request

  /// An explanation with what a user needs.
  package init(
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
  package init(_ error: DriverError) {
    self.init(error.code, error.message, pointer: error.pointer, isRetryable: error.isRetryable)
    detail = error.detail
    vendorCode = error.vendorCode
    vendorState = error.vendorState
    status = error.status
  }

  /// The error that the call ends with.
  package var error: DriverError {
    var error = DriverError(
      code,
      cure.isEmpty ? what : "\(what): \(cure)",
      detail: detail,
      pointer: pointer,
      isRetryable: isRetryable
    )
    error.vendorCode = vendorCode
    error.vendorState = vendorState
    error.status = status
    return error
  }
}
