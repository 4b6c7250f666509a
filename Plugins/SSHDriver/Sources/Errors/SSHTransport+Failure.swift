internal import CSSH2
internal import DriverKit
internal import Glibc

extension SSHTransport {
  /// The error that a code of the library's comes to.
  ///
  /// - Parameters:
  ///   - status: The code.
  ///   - what: What could not be done.
  /// - Returns: The error.
  func failure(_ status: Int, _ what: String) -> DriverError {
    var error = DriverError(.protocolViolation, "\(what): \(reason(status))")
    error.detail = "libssh2 answered \(status)"
    switch Int32(clamping: status) {
    case LIBSSH2_ERROR_SOCKET_NONE, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_DISCONNECT,
      LIBSSH2_ERROR_SOCKET_RECV, LIBSSH2_ERROR_BANNER_RECV, LIBSSH2_ERROR_BANNER_SEND,
      LIBSSH2_ERROR_SOCKET_TIMEOUT, LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_BAD_SOCKET:
      (error.code, error.isRetryable, error.isSessionBroken) = (.unavailable, true, true)
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED,
      LIBSSH2_ERROR_PASSWORD_EXPIRED, LIBSSH2_ERROR_KEYFILE_AUTH_FAILED:
      // In 1.10 also what a connection that is lost comes to.
      if isLost, farewell == nil {
        (error.code, error.isRetryable, error.isSessionBroken) = (.unavailable, true, true)
      } else {
        error.code = .unauthenticated
      }
    case LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED,
      LIBSSH2_ERROR_REQUEST_DENIED:
      error.code = .forbidden
    case LIBSSH2_ERROR_ALLOC: error.code = .internal
    default: error.isSessionBroken = true
    }
    return error
  }

  private func reason(_ status: Int) -> String {
    if streamFailure == ECONNABORTED, stage != .open {
      return "it sends more than any server does before somebody has logged in"
    }
    if let farewell { return "the server has ended the connection: \(farewell)" }
    if streamFailure != 0 { return unsafe String(cString: strerror(streamFailure)) }
    if hasEnded { return "the server has closed the connection" }
    let text = message
    return text.isEmpty ? "code \(status)" : text
  }
}
