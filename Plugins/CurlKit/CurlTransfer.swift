internal import CCurl
internal import Glibc

/// Takes what a transfer receives, on the loop's thread.
///
/// Nothing here may start or remove transfers but `finished`.
package protocol CurlTransferHandler: AnyObject {
  /// A connection is about to be made.
  ///
  /// - Parameter address: The 4 or 16 bytes of an IP address in network order; none for another socket.
  /// - Returns: Whether to make it; otherwise the next address is tried, if there is one.
  func mayConnect(to address: [UInt8]) -> Bool

  /// The connection is there, and the request is about to be sent.
  ///
  /// - Parameters:
  ///   - again: It was sent before over a kept connection, which then ended without an answer.
  ///   - address: What it is connected to, as text.
  /// - Returns: Whether to send it; otherwise the transfer ends with CURLE_ABORTED_BY_CALLBACK.
  func mayBeSent(again: Bool, to address: String) -> Bool

  /// One line of a head, with its line end: the status line, a header, or the empty line at the end.
  ///
  /// False ends the transfer with CURLE_WRITE_ERROR.
  func received(headerLine line: Span<UInt8>) -> Bool

  /// Bytes of the body, decoded.
  func received(body bytes: Span<UInt8>) -> CurlTransfer.Taking

  /// Bytes of the body that is sent, where that is not in memory.
  func bytesToSend(into buffer: inout MutableSpan<UInt8>) -> CurlTransfer.Giving

  /// Goes back to the beginning of the body that is sent, because it has to be sent again; false: that is
  /// not possible, and the transfer ends with CURLE_SEND_FAIL_REWIND.
  func rewindBody() -> Bool

  /// The transfer has ended; nil: successfully. It may be started again, or given back.
  func finished(_ error: CurlError?)
}

/// For requests whose body is in memory, and that may go anywhere.
extension CurlTransferHandler {
  package func mayConnect(to address: [UInt8]) -> Bool { true }

  package func bytesToSend(into buffer: inout MutableSpan<UInt8>) -> CurlTransfer.Giving {
    .refused
  }

  package func rewindBody() -> Bool { false }
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

  /// What there is to send.
  package enum Giving {
    /// So many bytes, at least one.
    case bytes(Int)
    case end
    /// Nothing yet: `CurlMulti.resume` has libcurl ask again.
    case paused
    /// Nothing, and the transfer ends with CURLE_ABORTED_BY_CALLBACK.
    case refused
  }

  /// A way that bytes go, which can be paused by itself.
  package enum Direction {
    case receiving, sending
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
  /// Whether this is a transfer to let go of.
  ///
  /// libcurl may have tried a request of it a second time: it counts that as long as the handle lives, and
  /// at the sixth time it gives up, whatever that request is. Or it keeps what it must not of the headers.
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
  /// The directions that are paused, as CURLPAUSE_… has them.
  var paused: Int32 = 0
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
    paused = 0
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
    unsafe try easy.set(CURLOPT_READDATA, pointer: context)
    unsafe try easy.set(CURLOPT_SEEKDATA, pointer: context)
    try CurlError.check(unsafe ccurl_set_read_function(easy.handle, CurlTransfer.readBody))
    try CurlError.check(unsafe ccurl_set_seek_function(easy.handle, CurlTransfer.seekBody))
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
    case .paused:
      transfer.paused |= CURLPAUSE_RECV
      return Int(CURL_WRITEFUNC_PAUSE)
    // Any other number than `total` is an error for libcurl; `total` is never 0 here.
    case .refused: return 0
    }
  }

  private static let readBody: curl_read_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else {
      return Int(CURL_READFUNC_ABORT)
    }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    let start = unsafe UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
    var buffer = unsafe MutableSpan(_unsafeStart: start, count: size * count)
    switch transfer.receiver?.bytesToSend(into: &buffer) ?? .refused {
    case .bytes(let count): return count
    case .end: return 0
    case .paused:
      transfer.paused |= CURLPAUSE_SEND
      return Int(CURL_READFUNC_PAUSE)
    case .refused: return Int(CURL_READFUNC_ABORT)
    }
  }

  /// libcurl goes back to the beginning, and nowhere else.
  private static let seekBody: curl_seek_callback = { context, offset, origin in
    guard let context = unsafe context, offset == 0, origin == SEEK_SET else {
      return CURL_SEEKFUNC_FAIL
    }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    return transfer.receiver?.rewindBody() ?? false ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
  }

  private static let writeHead: curl_write_callback = { bytes, size, count, context in
    guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
    // Without a reference of its own, since there are many lines: libcurl has the transfer as long as this runs.
    return unsafe Unmanaged<CurlTransfer>.fromOpaque(context)._withUnsafeGuaranteedRef { transfer in
      transfer.isUnanswered = false
      if !CurlDefaults.forgetsHeaders { transfer.isWorn = true }
      let start = unsafe UnsafeRawPointer(bytes).assumingMemoryBound(to: UInt8.self)
      let line = unsafe Span<UInt8>(_unsafeStart: start, count: size * count)
      // Any other number than that of the bytes is an error for libcurl.
      return transfer.receiver?.received(headerLine: line) ?? false ? size * count : 0
    }
  }

  /// The corresponding C type is `curl_prereq_callback`.
  private static let beforeRequest: curl_prereq_callback = { context, address, _, _, _ in
    guard let context = unsafe context else { return CURL_PREREQFUNC_ABORT }
    let transfer = unsafe Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
    if transfer.isUnanswered { transfer.isWorn = true }
    let text = unsafe address.map { unsafe String(cString: $0) } ?? ""
    let mayBeSent = transfer.receiver?.mayBeSent(again: transfer.isUnanswered, to: text) ?? false
    transfer.isUnanswered = true
    return mayBeSent ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
  }
}
