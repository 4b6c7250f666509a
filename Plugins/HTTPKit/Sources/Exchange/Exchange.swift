internal import CCurl
package import CurlKit
package import DriverKit

/// Whoever has a request made: told on the loop what comes of it.
package protocol ExchangeOwner: AnyObject {
  /// Where the body of an answer goes: asked at its first byte, and not about redirects that are followed.
  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination

  /// Takes bytes of a body that is streamed; after `.paused` they come again once `resume` is called.
  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking

  /// The exchange has ended, with an answer or without.
  ///
  /// Its handle holds what there is of the answer until `end` is called.
  func ended(_ exchange: Exchange, _ failure: Failure?)
}

/// One request on its way: its name is looked up, it is sent, its redirects are followed, its answer
/// is taken.
///
/// What comes of it is in the extensions.
package final class Exchange {
  /// Why a transfer is ended before its time.
  package enum Cut {
    /// The server has said nothing for the read timeout.
    case silence
    /// The body is over the limit.
    case tooLarge
    /// The head is over the limit, or there is no memory for it.
    case largeHead
    /// There is no memory for the body.
    case noMemory
    /// A kept connection ended without an answer, and the request is none to be sent twice.
    case unanswered
    /// There is an answer, and nobody wants its body.
    case answered
    /// The body's reader went away, or the call is to stop.
    case failed(DriverError)
  }

  /// What becomes of an answer's body.
  package enum Destination {
    case collected, streamed
    /// Nobody wants it: the transfer ends with its first byte, successfully.
    case unwanted
    /// The body of a redirect that is followed.
    case dropped
  }

  /// A redirect that was followed.
  package struct Redirect {
    package var status: Int
    package var url: String
  }

  package let client: HTTPClient
  /// The call that it is made for, whose channels it reads and writes; nil: it is made for several.
  package let call: Call?
  package var request: HTTPRequest
  /// Whether a body is streamed if one comes, which may be large.
  package var isStreamed = false
  /// Whether it goes over a connection of its own, whose certificates are wanted.
  package var isTest = false
  /// Nil before the request and after the end.
  package private(set) var handle: RequestHandle?
  package var redirects: [Redirect] = []
  var cut: Cut?
  /// Addresses of the name; empty where none were looked for.
  package internal(set) var addresses: [String] = []
  /// How long the newest look-up took, in nanoseconds.
  package internal(set) var lookUpTime: UInt64 = 0
  package let began: UInt64
  /// The place among those that are watched for silence; the client's.
  var watchIndex: Int?

  /// Whether some of the total timeout has passed: a request was sent before, or something was waited for.
  var hasWaited: Bool
  /// Nil before the first byte of an answer's body.
  var destination: Destination?
  var isPaused = false
  var isSendingPaused = false
  /// When the server was heard of last; while a body is sent, when that last went on.
  var lastSign: UInt64 = 0
  var lastUpload: Int64 = 0
  /// How the server is reached; nil: straight.
  var route: Route?
  /// Why an address was not connected to.
  var denial: DriverError?
  /// The addresses of the wanted family that were not tried yet.
  var candidates: [String] = []
  /// The token that was asked for.
  var token: String?
  /// Whether a token was refused, and another one asked for.
  var hasRenewedToken = false
  var tokenRequest: Int?
  private var owner: (any ExchangeOwner)?
  var hopBegan: UInt64 = 0
  var lookup: Int?
  var waitTimer: LoopTimer?

  /// An exchange that has not begun.
  ///
  /// - Parameters:
  ///   - client: What it shares with others of its loop.
  ///   - request: What is asked for.
  ///   - call: The call that it is made for; nil: several, and then nothing comes from a channel.
  ///   - began: When what the total timeout is for began; nil: now.
  package init(
    _ client: HTTPClient,
    _ request: HTTPRequest,
    for call: Call?,
    began: UInt64? = nil
  ) {
    self.client = client
    self.request = request
    self.call = call
    self.began = began ?? monotonicNanoseconds()
    hasWaited = began != nil
  }

  /// Begins; the owner hears of the end later, or in here.
  package func begin(_ owner: any ExchangeOwner) {
    self.owner = owner
    beginHop()
  }

  /// Takes everything back that is under way, and lets go of the answer and the owner.
  package func end() {
    endWait()
    client.unwatch(self)
    if let handle { client.giveBack(handle) }
    handle = nil
    owner = nil
  }

  // MARK: - The request

  func send() {
    let setting: RequestHandle.Setting
    do throws(DriverError) {
      setting = try self.setting()
    } catch {
      endHop(failure: .other(error))
      return
    }
    do throws(CurlError) {
      let handle: RequestHandle
      if let present = self.handle, !present.transfer.isWorn {
        handle = present
      } else {
        if let worn = self.handle { client.giveBack(worn) }
        self.handle = nil
        handle = try client.takeHandle()
      }
      self.handle = handle
      do throws(CurlError) {
        try handle.prepare(
          request,
          setting,
          pin: pin,
          token: token,
          cookies: client.jars.jar(of: request)
        )
      } catch {
        endHop(failure: .option(error))
        return
      }
      handle.transfer.handler = self
      destination = nil
      cut = nil
      isPaused = false
      isSendingPaused = false
      lastUpload = 0
      if request.timeouts.read > 0 {
        lastSign = monotonicNanoseconds()
        client.watch(self)
      }
      try client.multi.start(handle.transfer)
    } catch {
      endHop(failure: .curl(error))
    }
  }

  private func setting() throws(DriverError) -> RequestHandle.Setting {
    var setting = RequestHandle.Setting()
    setting.trust = try trust()
    if request.url.authority.isEncrypted {
      setting.wantsTLS3 = request.tls.wantsVersion3
      setting.mayShare = route?.version != .one
      // Also where a redirect leads: what is pinned is not to be got around by one.
      setting.pinnedKeys = request.tls.pinnedKeys
    }
    // Without anything before it a request has all of its time: the same number again and again is one
    // that the handle has been set to already.
    setting.timeout = hasWaited ? remainingTime() ?? 0 : request.timeouts.total
    hasWaited = true
    setting.route = route
    setting.lowSpeed = request.lowSpeed
    let connect = request.timeouts.connect
    let spent = Int(lookUpTime / 1_000_000)
    setting.connectTimeout = connect == 0 ? 0 : max(1, connect - spent)
    setting.isStreamed = isStreamed || request.body?.isStreamed == true
    if !request.allowsCompression {
      setting.encodings = "identity"
    } else if isStreamed {
      // While the reader is slow libcurl holds all that one piece of the body expands to. These two
      // expand to a thousandfold at most, which are 16 MiB; brotli and zstd know no limit.
      setting.encodings = "gzip, deflate"
    }
    setting.isTest = isTest
    // A connection that goes out elsewhere would serve those who did not ask for that.
    if route?.interface.isEmpty == false { setting.isOwn = true }
    if let proxy = route?.proxy, proxy.scheme == .https, proxy.trust != .system {
      // libcurl does not look at how the proxy was verified when it takes a kept connection.
      setting.isOwn = true
    }
    if case .negotiate = request.authentication {
      // libcurl would hand the connection, which stands for its user, to a request of somebody else's.
      setting.isOwn = true
    }
    setting.isFresh =
      isTest || setting.isOwn || !request.isIdempotent && client.mayBeClosing(request.url.origin)
    return setting
  }

  private func trust() throws(DriverError) -> Trust? {
    guard request.url.authority.isEncrypted else { return nil }
    if !request.tls.verifies { return .anybody }
    switch request.tls.authorities {
    case .system: return .system
    case .text(let text): return .authorities(Array(text.utf8))
    case .file(let path):
      let tls = request.tls
      return .authorities(
        try client.authorities.text(path, of: tls.authoritiesName, tls.authoritiesPointer)
      )
    }
  }

  /// What libcurl has to be told of the name's addresses.
  package var pin: String? {
    guard let target else { return nil }
    return client.names.pin(target.host, port: target.port, addresses)
  }

  /// Tells the owner that this has ended.
  func endHop(failure: Failure?) {
    client.unwatch(self)
    owner?.ended(self, failure)
  }

  // MARK: - Bodies

  /// Where the body goes whose first byte has come.
  func chosenDestination(_ status: Int) -> Destination {
    owner?.destination(of: self, status: status) ?? .dropped
  }

  /// Hands bytes of a streamed body over.
  func handOver(_ bytes: Span<UInt8>) -> CurlTransfer.Taking {
    guard let owner else { return .refused }
    let taking = owner.received(bytes, by: self)
    isPaused = taking == .paused
    return taking
  }

  /// Brings the bytes again that the owner has paused.
  package func resume() {
    guard isPaused, let handle else { return }
    isPaused = false
    lastSign = monotonicNanoseconds()
    client.multi.resume(handle.transfer, .receiving)
  }

  /// Says why the owner refuses bytes.
  package func refuse(_ error: DriverError) { cut = .failed(error) }
}
