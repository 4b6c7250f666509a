package import CCurl
package import DriverKit

/// A failure of libcurl.
package struct CurlError: Error {
  /// The corresponding C type is `CURLcode`.
  package var code: CURLcode
  /// What libcurl says of this very failure, else of the code in general.
  package var text: String
  /// The errno of socket(2) where there was no socket for the transfer; 0 otherwise.
  package var systemNumber: Int32 = 0
  /// What the host's loop says where it does not watch the transfer's socket.
  package var cause: DriverError?

  /// A failure with libcurl's own words for its code.
  package init(_ code: CURLcode) {
    self.code = code
    text =
      unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "CURLE \(code.rawValue)"
  }

  /// A failure with libcurl's words for this very one; the code's where those are empty.
  init(_ code: CURLcode, detail: String, systemNumber: Int32 = 0) {
    self.init(code)
    if !detail.isEmpty { text = detail }
    self.systemNumber = systemNumber
  }

  /// The failure of a transfer whose socket the loop does not watch.
  init(_ cause: DriverError) {
    self.init(CURLE_COULDNT_CONNECT, detail: cause.message)
    self.cause = cause
  }

  /// Throws unless the code is success.
  static func check(_ code: CURLcode) throws(CurlError) {
    if code != CURLE_OK { throw CurlError(code) }
  }
}
