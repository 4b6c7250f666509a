internal import CSSH2
internal import DriverKit
internal import Glibc

/// A session of the library over a stream of bytes, whose functions are repeated until they need not wait any more.
///
/// The library is used without blocking. A function of it that would block has left its state in the session: it is
/// called again and again, until it has done its work. While one of them reads, packets for all others come in, so that
/// all are called again then. Bytes to be sent are always taken, since the library sends nothing else before a packet
/// that it could send in part only. On the loop.
@safe
final class SSHTransport {
  let handle: OpaquePointer
  let stream: any ByteStream
  /// Frees with the session, which knows its address.
  private let context: Context
  private var waiters: [Waiter] = []
  private let loop: Loop
  private var isPumping = false
  private var isPumpPosted = false
  private var isAgain = false
  private(set) var isClosed = false

  /// What the library hands to the functions that send and receive.
  private final class Context {
    unowned let stream: any ByteStream
    weak var transport: SSHTransport?
    /// How many bytes have come: who waits is asked again when there are more.
    var received: UInt64 = 0
    /// Why the stream has failed: an errno.
    var failure: Int32 = 0
    var hasEnded = false
    /// Whether nothing is sent or received any more: the session is about to be freed.
    var isSilent = false
    /// How many bytes may come before others on the loop get their turn.
    var allowance = Context.share
    /// What is answered to the server's questions while one logs in.
    var questions: Questions?
    /// How far the session has come.
    var stage = Stage.handshake
    /// How many blocks of memory the library has, about.
    var blocks = 0
    /// Why the server has ended the session, in its words.
    var farewell: String?

    /// More than any server says before somebody has logged in; the library keeps what it does not expect.
    static let loginLimit: UInt64 = 1 << 20
    /// More than the library needs before somebody has logged in.
    static let blockLimit = 4096
    /// No packet is longer; the library refuses others.
    static let packetLimit = 40_000

    /// About as much as is decrypted in a few milliseconds.
    static let share = 512 << 10
    /// As many bytes are decrypted in the time that it takes to ask the system for any.
    static let least = 256

    init(_ stream: any ByteStream) { self.stream = stream }
  }

  /// How far a session has come.
  enum Stage {
    case handshake
    case login
    /// The server has let us in.
    case open
  }

  private final class Waiter {
    let body: () -> Int
    let waiting = Waiting<Int>()
    /// Who is told, where nobody waits.
    var then: (Int) -> Void = { _ in }

    init(_ body: @escaping () -> Int) { self.body = body }
  }

  /// A session over a stream that is connected.
  ///
  /// - Throws: That there is no memory for it.
  init(_ stream: any ByteStream, _ loop: Loop) throws(DriverError) {
    self.stream = stream
    self.loop = loop
    context = Context(stream)
    guard let handle = unsafe SSHTransport.session(Unmanaged.passUnretained(context).toOpaque())
    else {
      throw DriverError(.internal, "there is no memory for a session of libssh2")
    }
    unsafe self.handle = unsafe handle
    unsafe libssh2_session_set_blocking(handle, 0)
    unsafe cssh2_set_stream(
      handle,
      { unsafe SSHTransport.send(UnsafeRawBufferPointer(start: $1, count: $2), $4) },
      { unsafe SSHTransport.receive(UnsafeMutableRawBufferPointer(start: $1, count: $2), $4) }
    )
    unsafe cssh2_set_disconnect(
      handle,
      { unsafe SSHTransport.ended(UnsafeRawBufferPointer(start: $2, count: Int(max(0, $3))), $6) }
    )
    context.transport = self
    stream.onReadable = { [weak self] in self?.pump() }
  }

  deinit { close() }

