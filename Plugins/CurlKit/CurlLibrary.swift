internal import CCurl
package import DriverKit

/// The library as a whole.
package enum CurlLibrary {
  /// Makes it ready for an instance, before anything else of it, and logs at debug level which one it is.
  ///
  /// - Parameter context: What the instance is made with; once in a process, whichever driver is first.
  /// - Throws: `.unavailable` where it cannot be used.
  package static func begin(for context: DriverContext) throws(DriverError) {
    try context.once("libcurl.so.4") { () throws(DriverError) in try begin() }
    context.log(.debug, "uses \(CurlDefaults.versions)")
  }

  /// The corresponding C function is `curl_global_init`.
  private static func begin() throws(DriverError) {
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
