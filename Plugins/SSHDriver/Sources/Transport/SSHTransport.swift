internal import CSSH2
internal import DriverKit
internal import LoopKit

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
  let context: SessionContext
  private var waiters: [Waiter] = []
  private let loop: Loop
  private(set) var isPumping = false
  /// Whether a function is called for the first time.
  private var isBeginning = false
  private var isPumpPosted = false
  private var isAgain = false
  private(set) var isClosed = false

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
    context = SessionContext(stream)
    guard let handle = unsafe context.makeSession() else {
      throw DriverError(.internal, "there is no memory for a session of libssh2")
    }
    unsafe self.handle = unsafe handle
    context.transport = self
    stream.onReadable = { [weak self] in self?.pump() }
  }

  deinit { close() }

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
    add(waiter)
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
    add(waiter)
  }

  /// Calls a function for the first time.
  private func first(_ body: () -> Int) -> Int {
    guard !isClosed, !SSHLibrary.hasEnded else { return Int(LIBSSH2_ERROR_SOCKET_DISCONNECT) }
    guard !isPumping, !isBeginning else { return body() }
    context.allow()
    isBeginning = true
    defer { isBeginning = false }
    return body()
  }

  /// Has one asked again, from now on.
  private func add(_ waiter: Waiter) {
    waiters.append(waiter)
    listen()
    // What it has found when it was called first may have been what it waits for.
    if isAgain, !isPumping { goOnSoon() }
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
    guard !isPumping, !isBeginning else {
      isAgain = true
      return
    }
    guard !SSHLibrary.hasEnded else { return }
    isPumping = true
    context.allow()
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
    } while isAgain && context.isAllowed && !waiters.isEmpty
    isPumping = false
    if isAgain && !waiters.isEmpty { goOnSoon() }
    listen()
  }

  private func listen() { stream.watch(!waiters.isEmpty && !isClosed) }

  // MARK: - The end

  /// Ends the session and its stream; who waits is told.
  func close() {
    guard !isClosed, !SSHLibrary.hasEnded else { return }
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
    unsafe context.free(handle)
    stream.close()
  }
}
