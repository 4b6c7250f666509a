internal import CCurl

/// A list of texts for libcurl.
///
/// The corresponding C type is `curl_slist`.
///
/// libcurl keeps the address of a list that it was given, so a list lives at least as long as it is set.
@safe
package struct CurlList: ~Copyable {
  private(set) var head: UnsafeMutablePointer<curl_slist>?

  /// A list without texts.
  package init() {}

  deinit { unsafe curl_slist_free_all(head) }

  /// Whether there are no texts.
  package var isEmpty: Bool { unsafe head == nil }

  /// Appends a copy of bytes, none of which is 0.
  ///
  /// The corresponding C function is `curl_slist_append`.
  package mutating func append(bytes: [UInt8]) throws(CurlError) {
    let text = bytes.map(CChar.init(bitPattern:)) + [0]
    guard let longer = unsafe curl_slist_append(head, text) else {
      throw CurlError(CURLE_OUT_OF_MEMORY)
    }
    unsafe head = unsafe longer
  }

  /// Appends a copy of a text.
  ///
  /// The corresponding C function is `curl_slist_append`.
  package mutating func append(_ text: String) throws(CurlError) {
    guard let longer = unsafe curl_slist_append(head, text) else {
      throw CurlError(CURLE_OUT_OF_MEMORY)
    }
    unsafe head = unsafe longer
  }
}
