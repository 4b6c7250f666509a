internal import CCurl

/// Names of hosts as libcurl understands them.
package enum CurlNames {
  /// An international name in ASCII (IDNA); nil if it is not one.
  ///
  /// The corresponding C function is `curl_url_get` with CURLU_PUNYCODE.
  package static func ascii(_ name: String) -> String? {
    guard let url = unsafe curl_url() else { return nil }
    defer { unsafe curl_url_cleanup(url) }
    guard unsafe curl_url_set(url, CURLUPART_URL, "http://\(name)/", 0) == CURLUE_OK else {
      return nil
    }
    var part: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(url, CURLUPART_HOST, &part, UInt32(CURLU_PUNYCODE)) == CURLUE_OK,
      let part = unsafe part
    else { return nil }
    defer { unsafe curl_free(part) }
    return unsafe String(cString: part)
  }
}
