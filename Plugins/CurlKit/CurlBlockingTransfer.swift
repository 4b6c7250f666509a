internal import CCurl
internal import Glibc

/// Takes what a transfer receives and gives what it sends, on the thread that carries it out: it may wait.
package protocol CurlBlockingHandler: AnyObject, Sendable {
  /// A line of the server's answers, with its line end; false ends the transfer with CURLE_WRITE_ERROR.
  func received(line: Span<UInt8>) -> Bool

  /// Bytes of a file; false ends the transfer with CURLE_WRITE_ERROR.
  func received(body: Span<UInt8>) -> Bool

  /// Bytes of a file that is sent, at least one; 0: there are no more; nil ends the transfer with
  /// CURLE_ABORTED_BY_CALLBACK.
  func bytesToSend(into buffer: inout MutableSpan<UInt8>) -> Int?
}

/// A handle of libcurl whose transfers are carried out by threads, one at a time, each to its end.
///
/// For FTP: libcurl waits there for what a server says behind a file, and behind QUIT, without giving a loop its thread
/// back (Curl_GetFTPResponse in ftp.c, 7.88). It keeps its connection from one transfer to the next. Threads use it one
/// after the other; any may cut its sockets. To free it may wait for the server too.
@safe
package final class CurlBlockingTransfer: @unchecked Sendable {
  // `@unchecked` because threads use it one after the other.
  // It keeps the connections, and closes them when it goes.
  private let multi: BlockingMulti
  /// The options and information.
  package let easy: CurlEasy
  private var handler: (any CurlBlockingHandler)?
  private let errorBuffer: UnsafeMutablePointer<CChar>
  /// What it has open.
  package let sockets: CurlOpenSockets

  /// A handle.
  ///
  /// - Throws: `CURLE_FAILED_INIT` where there is no memory.
  package init() throws(CurlError) {
    sockets = CurlOpenSockets()
    multi = try BlockingMulti(sockets)
    easy = try CurlEasy(keeping: sockets)
    unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
    unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    try setUp()
  }

  deinit {
    // The handle is freed after this, and must not write to what is gone; its sockets are closed in its own way then.
    unsafe ccurl_set_pointer(easy.handle, CURLOPT_ERRORBUFFER, nil)
    unsafe errorBuffer.deallocate()
  }

  /// Whether the server makes the data connections.
  package var isActive: Bool {
    get { multi.isActive }
    set { multi.isActive = newValue }
  }

  /// Carries a transfer out.
  ///
  /// - Parameter handler: Takes and gives its bytes.
  /// - Returns: Why it failed; nil: it did not.
  package func perform(_ handler: some CurlBlockingHandler) -> CurlError? {
    unsafe errorBuffer.pointee = 0
    (sockets.failure, sockets.hasSent) = (0, false)
    self.handler = handler
    let code = multi.perform(easy)
    self.handler = nil
    if code == CURLE_OK { return nil }
    let text = unsafe String(cString: errorBuffer)
    return CurlError(code, detail: text, systemNumber: sockets.failure)
  }

  // MARK: - Callbacks

  private func setUp() throws(CurlError) {
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe try easy.set(CURLOPT_ERRORBUFFER, pointer: errorBuffer)
    try easy.set(CURLOPT_NOSIGNAL, 1)
    unsafe try easy.set(CURLOPT_WRITEDATA, pointer: context)
    unsafe try easy.set(CURLOPT_HEADERDATA, pointer: context)
    unsafe try easy.set(CURLOPT_READDATA, pointer: context)
    let handle = unsafe easy.handle
    try CurlError.check(
      unsafe ccurl_set_write_function(handle, CURLOPT_WRITEFUNCTION, CurlBlockingTransfer.write)
    )
    try CurlError.check(
      unsafe ccurl_set_write_function(handle, CURLOPT_HEADERFUNCTION, CurlBlockingTransfer.hear)
    )
    try CurlError.check(unsafe ccurl_set_read_function(handle, CurlBlockingTransfer.read))
    try sockets.setUp(easy)
  }

  private static func own(_ context: UnsafeMutableRawPointer) -> CurlBlockingTransfer {
    unsafe Unmanaged<CurlBlockingTransfer>.fromOpaque(context).takeUnretainedValue()
  }

  private static let write: curl_write_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let start = unsafe UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
    let body = unsafe Span(_unsafeStart: start, count: size * count)
    return unsafe own(context).handler?.received(body: body) ?? false ? size * count : 0
  }

  private static let hear: curl_write_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    let start = unsafe UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
    let line = unsafe Span(_unsafeStart: start, count: size * count)
    let own = unsafe own(context)
    if line.count > 3 { own.multi.heard((line[0], line[1])) }
    // What is said behind a transfer, as to QUIT, nobody asks for.
    return own.handler?.received(line: line) ?? true ? size * count : 0
  }

  private static let read: curl_read_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else {
      return Int(CURL_READFUNC_ABORT)
    }
    let start = unsafe UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
    var buffer = unsafe MutableSpan(_unsafeStart: start, count: size * count)
    let own = unsafe own(context)
    guard let count = own.handler?.bytesToSend(into: &buffer) else {
      return Int(CURL_READFUNC_ABORT)
    }
    if count > 0 { own.sockets.hasSent = true }
    return count
  }
}
