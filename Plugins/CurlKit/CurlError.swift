package import CCurl

/// A failure of libcurl.
package struct CurlError: Error {
  /// The corresponding C type is `CURLcode`.
  package var code: CURLcode
  /// What libcurl says of this very failure, else of the code in general.
  package var text: String

  /// A failure with libcurl's own words for its code.
  package init(_ code: CURLcode) {
    self.code = code
    text =
      unsafe curl_easy_strerror(code).map { unsafe String(cString: $0) } ?? "CURLE \(code.rawValue)"
  }

  /// A failure with libcurl's words for this very one; the code's where those are empty.
  init(_ code: CURLcode, detail: String) {
    self.init(code)
    if !detail.isEmpty { text = detail }
  }

  /// Throws unless the code is success.
  static func check(_ code: CURLcode) throws(CurlError) {
    if code != CURLE_OK { throw CurlError(code) }
  }
}
