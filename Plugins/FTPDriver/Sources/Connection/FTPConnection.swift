internal import CCurl
internal import CurlKit
internal import DriverKit
internal import FileKit
internal import LoopKit
internal import TransferKit

/// One control connection, with the one handle of libcurl that it is used by.
///
/// Both stay together as long as it lives: servers want a data connection to resume the TLS session of its own control
/// connection, and libcurl keeps sessions with the handle. On the loop; one request at a time, each carried out by a
/// thread.
final class FTPConnection {
  /// The host and port, for messages.
  let host: String
  let address: AddressInputs
  private let loop: Loop
  let transfer: CurlBlockingTransfer
  /// What is set for one request, which libcurl does not copy.
  var quotes = CurlList()
  var followings = CurlList()
  var resolve = CurlList()
  /// What is sent right before a transfer, in active mode.
  var preparations = CurlList()
  /// Whether the server is known to expect bytes rather than text (TYPE I).
  var isBinary = false
  /// Whether the server has let us in.
  var hasLoggedIn = false
  /// When it was last used, in seconds of `Loop.now()`.
  private(set) var lastUse = Loop.now()
  private var isBusy = false
  private var isStale = false
  /// Is called when the thread that is busy with it has ended.
  private var whenFree: (() -> Void)?
  /// What has passed for the newest request.
  private var exchange: FTPExchange?

  /// How much of a file libcurl takes at once, in bytes: from a fast server, fewer and larger steps.
  static let bufferSize = 256 << 10
  /// How long a server may take to say goodbye, in milliseconds.
  private static let farewell = 2000

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
    // Files would be readable on the way without anybody being told.
    if address.tls.mode != .off, address.tls.protectsData, address.data.isActive,
      !CurlDefaults.encryptsActiveFTP
    {
      throw DriverError(
        .unsupported,
        "libcurl \(CurlDefaults.version), which is installed here, encrypts no data connections that a server makes (curl issue 10666): set data_connection.mode to passive, or install libcurl 8",
        pointer: "/data_connection/mode"
      )
    }
    do throws(CurlError) {
      transfer = try CurlBlockingTransfer()
      for pin in pins { try resolve.append(pin) }
      try setAddress(authorities)
    } catch {
      throw DriverError(.unavailable, "libcurl does not take an option: \(error.text)")
    }
  }

  deinit { transfer.sockets.cut() }

  /// Whether it is of no use any more: what was asked for next would be heard by nobody, or by a new connection.
  var isDead: Bool { isStale || isBusy || transfer.sockets.hasNews }

  /// All that the server has said since the newest request began.
  var replies: [FTPReply] { exchange?.replies ?? [] }

  /// Bytes of files that the newest request has moved.
  var moved: UInt64 { exchange?.moved ?? 0 }

  /// How many connections the newest request has made, of whichever kind.
  var connectCount: Int { isBusy ? 0 : transfer.easy.number(CURLINFO_NUM_CONNECTS) }

  /// The last verification of a certificate (X509_V_ERR_…, in verify(1)).
  var verifyResult: Int { isBusy ? 0 : transfer.easy.number(CURLINFO_SSL_VERIFYRESULT) }

  /// Asks for something, and waits for its end.
  ///
  /// - Parameters:
  ///   - request: What.
  ///   - scope: How long.
  /// - Throws: Why it is not done.
  /// - Returns: All that the server has said, in order.
  func perform(_ request: FTPRequest, _ scope: Scope) async throws(DriverError) -> [FTPReply] {
    try scope.check()
    let exchange = FTPExchange(request, loop)
    self.exchange = exchange
    do throws(CurlError) {
      try set(request)
    } catch {
      throw FTPFailure(self, request).error(error)
    }
    let watch = SilenceWatch(loop, scope, address.socketTimeout) { exchange.signs }
    let waiting = Waiting<Bool>()
    let transfer = transfer
    var failure: CurlError?
    exchange.begin()
    try Background.begin(.network, loop) {
      transfer.perform(exchange)
    } then: { [self] error in
      failure = error
      exchange.end { [self] in
        isBusy = false
        lastUse = Loop.now()
        waiting.finish(.success(true))
        whenFree?()
        whenFree = nil
      }
    }
    isBusy = true
    watch.begin()
    do throws(DriverError) {
      _ = try await waiting.value(watch.scope)
    } catch {
      // The connection is cut in the middle of what it does, and the server hears of that; the thread ends soon.
      isStale = true
      exchange.stop()
      transfer.sockets.cut()
      if watch.hasEnded { throw FTPFailure(self, request).silence(address.socketTimeout) }
      throw error
    }
    if let failure = exchange.failure {
      isStale = true
      throw failure
    }
    if let fault = exchange.fault {
      isStale = true
      throw DriverError(.malformed, "\(host): \(fault)", pointer: "/port")
    }
    if exchange.isHalted {
      // What follows now is for somebody who knows why.
      isStale = true
      return exchange.replies
    }
    if let failure {
      // How far it came nobody knows.
      isBinary = false
      throw FTPFailure(self, request).error(failure)
    }
    if request.work.movesData, exchange.replies.last.map({ $0.code < 200 }) ?? true {
      // What libcurl takes for the end is none before the server has said so.
      isStale = true
      throw FTPFailure(self, request).unconfirmed
    }
    return exchange.replies
  }

  /// Ends it, by a thread: a server that still hears us is told, and may say goodbye.
  ///
  /// - Parameter done: Is called when nothing is done with it any more.
  func close(_ done: @escaping () -> Void = {}) {
    let (transfer, sockets) = (transfer, transfer.sockets)
    let isHeard = hasLoggedIn && !isDead
    isStale = true
    do throws(CurlError) {
      guard isHeard else { throw CurlError(CURLE_GOT_NOTHING) }
      let quit = FTPRequest(.commands([Array("*QUIT".utf8)]), .look, RemotePath("/"), "")
      let exchange = FTPExchange(quit, loop)
      try set(quit)
      try transfer.easy.set(CURLOPT_TIMEOUT_MS, FTPConnection.farewell)
      isBusy = true
      do throws(DriverError) {
        try Background.begin(.network, loop) {
          _ = transfer.perform(exchange)
          // libcurl says it once more when the handle is freed, and must not wait for an answer then.
          sockets.cut()
          return true
        } then: { [self] _ in
          // What is set for it lives as long as this.
          isBusy = false
          done()
        }
      } catch {
        isBusy = false
        throw CurlError(CURLE_OUT_OF_MEMORY)
      }
    } catch {
      sockets.cut()
      if isBusy { whenFree = done } else { done() }
    }
  }
}
