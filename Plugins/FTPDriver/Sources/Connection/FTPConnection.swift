internal import CCurl
internal import CurlKit
internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// One control connection, with the one handle of libcurl that it is used by.
///
/// Both stay together as long as it lives: servers want a data connection to resume the TLS session of its own control
/// connection, and libcurl keeps sessions with the handle. On the loop; one request at a time.
final class FTPConnection {
  /// The host and port, for messages.
  let host: String
  private let loop: Loop
  private let multi: CurlMulti
  let transfer: CurlTransfer
  let address: AddressInputs
  /// What is set for one request, which libcurl does not copy.
  var quotes = CurlList()
  var resolve = CurlList()
  /// Whether the server is known to expect bytes rather than text (TYPE I).
  var isBinary = false
  /// When it was last used, in seconds of `Loop.now()`.
  private(set) var lastUse = Loop.now()
  private var reader = ReplyReader()
  /// What the server has said since the request began.
  private(set) var replies: [FTPReply] = []
  private var request: FTPRequest?
  private var ending: Waiting<Bool>?
  private var watch: SilenceWatch?
  private var curlError: CurlError?
  /// Why what comes cannot be taken, or what is to go cannot be had.
  private var ownFailure: DriverError?
  /// Whether a sink takes nothing for now.
  private var isHeld = false
  private var isPaused = false
  /// Bytes of files that the newest request has moved.
  private(set) var moved: UInt64 = 0
  /// Whether the source of the newest request has come to its end.
  private(set) var hasSentAll = false
  private var isStale = false
  /// Whether the server has let us in.
  var hasLoggedIn = false

  /// The most replies that are kept of one request: a server may say more than anybody asked for.
  private static let mostReplies = 1000

  /// A connection that is not made yet: the first request makes it.
  ///
  /// - Parameters:
  ///   - address: Where to.
  ///   - loop: The loop.
  ///   - authorities: PEM text of the file of authorities, where one is named.
  ///   - pins: Lines for CURLOPT_RESOLVE.
  /// - Throws: What libcurl does not take.
  init(
    _ address: AddressInputs,
    _ loop: Loop,
    authorities: [UInt8]?,
    pins: [String]
  ) throws(DriverError) {
    self.address = address
    self.loop = loop
    host = address.name
    do throws(CurlError) {
      multi = try CurlMulti(loop, connections: 1)
      transfer = try multi.makeTransfer()
      for pin in pins { try resolve.append(pin) }
      try setAddress(authorities)
    } catch {
      throw DriverError(.unavailable, "libcurl does not take an option: \(error.text)")
    }
    multi.onIdleNews = { [unowned self] in
      // Within a request libcurl lets go of the connection for a while, and finds out for itself.
      if ending == nil { isStale = true }
    }
  }

  /// Whether it is of no use any more: what was asked for next would be heard by nobody, or by a new connection.
  var isDead: Bool { isStale || ending != nil || multi.openSockets == 0 }

  /// Asks for something, and waits for its end.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - scope: How long.
  /// - Throws: Why it is not done.
  /// - Returns: All that the server has said, in order.
  func perform(_ request: FTPRequest, _ scope: Scope) async throws(DriverError) -> [FTPReply] {
    begin(request)
    let watch = SilenceWatch(loop, scope, address.socketTimeout)
    let waiting = Waiting<Bool>()
    self.watch = watch
    ending = waiting
    defer { end() }
    do throws(CurlError) {
      try set(request)
      transfer.handler = self
      try multi.start(transfer)
    } catch {
      throw FTPFailure(self, request).error(error)
    }
    watch.begin()
    do throws(DriverError) {
      _ = try await waiting.value(watch.scope)
    } catch {
      // The connection is closed in the middle of what it does, and the server hears of that.
      multi.stop(transfer)
      isStale = true
      if watch.hasEnded { throw FTPFailure(self, request).silence(address.socketTimeout) }
      throw error
    }
    if let ownFailure { throw ownFailure }
    if let curlError { throw FTPFailure(self, request).error(curlError) }
    return replies
  }

  private func begin(_ request: FTPRequest) {
    self.request = request
    replies = []
    (curlError, ownFailure) = (nil, nil)
    (isHeld, isPaused, hasSentAll, moved) = (false, false, false, 0)
  }

  private func end() {
    request = nil
    ending = nil
    watch = nil
    transfer.handler = nil
    lastUse = Loop.now()
  }

  /// Closes it, without a word to the server.
  func close() {
    if transfer.isActive { multi.stop(transfer) }
    isStale = true
  }

  /// What the server has said last.
  var lastReply: FTPReply? { replies.last }

  /// How many connections the newest request has made, of whichever kind.
  var connectCount: Int { transfer.easy.number(CURLINFO_NUM_CONNECTS) }
}

extension FTPConnection: CurlTransferHandler {
  func mayBeSent(again: Bool, to address: String) -> Bool { true }

  func received(headerLine line: Span<UInt8>) -> Bool {
    watch?.heard()
    do throws(NoReply) {
      guard let reply = try reader.read(line) else { return true }
      if reply.code == 227 || reply.code == 229 { multi.runAgain() }
      if replies.count < FTPConnection.mostReplies { replies.append(reply) }
      return true
    } catch {
      ownFailure = DriverError(.malformed, "\(host): \(error)", pointer: "/port")
      return false
    }
  }

  func received(body bytes: Span<UInt8>) -> CurlTransfer.Taking {
    guard ownFailure == nil, let sink = sink else { return .refused }
    watch?.heard()
    if isHeld {
      isPaused = true
      watch?.pause()
      return .paused
    }
    do throws(DriverError) {
      let part = [UInt8](copying: bytes)
      moved += UInt64(part.count)
      let hasRoom = try sink.take(part[...])
      request?.moved(part.count)
      guard !hasRoom else { return .taken }
      isHeld = true
      try sink.whenRoom { [weak self] in self?.goOn() }
      return .taken
    } catch {
      ownFailure = error
      return .refused
    }
  }

  private var sink: (any ByteSink)? {
    switch request?.work {
    case .list(_, _, let sink), .read(_, _, let sink): sink
    case .commands, .visit, .write, nil: nil
    }
  }

  private func goOn() {
    isHeld = false
    guard isPaused else { return }
    isPaused = false
    watch?.goOn()
    multi.resume(transfer, .receiving)
  }

  func bytesToSend(into buffer: inout MutableSpan<UInt8>) -> CurlTransfer.Giving {
    guard ownFailure == nil, case .write(_, _, let source)? = request?.work else { return .refused }
    watch?.heard()
    do throws(DriverError) {
      switch try source.next(buffer.count) {
      case .bytes(let bytes):
        buffer.copy(bytes)
        moved += UInt64(bytes.count)
        request?.moved(bytes.count)
        return .bytes(bytes.count)
      case .end:
        hasSentAll = true
        return .end
      case .again:
        watch?.pause()
        try source.whenMore { [weak self] in self?.sendMore() }
        return .paused
      }
    } catch {
      ownFailure = error
      return .refused
    }
  }

  private func sendMore() {
    watch?.goOn()
    // Not within the callback that has just paused it.
    loop.post { [weak self] in
      guard let self else { return }
      multi.resume(transfer, .sending)
    }
  }

  func finished(_ error: CurlError?) {
    curlError = error
    ending?.finish(.success(true))
  }
}
