package import DriverKit
package import FileKit

extension DriverError {
  /// An error about a file, whose `vendorState` has the code of the file.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: What, where, why, and what to do.
  ///   - pointer: The input that named the file.
  package init(_ code: FileErrorCode, _ message: String, pointer: String = "") {
    self.init(code.driverCode, message, pointer: pointer, isRetryable: code.mayPass)
    vendorState = code.rawValue
  }

  /// What went wrong with the file that this is about.
  package var fileCode: FileErrorCode {
    if let code = FileErrorCode(rawValue: vendorState) { return code }
    return switch code {
    case .cancelled: .cancelled
    case .timedOut: .timeout
    case .unavailable: .connectionLost
    case .protocolViolation: .malformed
    case .unsupported: .unsupported
    default: .failure
    }
  }
}

extension FileErrorCode {
  /// The code of a call that fails with it.
  package var driverCode: DriverError.Code {
    switch self {
    case .notFound: .notFound
    case .permissionDenied: .forbidden
    case .alreadyExists, .isDirectory, .kindDiffers, .notEmpty, .changed: .conflict
    case .nameRefused: .invalidInput
    case .verification, .failure, .diskFull, .quotaExceeded: .remoteFailure
    case .unsupported: .unsupported
    case .authentication: .unauthenticated
    case .connectionLost: .unavailable
    case .timeout: .timedOut
    case .cancelled: .cancelled
    case .malformed: .protocolViolation
    }
  }
}
