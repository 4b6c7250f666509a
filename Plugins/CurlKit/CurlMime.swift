internal import CCurl

/// A body of several parts (RFC 7578), which libcurl puts together while it is sent.
///
/// The corresponding C type is `curl_mime`.
@safe
package struct CurlMime: ~Copyable {
  /// Where a part's bytes come from.
  package enum Source {
    case bytes([UInt8])
    /// The path of a file, which is read while it is sent.
    case file(String)
  }

  private let mime: OpaquePointer

  /// A body without parts for one transfer, which must let go of it before this is gone.
  ///
  /// The corresponding C function is `curl_mime_init`.
  package init(for transfer: CurlTransfer) throws(CurlError) {
    guard let mime = unsafe curl_mime_init(transfer.easy.handle) else {
      throw CurlError(CURLE_OUT_OF_MEMORY)
    }
    unsafe self.mime = unsafe mime
  }

  deinit { unsafe curl_mime_free(mime) }

  /// Appends a part.
  ///
  /// - Parameters:
  ///   - name: The field's name.
  ///   - source: Its bytes; bytes are copied.
  ///   - fileName: What the receiver is told that the file is called; nil: it is a field, or has its own name.
  ///   - contentType: What its bytes are; nil: libcurl looks at the file's name.
  /// - Throws: `CURLE_OUT_OF_MEMORY`, or `CURLE_READ_ERROR` for a file that cannot be read.
  package func append(
    _ name: String,
    _ source: Source,
    fileName: String?,
    contentType: String?
  ) throws(CurlError) {
    guard let part = unsafe curl_mime_addpart(mime) else { throw CurlError(CURLE_OUT_OF_MEMORY) }
    try CurlError.check(unsafe curl_mime_name(part, name))
    switch source {
    case .bytes(let bytes):
      let code = unsafe bytes.withUnsafeBytes {
        unsafe curl_mime_data(part, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
      }
      try CurlError.check(code)
    case .file(let path): try CurlError.check(unsafe curl_mime_filedata(part, path))
    }
    if let fileName { try CurlError.check(unsafe curl_mime_filename(part, fileName)) }
    if let contentType { try CurlError.check(unsafe curl_mime_type(part, contentType)) }
  }

  /// Makes it the body of the transfer's requests.
  package func use(for transfer: CurlTransfer) throws(CurlError) {
    try CurlError.check(unsafe ccurl_set_mime(transfer.easy.handle, mime))
  }
}
