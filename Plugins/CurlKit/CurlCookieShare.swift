internal import CCurl

/// Cookies that several transfers of one thread take along and add to.
///
/// The corresponding C type is `CURLSH`.
@safe
package final class CurlCookieShare {
  let handle: UnsafeMutableRawPointer

  /// No cookies.
  ///
  /// The corresponding C function is `curl_share_init`.
  package init() throws(CurlError) {
    guard let handle = unsafe curl_share_init() else { throw CurlError(CURLE_OUT_OF_MEMORY) }
    unsafe self.handle = unsafe handle
    guard unsafe ccurl_share_set(handle, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE) == CURLSHE_OK
    else { throw CurlError(CURLE_OUT_OF_MEMORY) }
  }

  deinit { unsafe curl_share_cleanup(handle) }
}
