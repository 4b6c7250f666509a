internal import CSSH2

extension SSHTransport {
  /// What is answered to the server's questions, while it may ask some.
  var questions: Questions? {
    get { context.questions }
    set { context.questions = newValue }
  }

  /// The message of the function that failed last.
  var message: String {
    guard !isClosed else { return "the session has ended" }
    var text: UnsafeMutablePointer<CChar>?
    unsafe libssh2_session_last_error(handle, &text, nil, 0)
    return unsafe text.map { unsafe String(cString: $0) } ?? ""
  }

  /// The code of the function that failed last.
  var code: Int {
    isClosed ? Int(LIBSSH2_ERROR_SOCKET_DISCONNECT) : Int(unsafe libssh2_session_last_errno(handle))
  }

  /// Why the stream has failed: an errno; 0: it has not.
  var streamFailure: Int32 { context.failure }

  /// Whether the peer has ended the stream, or the session.
  var hasEnded: Bool { context.hasEnded }

  /// Whether nothing comes any more: what fails then is not refused.
  var isLost: Bool { isClosed || hasEnded || streamFailure != 0 }

  /// Why the server has ended the session, in its words; nil: it has said nothing.
  var farewell: String? { context.farewell.flatMap { $0.isEmpty ? nil : $0 } }

  /// How far the session has come; a server may not say much before it has let us in.
  var stage: Stage {
    get { context.stage }
    set { context.stage = newValue }
  }

  /// What the server says that it is, such as `SSH-2.0-OpenSSH_9.2p1`.
  var banner: String {
    guard !isClosed, let text = unsafe libssh2_session_banner_get(handle) else { return "" }
    return unsafe String(cString: text)
  }
}
