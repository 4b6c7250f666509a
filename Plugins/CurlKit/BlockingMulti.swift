internal import CCurl

/// Carries transfers out to their end, one at a time, in place of `curl_easy_perform`.
///
/// That one waits for what cannot come, for a second or for 0.2 s (libcurl 7.88). Where the answer to EPSV or PASV is there
/// at once, it goes over to making the data connection, and waits for an event of a socket that it has not opened yet
/// (MSTATE_DO in multi.c). With TLS it then waits for the data connection alone, where the server says nothing before it
/// has the command whose turn comes with a reply on the control connection.
///
/// The corresponding C type is `CURLM`.
@safe
final class BlockingMulti {
  private let handle: UnsafeMutableRawPointer
  /// What libcurl still calls while connections are closed.
  private let sockets: CurlOpenSockets
  /// Whether there is something to do, whatever sockets say.
  private var isInHurry = false
  /// Whether the server makes the data connections: what it connects to is not watched by libcurl either.
  var isActive = false
  /// Whether a data connection is made, and replies are waited for beside it.
  private var makesData = false

  /// One without connections.
  init(_ sockets: CurlOpenSockets) throws(CurlError) {
    guard let handle = unsafe curl_multi_init() else { throw CurlError(CURLE_FAILED_INIT) }
    unsafe self.handle = unsafe handle
    self.sockets = sockets
  }

  deinit { unsafe curl_multi_cleanup(handle) }

  /// Takes note of the code of a reply; from within a transfer.
  func heard(_ code: (UInt8, UInt8)) {
    switch code {
    // 227, 228 and 229: where the server waits for a data connection; 220 and 226 do no harm.
    case (UInt8(ascii: "2"), UInt8(ascii: "2")): (isInHurry, makesData) = (true, true)
    // 200: to PORT or EPRT, among others.
    case (UInt8(ascii: "2"), UInt8(ascii: "0")) where isActive:
      (isInHurry, makesData) = (true, true)
    // 125 and 150: it has it, and what it says next is only looked at when all bytes are there.
    case (UInt8(ascii: "1"), _): (isInHurry, makesData) = (true, false)
    default: break
    }
  }

  /// Carries a transfer out.
  func perform(_ easy: borrowing CurlEasy) -> CURLcode {
    guard unsafe curl_multi_add_handle(handle, easy.handle) == CURLM_OK else {
      return CURLE_FAILED_INIT
    }
    defer { unsafe curl_multi_remove_handle(handle, easy.handle) }
    makesData = false
    while true {
      var (running, left): (Int32, Int32) = (0, 0)
      isInHurry = false
      guard unsafe curl_multi_perform(handle, &running) == CURLM_OK else {
        return CURLE_OUT_OF_MEMORY
      }
      if let message = unsafe curl_multi_info_read(handle, &left) {
        return unsafe ccurl_result(message)
      }
      if isInHurry { continue }
      guard wait() == CURLM_OK else { return CURLE_OUT_OF_MEMORY }
    }
  }

  private func wait() -> CURLMcode {
    let open = sockets.all
    var watched = makesData ? Array(open.prefix(1)) : []
    // The one that is made by the server is none of these: it is libcurl's to watch.
    if isActive { watched += open.dropFirst() }
    var waited = watched.map {
      curl_waitfd(fd: $0, events: Int16(CURL_WAIT_POLLIN), revents: 0)
    }
    return unsafe curl_multi_poll(handle, &waited, UInt32(waited.count), 1000, nil)
  }
}
