internal import CSSH2
internal import Glibc

/// What the library hands to the functions that it calls for a session: those that send, receive and make memory.
///
/// On the loop. It is let go of after the session, which knows its address.
@safe
final class SessionContext {
  unowned let stream: any ByteStream
  weak var transport: SSHTransport?
  let memory = SessionMemory()
  /// How many bytes have come: who waits is asked again when there are more.
  private(set) var received: UInt64 = 0
  /// Why the stream has failed: an errno.
  private(set) var failure: Int32 = 0
  private(set) var hasEnded = false
  /// Whether nothing is sent or received any more: the session is about to be freed.
  var isSilent = false
  /// How many bytes may come before others on the loop get their turn.
  private var allowance = SessionContext.share
  /// What is answered to the server's questions while one logs in.
  var questions: Questions?
  /// How far the session has come.
  var stage = SSHTransport.Stage.handshake
  /// Why the server has ended the session, in its words.
  private(set) var farewell: String?

  /// More than any server says before somebody has logged in; the library keeps what it does not expect.
  private static let loginLimit: UInt64 = 1 << 20
  /// About as much as is decrypted in a few milliseconds.
  private static let share = 512 << 10
  /// As many bytes are decrypted in the time that it takes to ask the system for any.
  private static let least = 256

  init(_ stream: any ByteStream) { self.stream = stream }

  /// Whether more may come before others on the loop get their turn.
  var isAllowed: Bool { allowance > 0 }

  /// Begins a turn.
  func allow() { allowance = SessionContext.share }

  // MARK: - The session

  /// The context of the session that a function is called for.
  @unsafe
  static func of(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> SessionContext? {
    guard let context = unsafe abstract?.pointee else { return nil }
    return unsafe Unmanaged<SessionContext>.fromOpaque(context).takeUnretainedValue()
  }

  /// A session whose functions are those of this; nil: there is no memory for it.
  @unsafe
  func makeSession() -> OpaquePointer? {
    let session = unsafe cssh2_session(
      Unmanaged.passUnretained(self).toOpaque(),
      { unsafe SessionContext.of($1)?.allocate(nil, $0) },
      { unsafe SessionContext.of($2)?.allocate($0, $1) },
      { unsafe SessionContext.of($1)?.memory.free($0) }
    )
    guard let session = unsafe session else { return nil }
    unsafe libssh2_session_set_blocking(session, 0)
    unsafe cssh2_set_stream(
      session,
      {
        let bytes = unsafe UnsafeRawBufferPointer(start: $1, count: $2)
        return unsafe SessionContext.of($4)?.send(bytes) ?? -Int(EINVAL)
      },
      {
        let buffer = unsafe UnsafeMutableRawBufferPointer(start: $1, count: $2)
        return unsafe SessionContext.of($4)?.receive(buffer) ?? -Int(EINVAL)
      }
    )
    unsafe cssh2_set_disconnect(
      session,
      {
        let message = unsafe UnsafeRawBufferPointer(start: $2, count: Int(max(0, $3)))
        unsafe SessionContext.of($6)?.end(message)
      }
    )
    return unsafe session
  }

  /// Frees a session with all that the library has made for it.
  @unsafe
  func free(_ session: OpaquePointer) {
    // Where nothing is sent any more it has nothing to wait for.
    for _ in 0..<16 where unsafe libssh2_session_free(session) != LIBSSH2_ERROR_EAGAIN {
      memory.freeAll()
      return
    }
  }

  // MARK: - What the library calls

  @unsafe
  private func allocate(_ block: UnsafeMutableRawPointer?, _ count: Int)
    -> UnsafeMutableRawPointer?
  {
    let care: SessionMemory.Care =
      stage != .login ? .none : questions == nil ? .login : .questions
    return unsafe memory.allocate(block, count, care)
  }

  @unsafe
  private func receive(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard !isSilent else { return -Int(ECONNRESET) }
    // The library reads as long as there is something: a fast peer would have the loop for itself.
    guard isAllowed else {
      transport?.goOnSoon()
      return -Int(EAGAIN)
    }
    guard let got = unsafe stream.receive(buffer) else { return -Int(EAGAIN) }
    if got > 0 {
      received &+= UInt64(got)
      guard stage == .open || received <= SessionContext.loginLimit else {
        failure = ECONNABORTED
        return -Int(ECONNABORTED)
      }
      // A greeting is read byte by byte, and each of them asks the system.
      allowance -= max(got, SessionContext.least)
      // Whichever function has read, packets for others may have come.
      if transport?.isPumping == false { transport?.goOnSoon() }
    }
    if got == 0 { hasEnded = true }
    if got < 0 { failure = Int32(clamping: -got) }
    return got
  }

  @unsafe
  private func send(_ bytes: UnsafeRawBufferPointer) -> Int {
    guard !isSilent else { return bytes.count }
    let status = unsafe stream.send(bytes)
    if status < 0 { failure = Int32(clamping: -status) }
    return status < 0 ? status : bytes.count
  }

  /// Remembers why the server has ended the session.
  @unsafe
  private func end(_ message: UnsafeRawBufferPointer) {
    hasEnded = true
    let text = unsafe String(decoding: message.prefix(300), as: UTF8.self)
    // It goes into messages for people.
    let shown = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    farewell = String(String.UnicodeScalarView(shown))
  }
}
