internal import CCurl
internal import CurlKit
internal import DriverKit

/// One call on its way: its name is looked up, its request sent, its redirects followed, its answer
/// put out.
///
/// What comes of it is in the extensions.
final class Exchange {
  /// Why a transfer is ended before its time.
  enum Cut {
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
    /// A test has its answer; nobody wants the body.
    case answered
    /// The channel's reader went away, or the call is to stop.
    case failed(DriverError)
  }

  /// What becomes of the answer's body.
  enum Destination {
    /// Not known before the first byte: only the body of an expected status is streamed.
    case unknown
    case collected, streamed
    /// The body of a redirect that is followed.
    case dropped
  }

  /// A redirect that was followed.
  struct Redirect {
    var status: Int
    var url: String
  }

  let client: RESTClient
  let call: Call
  let isTest: Bool
  /// Whether the method is not the one that was asked for, but one that changes nothing.
  let isReplaced: Bool
  var inputs: RESTInputs
  /// Nil before the first request and after the end.
  var handle: RequestHandle?
  var redirects: [Redirect] = []
  var cut: Cut?
  /// Addresses of the name; empty where none were looked for.
  var addresses: [String] = []
  /// How long the newest look-up took, in nanoseconds.
  private(set) var lookUpTime: UInt64 = 0
  let began = monotonicNanoseconds()
  /// The place among those that are watched for silence; the client's.
  var watchIndex: Int?
  /// What fetches the certificates of a server that is not trusted, for a test.
  var certificateProbe: CertificateProbe?

  var destination = Destination.unknown
  var isPaused = false
  var isSendingPaused = false
  /// When the server was heard of last; while a body is sent, when that last went on.
  var lastSign: UInt64 = 0
  var lastUpload: Int64 = 0
  private var hopBegan: UInt64 = 0
  private var lookup: Int?
  private var lookupTimer: LoopTimer?

  init(_ client: RESTClient, _ call: Call, _ inputs: RESTInputs, isTest: Bool) {
    self.client = client
    self.call = call
    self.isTest = isTest
    if isTest {
      let harmless = inputs.harmless
      isReplaced = inputs.method != harmless.method
      self.inputs = harmless
    } else {
      isReplaced = false
      self.inputs = inputs
    }
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: client.loop) { [self] in
      let reason = call.stop ?? .cancelled
      end()
      call.fail(reason.error)
    }
    do throws(DriverError) {
      try addTrace()
    } catch {
      fail(error)
      return
    }
    beginHop()
  }

  /// Passes the caller's trace on, if it is one.
  private func addTrace() throws(DriverError) {
    guard !inputs.headers.hasTraceparent, !call.traceparent.isEmpty else { return }
    let parent = String(call.traceparent)
    if TraceContext.isParent(parent) { try inputs.headers.append("traceparent", parent) }
  }

  /// Takes everything back that is under way.
  private func end() {
    endLookUp()
    certificateProbe?.stop()
    certificateProbe = nil
    client.unwatch(self)
    giveBackHandle()
  }

  /// Ends the call with an error.
  func fail(_ error: DriverError) {
    end()
    call.fail(error)
  }

  /// Gives the handle back before the call ends, which may begin another call at once.
  func giveBackHandle() {
    if let handle { client.giveBack(handle) }
    handle = nil
  }

  // MARK: - The name

  /// Begins the first request, or the one that a redirect asks for.
  func beginHop() {
    lookUpTime = 0
    addresses = []
    let url = inputs.url.authority
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
      let limits = [inputs.timeouts.connect, remainingTime() ?? 0].filter { $0 > 0 }
      guard let limit = limits.min() else { return }
      let timer = client.loop.timer { [self] in
        endLookUp()
        endHop(failure: .nameTimeout(isTotal: limit != inputs.timeouts.connect))
      }
      try timer.arm(afterNanoseconds: UInt64(limit) * 1_000_000)
      lookupTimer = timer
    } catch {
      fail(error)
    }
  }

  /// Takes a look-up back, and what it holds of this.
  private func endLookUp() {
    guard lookup != nil || lookupTimer != nil else { return }
    if let lookup { client.names.cancel(lookup, of: inputs.url.authority.host) }
    lookup = nil
    // Its closure holds this.
    lookupTimer = nil
    lookUpTime = monotonicNanoseconds() - hopBegan
  }

  /// What is left of the total timeout, in milliseconds, at least 1; nil: no limit.
  func remainingTime() -> Int? {
    guard inputs.timeouts.total > 0 else { return nil }
    let spent = Int((monotonicNanoseconds() - began) / 1_000_000)
    return max(1, inputs.timeouts.total - spent)
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
        try handle.prepare(inputs, setting, pin: pin)
      } catch {
        endHop(failure: .option(error))
        return
      }
      handle.transfer.handler = self
      destination = .unknown
      cut = nil
      isPaused = false
      isSendingPaused = false
      lastUpload = 0
      if inputs.timeouts.read > 0 {
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
    if inputs.url.authority.isEncrypted {
      setting.wantsTLS3 = inputs.tls.wantsVersion3
      // Also where a redirect leads: what is pinned is not to be got around by one.
      setting.pinnedKeys = inputs.tls.pinnedKeys
    }
    // The first request without a look-up has all of its time: the same number again and again is one
    // that the handle has been set to already.
    let isFirst = redirects.isEmpty && lookUpTime == 0
    setting.timeout = isFirst ? inputs.timeouts.total : remainingTime() ?? 0
    let connect = inputs.timeouts.connect
    let spent = Int(lookUpTime / 1_000_000)
    setting.connectTimeout = connect == 0 ? 0 : max(1, connect - spent)
    let isReceiving = !isTest && call.isWanted(0)
    setting.isStreamed = isReceiving || inputs.body?.isStreamed == true
    if !inputs.allowsCompression {
      setting.encodings = "identity"
    } else if isReceiving {
      // While the reader is slow libcurl holds all that one piece of the body expands to. These two
      // expand to a thousandfold at most, which are 16 MiB; brotli and zstd know no limit.
      setting.encodings = "gzip, deflate"
    }
    setting.isTest = isTest
    setting.isFresh = isTest || !inputs.isIdempotent && client.mayBeClosing(inputs.url.origin)
    return setting
  }

  private func trust() throws(DriverError) -> Trust {
    guard inputs.url.authority.isEncrypted else { return .system }
    if !inputs.tls.verifies { return .anybody }
    switch inputs.tls.authorities {
    case .system: return .system
    case .text(let text): return .authorities(Array(text.utf8))
    case .file(let path): return .authorities(try client.authorities.text(path))
    }
  }

  /// What libcurl has to be told of the name's addresses.
  var pin: String? {
    let url = inputs.url.authority
    return client.names.pin(url.host, port: url.port, addresses)
  }

  /// Ends the call, or what was tried.
  func endHop(failure: Failure?) {
    client.unwatch(self)
    if isTest {
      endTest(failure)
    } else if let failure {
      finish(failure)
    } else {
      finish()
    }
  }
}
