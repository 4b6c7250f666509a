internal import DriverKit
internal import FileKit
internal import TransferKit

extension SFTPError {
  /// The error of a call that it comes to.
  ///
  /// - Parameter pointer: The input that named the file; empty: none did.
  /// - Returns: The error, whose `vendorState` has the code of the file.
  func error(_ pointer: String) -> DriverError {
    var error = DriverError(code.driverCode, "\(self)", pointer: pointer, isRetryable: code.mayPass)
    error.vendorCode = Int64(status.code.rawValue)
    error.vendorState = code.rawValue
    error.detail = "SFTP status \(status.code.rawValue): \(status)"
    return error
  }
}
