internal import CCurl
internal import CSSL

extension CurlBlockingTransfer {
  /// Has all further connections of a transfer go on with the TLS session of its first one.
  ///
  /// For FTP, whose servers want that of a data connection. libcurl keeps the newest session of a server, and OpenSSL
  /// gives a session of TLS 1.3 up that was gone on with once; so the second file is refused unless the first one's
  /// connection has told a new session in time (curl issue 4654; seen with 7.88 and OpenSSL 3.0). Where libcurl has
  /// another library for TLS it stays as it is.
  package func keepFirstSession() throws(CurlError) {
    guard CurlDefaults.hasOpenSSL else { return }
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try easy.set(CURLOPT_SSL_CTX_DATA, pointer: context)
    try CurlError.check(
      unsafe ccurl_set_ssl_context_function(easy.handle, CurlBlockingTransfer.prepareTLS)
    )
  }

  /// The corresponding C type is `curl_ssl_ctx_callback`.
  private static let prepareTLS: curl_ssl_ctx_callback = { _, tls, context in
    guard let tls = unsafe tls, let context = unsafe context else { return CURLE_OK }
    let transfer = unsafe Unmanaged<CurlBlockingTransfer>.fromOpaque(context).takeUnretainedValue()
    if transfer.sockets.count > 1 { unsafe cssl_leave_sessions(tls) }
    return CURLE_OK
  }
}
