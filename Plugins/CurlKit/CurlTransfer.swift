internal import CCurl

/// Takes what a transfer receives, on the loop's thread.
///
/// Nothing here may start or remove transfers but `finished`.
package protocol CurlTransferHandler: AnyObject {
  /// The connection is there, and the request is about to be sent.
  ///
  /// - Parameter again: It was sent before over a kept connection, which then ended without an answer.
  /// - Returns: Whether to send it; otherwise the transfer ends with CURLE_ABORTED_BY_CALLBACK.
  func mayBeSent(again: Bool) -> Bool

  /// One line of a head, with its line end: the status line, a header, or the empty line at the end.
  ///
  /// False ends the transfer with CURLE_WRITE_ERROR.
  func received(headerLine line: Span<UInt8>) -> Bool

  /// Bytes of the body, decoded.
  func received(body bytes: Span<UInt8>) -> CurlTransfer.Taking

  /// The transfer has ended; nil: successfully. It may be started again, or given back.
  func finished(_ error: CurlError?)
}

/// A handle of libcurl with its callbacks, used for one request after another.
@safe
package final class CurlTransfer {
  /// What becomes of bytes that were received.
  package enum Taking {
    case taken
    /// Not taken: libcurl keeps them, and `CurlMulti.resume` brings them again.
    case paused
    /// Not taken, and the transfer ends with CURLE_WRITE_ERROR.
    case refused
  }

  /// The options and information.
  package let easy: CurlEasy
  /// Whoever takes what is received; nil between requests.
  package var handler: (any CurlTransferHandler)? {
    get { receiver }
    set { receiver = newValue }
  }
  /// Whether the transfer is under way.
  package internal(set) var isActive = false
  /// Whether libcurl may have tried a request of it a second time.
  ///
  /// It counts that as long as the handle lives, and at the sixth time it gives up, whatever that
  /// request is: so this is a transfer to let go of.
  package internal(set) var isWorn = false

  /// Where libcurl writes what exactly went wrong.
  ///
  /// The corresponding C option is CURLOPT_ERRORBUFFER.
  private let errorBuffer: UnsafeMutablePointer<CChar>
  unowned let sockets: CurlSockets
  /// The errno of the newest socket that could not be opened; 0: none.
  var openError: Int32 = 0
  // Private, so that the compiler sees all uses and has none checked at run time: it is asked for each line.
  private var receiver: (any CurlTransferHandler)?
  /// Whether the request was sent, and nothing has been heard since.
  private var isUnanswered = false

  init(_ sockets: CurlSockets) throws(CurlError) {
    easy = try CurlEasy()
    unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    self.sockets = sockets
    try setUp()
  }

  deinit {
    // The handle is freed after this, and must not write to what is gone.
    unsafe ccurl_set_pointer(easy.handle, CURLOPT_ERRORBUFFER, nil)
    unsafe errorBuffer.deallocate()
  }

  /// What libcurl says of the failure, in its own words; empty where it says nothing.
  var errorText: String { unsafe String(cString: errorBuffer) }

  /// Forgets what was known of the request before.
  package func forget() {
    unsafe errorBuffer.pointee = 0
    openError = 0
    isUnanswered = false
  }

  /// The transfer that a handle belongs to.
  static func of(_ handle: UnsafeMutableRawPointer) -> CurlTransfer? {
    var address: UnsafeMutableRawPointer?
    guard unsafe ccurl_get_pointer(handle, CURLINFO_PRIVATE, &address) == CURLE_OK,
      let address = unsafe address
    else { return nil }
    return unsafe Unmanaged<CurlTransfer>.fromOpaque(address).takeUnretainedValue()
  }

  private func setUp() throws(CurlError) {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try easy.set(CURLOPT_PRIVATE, pointer: context)
    unsafe try easy.set(CURLOPT_ERRORBUFFER, pointer: errorBuffer)
    // Without it libcurl changes the process's handler of SIGPIPE around its work.
    try easy.set(CURLOPT_NOSIGNAL, 1)
    unsafe try easy.set(CURLOPT_WRITEDATA, pointer: context)
    unsafe try easy.set(CURLOPT_HEADERDATA, pointer: context)
    try CurlError.check(
      unsafe ccurl_set_write_function(easy.handle, CURLOPT_WRITEFUNCTION, CurlTransfer.writeBody)
    )
    try CurlError.check(
      unsafe ccurl_set_write_function(easy.handle, CURLOPT_HEADERFUNCTION, CurlTransfer.writeHead)
    )
    unsafe try easy.set(CURLOPT_PREREQDATA, pointer: context)
    try CurlError.check(
      unsafe ccurl_set_before_request_function(easy.handle, CurlTransfer.beforeRequest)
    )
    try sockets.setUp(self)
  }

  private static let writeBody: curl_write_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    let total = size * count
    let start = unsafe UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
    let body = unsafe Span(_unsafeStart: start, count: total)
    switch transfer.receiver?.received(body: body) ?? .refused {
    case .taken: return total
    case .paused: return Int(CURL_WRITEFUNC_PAUSE)
    // Any other number than `total` is an error for libcurl; `total` is never 0 here.
    case .refused: return 0
    }
  }

  private static let writeHead: curl_write_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    // Without a reference of its own, since there are many lines: libcurl has the transfer as long as this runs.
    return unsafe Unmanaged<CurlTransfer>.fromOpaque(context)._withUnsafeGuaranteedRef { transfer in
      transfer.isUnanswered = false
      let start = unsafe UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
      let line = unsafe Span<UInt8>(_unsafeStart: start, count: size * count)
      // Any other number than that of the bytes is an error for libcurl.
      return transfer.receiver?.received(headerLine: line) ?? false ? size * count : 0
    }
  }

  /// The corresponding C type is `curl_prereq_callback`.
  private static let beforeRequest: curl_prereq_callback = { context, _, _, _, _ in
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    if transfer.isUnanswered { transfer.isWorn = true }
    let mayBeSent = transfer.receiver?.mayBeSent(again: transfer.isUnanswered) ?? false
    transfer.isUnanswered = true
    return mayBeSent ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
  }
}
