internal import CSSH2
internal import DriverKit
internal import LoopKit

/// A channel of a session: a program, a subsystem, or a connection that the server makes.
///
/// On the loop. It is closed when this is let go of. The corresponding C type is `LIBSSH2_CHANNEL`.
@safe
final class SSHChannel {
  let transport: SSHTransport
  private let handle: OpaquePointer
  private let closed: () -> Void
  private var isOpen = true

  /// Whether the library still has it: it goes with its session.
  private var isThere: Bool { isOpen && !transport.isClosed }

  /// Which of the two streams of a program.
  enum Stream: Int32 {
    case output = 0
    /// `SSH_EXTENDED_DATA_STDERR`, RFC 4254 section 5.2.
    case errors = 1
  }

  init(_ handle: OpaquePointer, of transport: SSHTransport, closed: @escaping () -> Void) {
    unsafe self.handle = unsafe handle
    self.transport = transport
    self.closed = closed
  }

  deinit { end() }

  // MARK: - What runs in it

  /// Asks for something to run, or for what it needs, and waits for the server's answer.
  ///
  /// - Parameters:
  ///   - request: `exec`, `subsystem` or `shell`.
  ///   - text: The command, or the name of the subsystem.
  ///   - scope: How long.
  /// - Throws: That the server does not do it.
  func start(_ request: String, _ text: String, _ scope: Scope) async throws(DriverError) {
    let (handle, request, text) = unsafe (
      handle, Array(request.utf8CString), Array(text.utf8CString)
    )
    let status = try await transport.run(scope) {
      Int(
        unsafe libssh2_channel_process_startup(
          handle,
          request,
          UInt32(request.count - 1),
          text,
          UInt32(text.count - 1)
        )
      )
    }
    guard status < 0 else { return }
    throw transport.failure(status, "the server does not run what it is asked to")
  }

  /// Asks for a terminal.
  ///
  /// - Parameters:
  ///   - name: Its kind, such as `xterm`.
  ///   - size: Its columns and rows.
  ///   - scope: How long.
  /// - Throws: That the server gives none.
  func requestTerminal(
    _ name: String,
    _ size: (columns: Int, rows: Int),
    _ scope: Scope
  ) async throws(DriverError) {
    let (handle, name) = unsafe (handle, Array(name.utf8CString))
    let status = try await transport.run(scope) {
      Int(
        unsafe libssh2_channel_request_pty_ex(
          handle,
          name,
          UInt32(name.count - 1),
          nil,
          0,
          Int32(clamping: size.columns),
          Int32(clamping: size.rows),
          0,
          0
        )
      )
    }
    if status < 0 { throw transport.failure(status, "the server gives no terminal") }
  }

  // MARK: - Bytes, for use inside of `SSHTransport.run`

  /// Reads bytes that have come.
  ///
  /// - Returns: How many; 0: none, look at `isAtEnd`; below 0: a code of the library's.
  func read(_ stream: Stream, into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard isThere else { return Int(LIBSSH2_ERROR_CHANNEL_CLOSED) }
    let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
    return unsafe libssh2_channel_read_ex(handle, stream.rawValue, start, buffer.count)
  }

  /// Writes bytes to the program's input, as many as the server has room for.
  ///
  /// - Returns: How many; below 0: a code of the library's.
  func write(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard isThere else { return Int(LIBSSH2_ERROR_CHANNEL_CLOSED) }
    // Nothing of it stays in our memory beyond what the socket has not taken.
    guard transport.stream.unsent < SSHChannel.mostUnsent else { return Int(LIBSSH2_ERROR_EAGAIN) }
    let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
    return unsafe libssh2_channel_write_ex(handle, 0, start, bytes.count)
  }

  private static let mostUnsent = 1 << 20

  /// Says that no more input comes.
  ///
  /// - Returns: 0, or a code of the library's.
  func sendEnd() -> Int {
    guard isThere else { return Int(LIBSSH2_ERROR_CHANNEL_CLOSED) }
    return Int(unsafe libssh2_channel_send_eof(handle))
  }

  /// Whether the peer sends nothing more, and all was read.
  var isAtEnd: Bool { isThere ? unsafe libssh2_channel_eof(handle) != 0 : true }

  // MARK: - The end

  /// Waits until the peer has closed it, once that has said that nothing more comes.
  ///
  /// A program with a terminal may have closed it and not have ended yet: our closing would hang it up.
  ///
  /// - Throws: Why the scope has ended, or why the peer does not close it.
  func waitUntilClosed(_ scope: Scope) async throws(DriverError) {
    guard isOpen else { return }
    let handle = unsafe handle
    let status = try await transport.run(scope) { Int(unsafe libssh2_channel_wait_closed(handle)) }
    if status < 0 { throw transport.failure(status, "the server does not close the channel") }
  }

  /// Closes it, and waits until the peer has done the same: what it has said of its program is known then.
  ///
  /// - Throws: Why the scope has ended, or why it cannot be closed.
  func close(_ scope: Scope) async throws(DriverError) {
    guard isOpen else { return }
    let handle = unsafe handle
    let status = try await transport.run(scope) { Int(unsafe libssh2_channel_close(handle)) }
    if status < 0 { throw transport.failure(status, "the channel cannot be closed") }
  }

  /// The program's exit status; meaningless before the peer has closed.
  var exitStatus: Int32 { isThere ? unsafe libssh2_channel_get_exit_status(handle) : 0 }

  /// The name of the signal that has ended the program, without SIG; nil: none has.
  var exitSignal: String? {
    guard isThere else { return nil }
    var name: UnsafeMutablePointer<CChar>?
    var count = 0
    guard
      unsafe libssh2_channel_get_exit_signal(handle, &name, &count, nil, nil, nil, nil) == 0,
      let name = unsafe name
    else { return nil }
    defer { unsafe libssh2_free(transport.handle, name) }
    return unsafe String(cString: name)
  }

  /// Lets go of it, in the time that follows: the peer is told, and its answer is waited for by nobody.
  func end() {
    guard isOpen else { return }
    isOpen = false
    // A server counts it until it has closed it as well.
    unsafe transport.free(channel: handle, then: closed)
  }
}
