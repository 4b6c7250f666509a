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
  package private(set) var addresses: [String] = []
  /// How long the newest look-up took, in nanoseconds.
  package private(set) var lookUpTime: UInt64 = 0
  package let began: UInt64
  /// The place among those that are watched for silence; the client's.
  var watchIndex: Int?

  /// Nil before the first byte of an answer's body.
  var destination: Destination?
  var isPaused = false
  var isSendingPaused = false
  /// When the server was heard of last; while a body is sent, when that last went on.
  var lastSign: UInt64 = 0
  var lastUpload: Int64 = 0
  private var owner: (any ExchangeOwner)?
  private var hopBegan: UInt64 = 0
  private var lookup: Int?
  private var lookupTimer: LoopTimer?

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
  }

  /// Begins; the owner hears of the end later, or in here.
  package func begin(_ owner: any ExchangeOwner) {
    self.owner = owner
    beginHop()
  }

  /// Takes everything back that is under way, and lets go of the answer and the owner.
  package func end() {
    endLookUp()
    client.unwatch(self)
    if let handle { client.giveBack(handle) }
    handle = nil
    owner = nil
  }

  // MARK: - The name

  /// Begins the first request, or the one that a redirect asks for.
  package func beginHop() {
    lookUpTime = 0
    addresses = []
    let url = request.url.authority
    // libcurl knows this name by itself (RFC 6761, section 6.3).
    if url.isNumeric || url.host == "localhost" || url.host.hasSuffix(".localhost") {
      send()
      return
    }
    addresses = client.names.known(url.host)
    if !addresses.isEmpty {
      send()
      return
    }
    lookUp(url)
  }

  private func lookUp(_ url: Authority) {
    hopBegan = monotonicNanoseconds()
    do throws(DriverError) {
      lookup = try client.names.lookUp(url.host) { [self] answer in
        // Answered already: there is nothing to be taken back.
        lookup = nil
        endLookUp()
        switch answer {
        case .success(let found):
          addresses = found
          send()
        case .failure(let error): endHop(failure: .name(error))
        }
      }
      // Only a look-up that takes long needs it, and there is one for each name at most.
      let limits = [request.timeouts.connect, remainingTime() ?? 0].filter { $0 > 0 }
      guard let limit = limits.min() else { return }
      let timer = client.loop.timer { [self] in
        endLookUp()
        endHop(failure: .nameTimeout(isTotal: limit != request.timeouts.connect))
      }
      try timer.arm(afterNanoseconds: UInt64(limit) * 1_000_000)
      lookupTimer = timer
    } catch {
      endHop(failure: .other(error))
    }
  }

  /// Takes a look-up back, and what it holds of this.
  private func endLookUp() {
    guard lookup != nil || lookupTimer != nil else { return }
    if let lookup { client.names.cancel(lookup, of: request.url.authority.host) }
    lookup = nil
    // Its closure holds this.
    lookupTimer = nil
    lookUpTime = monotonicNanoseconds() - hopBegan
  }

  /// What is left of the total timeout, in milliseconds, at least 1; nil: no limit.
  package func remainingTime() -> Int? {
    guard request.timeouts.total > 0 else { return nil }
    let spent = Int((monotonicNanoseconds() - began) / 1_000_000)
    return max(1, request.timeouts.total - spent)
  }

  // MARK: - The request

  private func send() {
    let setting: RequestHandle.Setting
    do throws(DriverError) {
      setting = try self.setting()
    } catch {
      endHop(failure: .other(error))
      return
    }
    do throws(CurlError) {
      let handle: RequestHandle
      if let present = self.handle { handle = present } else { handle = try client.takeHandle() }
      self.handle = handle
      do throws(CurlError) {
        try handle.prepare(request, setting, pin: pin)
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
      // Also where a redirect leads: what is pinned is not to be got around by one.
      setting.pinnedKeys = request.tls.pinnedKeys
    }
    // The first request without a look-up has all of its time: the same number again and again is one
    // that the handle has been set to already.
    let isFirst = redirects.isEmpty && lookUpTime == 0
    setting.timeout = isFirst ? request.timeouts.total : remainingTime() ?? 0
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
    setting.isFresh = isTest || !request.isIdempotent && client.mayBeClosing(request.url.origin)
    return setting
  }

  private func trust() throws(DriverError) -> Trust {
    guard request.url.authority.isEncrypted else { return .system }
    if !request.tls.verifies { return .anybody }
    switch request.tls.authorities {
    case .system: return .system
    case .text(let text): return .authorities(Array(text.utf8))
    case .file(let path): return .authorities(try client.authorities.text(path))
    }
  }

  /// What libcurl has to be told of the name's addresses.
  package var pin: String? {
    let url = request.url.authority
    return client.names.pin(url.host, port: url.port, addresses)
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
