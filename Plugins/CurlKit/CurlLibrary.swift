internal import CCurl
package import DriverKit

/// The library as a whole.
package enum CurlLibrary {
  /// Makes it ready; once in a process, before anything else of it.
  ///
  /// The corresponding C function is `curl_global_init`.
  ///
  /// - Throws: `.unavailable` where it cannot be used.
  package static func begin() throws(DriverError) {
    let code = curl_global_init(Int(CURL_GLOBAL_ALL))
    guard code == CURLE_OK else {
      throw DriverError(
        .unavailable,
        "libcurl cannot be initialized: \(CurlError(code).text)",
        detail: "curl_global_init answered \(code.rawValue)"
      )
    }
  }
}
