package import CCurl

/// One transfer's options and information.
///
/// The corresponding C type is `CURL`.
@safe
package struct CurlEasy: ~Copyable {
  let handle: UnsafeMutableRawPointer
  /// What libcurl still calls while the handle is freed.
  private let kept: AnyObject?

  /// A handle with libcurl's defaults.
  ///
  /// The corresponding C function is `curl_easy_init`.
  ///
  /// - Parameter kept: What has to live until the handle is freed.
  /// - Throws: `CURLE_FAILED_INIT` where there is no memory.
  package init(keeping kept: AnyObject? = nil) throws(CurlError) {
    self.kept = kept
    guard let handle = unsafe curl_easy_init() else { throw CurlError(CURLE_FAILED_INIT) }
    unsafe self.handle = unsafe handle
  }

  deinit { unsafe curl_easy_cleanup(handle) }

  // MARK: - Options: the corresponding C function is `curl_easy_setopt`

  /// Sets an option that is a number or a switch.
  package func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_long(handle, option, value))
  }

  /// Sets an option that is a large number, such as a size.
  package func set(_ option: CURLoption, offset value: Int64) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_offset(handle, option, curl_off_t(value)))
  }

  /// Sets an option that is a text, which libcurl copies; nil unsets it.
  package func set(_ option: CURLoption, _ value: String?) throws(CurlError) {
    guard let value else {
      try CurlError.check(unsafe ccurl_set_text(handle, option, nil))
      return
    }
    try CurlError.check(unsafe ccurl_set_text(handle, option, value))
  }

  /// Sets an option that is bytes, which libcurl copies.
  package func set(_ option: CURLoption, blob value: [UInt8]) throws(CurlError) {
    // libcurl refuses an empty blob by itself; the address of an empty array is not nil here.
    let code = unsafe value.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress else { return CURLE_BAD_FUNCTION_ARGUMENT }
      return unsafe ccurl_set_blob(handle, option, start, bytes.count)
    }
    try CurlError.check(code)
  }

  /// Sets an option that is a list.
  ///
  /// The list must live until the option is set anew or the handle is reset.
  package func set(_ option: CURLoption, list: borrowing CurlList) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_list(handle, option, list.head))
  }

  /// Makes the transfer use what others use too; nil: nothing.
  ///
  /// It must live until that is set anew, or the handle is gone. The corresponding C option is CURLOPT_SHARE.
  package func set(share: CurlCookieShare?) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_pointer(handle, CURLOPT_SHARE, share?.handle))
  }

  /// Unsets an option that is an address.
  package func unset(_ option: CURLoption) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_pointer(handle, option, nil))
  }

  /// Sets an option that is an address, which libcurl keeps.
  @unsafe
  package func set(_ option: CURLoption, pointer: UnsafeRawPointer?) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_pointer(handle, option, pointer))
  }

  // MARK: - Information: the corresponding C function is `curl_easy_getinfo`

  /// A number; 0 where libcurl has none.
  package func number(_ info: CURLINFO) -> Int {
    var value = 0
    return unsafe ccurl_get_long(handle, info, &value) == CURLE_OK ? value : 0
  }

  /// A large number, such as microseconds; 0 where libcurl has none.
  package func offset(_ info: CURLINFO) -> Int64 {
    var value: curl_off_t = 0
    return unsafe ccurl_get_offset(handle, info, &value) == CURLE_OK ? Int64(value) : 0
  }

  /// A text; nil where libcurl has none.
  package func text(_ info: CURLINFO) -> String? {
    var value: UnsafePointer<CChar>?
    guard unsafe ccurl_get_text(handle, info, &value) == CURLE_OK else { return nil }
    return unsafe value.map { unsafe String(cString: $0) }
  }

  /// The certificates that the server has shown, its own first, each as lines of `name:value`.
  ///
  /// Only where the option CURLOPT_CERTINFO is set.
  package func certificates() -> [[String]] {
    var chain: UnsafeMutablePointer<curl_certinfo>?
    guard unsafe ccurl_get_certificates(handle, &chain) == CURLE_OK, let chain = unsafe chain,
      let lists = unsafe chain.pointee.certinfo
    else { return [] }
    return unsafe (0..<Int(chain.pointee.num_of_certs)).map { index in
      var lines: [String] = []
      var entry = unsafe lists[index]
      while let here = unsafe entry {
        if let text = unsafe here.pointee.data { lines.append(unsafe String(cString: text)) }
        unsafe entry = unsafe here.pointee.next
      }
      return lines
    }
  }
}