  private static func receive(
    _ buffer: UnsafeMutableRawBufferPointer,
    _ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int {
    guard let context = unsafe abstract?.pointee else { return -Int(EINVAL) }
    let known = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
    guard !known.isSilent else { return -Int(ECONNRESET) }
    // The library reads as long as there is something: a fast peer would have the loop for itself.
    guard known.allowance > 0 else {
      known.transport?.goOnSoon()
      return -Int(EAGAIN)
    }
    guard let got = unsafe known.stream.receive(buffer) else { return -Int(EAGAIN) }
    if got > 0 {
      known.received &+= UInt64(got)
      guard known.stage == .open || known.received <= Context.loginLimit else {
        known.failure = ECONNABORTED
        return -Int(ECONNABORTED)
      }
      // A greeting is read byte by byte, and each of them asks the system.
      known.allowance -= max(got, Context.least)
      // Whichever function has read, packets for others may have come.
      if known.transport?.isPumping == false { known.transport?.goOnSoon() }
    }
    if got == 0 { known.hasEnded = true }
    if got < 0 { known.failure = Int32(clamping: -got) }
    return got
  }

  private static func send(
    _ bytes: UnsafeRawBufferPointer,
    _ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int {
    guard let context = unsafe abstract?.pointee else { return -Int(EINVAL) }
    let known = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
    guard !known.isSilent else { return bytes.count }
    let status = unsafe known.stream.send(bytes)
    if status < 0 { known.failure = Int32(clamping: -status) }
    return status < 0 ? status : bytes.count
  }

  // MARK: - Memory

  @unsafe
  private static func session(_ context: UnsafeMutableRawPointer) -> OpaquePointer? {
    unsafe cssh2_session(
      context,
      { unsafe SSHTransport.allocate(nil, $0, $1) },
      { unsafe SSHTransport.allocate($0, $1, $2) },
      { block, abstract in
        if unsafe block != nil, let context = unsafe abstract.pointee {
          unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().blocks -= 1
        }
        unsafe Glibc.free(block)
      }
    )
  }

  /// A block of memory for the library.
  ///
  /// libssh2 1.10 copies as many bytes of a packet with questions as the packet says that the name in it has, without
  /// a look at whether there are so many. While one logs in each block therefore has a packet's length more than is
  /// asked for, and while there are questions none may be longer than a packet, which the name's copy would be.
  @unsafe
  private static func allocate(
    _ block: UnsafeMutableRawPointer?,
    _ count: Int,
    _ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) -> UnsafeMutableRawPointer? {
    guard let context = unsafe abstract.pointee else { return nil }
    let known = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
    var size = max(1, count)
    if known.stage == .login {
      guard known.questions == nil || count <= Context.packetLimit, count < Int(Int32.max),
        known.blocks < Context.blockLimit
      else { return nil }
      size += Context.packetLimit
    }
    let made = unsafe realloc(block, size)
    if unsafe made != nil && block == nil { known.blocks += 1 }
    return unsafe made
  }

  /// Remembers why the server has ended the session.
  @unsafe
  private static func ended(
    _ message: UnsafeRawBufferPointer,
    _ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  ) {
    guard let context = unsafe abstract.pointee else { return }
    let known = unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue()
    known.hasEnded = true
    let text = unsafe String(decoding: message.prefix(300), as: UTF8.self)
    // It goes into messages for people.
    let shown = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    known.farewell = String(String.UnicodeScalarView(shown))
  }

  // MARK: - Functions that may have to wait

  /// Calls a function until it answers something else than that it would block.
  ///
  /// - Parameters:
  ///   - scope: How long. A function that is given up leaves its state in the session or in its channel: nothing else
  ///     of the same kind may be asked for afterwards.
  ///   - body: Calls the function.
  /// - Throws: Why the scope has ended.
  /// - Returns: What the function answers.
  func run(_ scope: Scope, _ body: @escaping () -> Int) async throws(DriverError) -> Int {
    try scope.check()
    let answer = first(body)
    if answer != Int(LIBSSH2_ERROR_EAGAIN) { return answer }
    let waiter = Waiter(body)
    waiters.append(waiter)
    listen()
    do throws(DriverError) {
      return try await waiter.waiting.value(scope)
    } catch {
      waiters.removeAll { $0 === waiter }
      listen()
      throw error
    }
  }

  /// Calls a function until it need not wait any more, and tells somebody who does not wait.
  func goOn(_ body: @escaping () -> Int, then: @escaping (Int) -> Void) {
    let answer = first(body)
    guard answer == Int(LIBSSH2_ERROR_EAGAIN) else {
      then(answer)
      return
    }
    let waiter = Waiter(body)
    waiter.then = then
    waiters.append(waiter)
    listen()
  }

  /// Calls a function for the first time.
  private func first(_ body: () -> Int) -> Int {
    if !isPumping { context.allowance = Context.share }
    return isClosed ? Int(LIBSSH2_ERROR_SOCKET_DISCONNECT) : body()
  }

  /// Has all who wait asked again, after others on the loop have had their turn.
  func goOnSoon() {
    guard !isPumpPosted else { return }
    isPumpPosted = true
    loop.post { [weak self] in
      guard let self else { return }
      isPumpPosted = false
      pump()
    }
  }

  /// Asks all who wait again, since something has come or been done.
  func pump() {
    guard !isPumping else {
      isAgain = true
      return
    }
    isPumping = true
    context.allowance = Context.share
    repeat {
      isAgain = false
      let before = context.received
      for waiter in waiters where !waiter.waiting.isOver {
        let answer = isClosed ? Int(LIBSSH2_ERROR_SOCKET_DISCONNECT) : waiter.body()
        guard answer != Int(LIBSSH2_ERROR_EAGAIN) else { continue }
        waiter.waiting.finish(.success(answer))
        waiter.then(answer)
      }
      waiters.removeAll { $0.waiting.isOver }
      if context.received != before { isAgain = true }
    } while isAgain && context.allowance > 0 && !waiters.isEmpty
    isPumping = false
    if isAgain && !waiters.isEmpty { goOnSoon() }
    listen()
  }

  private func listen() { stream.watch(!waiters.isEmpty && !isClosed) }

  // MARK: - Questions

  /// What is answered to the server's questions, while it may ask some.
  var questions: Questions? {
    get { context.questions }
    set { context.questions = newValue }
  }

  /// Whose questions a function of the library asks.
  @unsafe
  static func questions(_ abstract: UnsafeMutablePointer<UnsafeMutableRawPointer?>?) -> Questions? {
    guard let context = unsafe abstract?.pointee else { return nil }
    return unsafe Unmanaged<Context>.fromOpaque(context).takeUnretainedValue().questions
  }

  // MARK: - What it says

  /// The message of the function that failed last.
  var message: String {
    var text: UnsafeMutablePointer<CChar>?
    unsafe libssh2_session_last_error(handle, &text, nil, 0)
    return unsafe text.map { unsafe String(cString: $0) } ?? ""
  }

  /// The code of the function that failed last.
  var code: Int { Int(unsafe libssh2_session_last_errno(handle)) }

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
    guard let text = unsafe libssh2_session_banner_get(handle) else { return "" }
    return unsafe String(cString: text)
  }

  /// Ends the session and its stream; who waits is told.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    _ = unsafe libssh2_session_disconnect_ex(handle, SSH_DISCONNECT_BY_APPLICATION, "", "")
    // Channels that are open are freed without a word to the peer, which has been told.
    context.isSilent = true
    let told = waiters
    waiters = []
    for waiter in told {
      waiter.waiting.finish(.success(Int(LIBSSH2_ERROR_SOCKET_DISCONNECT)))
      waiter.then(Int(LIBSSH2_ERROR_SOCKET_DISCONNECT))
    }
    for _ in 0..<16 where unsafe libssh2_session_free(handle) != LIBSSH2_ERROR_EAGAIN { break }
    stream.close()
  }
}
