internal import CCurl

/// URLs as libcurl reads them (libcurl-url(3)).
package enum CurlURL {
  /// Resolves a reference that was found at a URL (RFC 3986, section 5).
  ///
  /// - Parameters:
  ///   - reference: A URL, or a part of one.
  ///   - base: Where it was found: a whole URL.
  /// - Returns: A whole URL; nil where the reference is none.
  package static func resolve(_ reference: String, from base: String) -> String? {
    guard let url = unsafe curl_url() else { return nil }
    defer { unsafe curl_url_cleanup(url) }
    guard unsafe curl_url_set(url, CURLUPART_URL, base, 0) == CURLUE_OK,
      unsafe curl_url_set(url, CURLUPART_URL, reference, UInt32(CURLU_URLENCODE)) == CURLUE_OK
    else { return nil }
    var text: UnsafeMutablePointer<CChar>?
    guard unsafe curl_url_get(url, CURLUPART_URL, &text, 0) == CURLUE_OK, let text = unsafe text
    else { return nil }
    defer { unsafe curl_free(text) }
    return unsafe String(cString: text)
  }
}
