internal import CCurl
internal import CurlKit
internal import DriverKit

/// One call on its way: its name is looked up, its request sent, its redirects followed, its answer
/// put out.
///
/// How it ends is in the extensions.
final class Exchange: CurlTransferHandler {
  /// Why a transfer is ended before its time.
  enum Cut {
    /// The server has said nothing for the read timeout.
    case silence
    /// The body is over the limit.
    case tooLarge
    /// There is no memory for the body.
    case noMemory
    /// The channel's reader went away, or the call is to stop.
    case failed(DriverError)
  }

  /// What becomes of the answer's body.
  private enum Destination {
    /// Not known before the first byte: only the body of an expected status is streamed.
    case unknown
    case collected, streamed
  }

  /// A redirect that was followed.
  struct Redirect {
    var status: Int
    var url: String
  }

  let client: RESTClient
  let call: Call
  let isTest: Bool
  private(set) var inputs: RESTInputs
  /// Nil before the first request and after the end.
  private(set) var handle: RequestHandle?
  private(set) var redirects: [Redirect] = []
  private(set) var cut: Cut?
  /// Addresses of the name, for the test.
  private(set) var addresses: [String] = []
  /// How long the newest look-up took, in nanoseconds.
  private(set) var lookUpTime: UInt64 = 0
  let began = monotonicNanoseconds()
  /// The place among those that are watched for silence; the client's.
  var watchIndex: Int?

  private var hopBegan: UInt64 = 0
  private var lookup: Int?
  private var lookupTimer: LoopTimer?
  private var destination = Destination.unknown
  private var isPaused = false
  /// Whether the empty line after the headers has come.
  private var isHeadComplete = false
  /// When the server was heard of last; while a body is sent, when that last went on.
  private var lastSign: UInt64 = 0
  private var lastUpload: Int64 = 0

  init(_ client: RESTClient, _ call: Call, _ inputs: RESTInputs, isTest: Bool) {
    self.client = client
    self.call = call
    self.inputs = isTest ? inputs.harmless : inputs
    self.isTest = isTest
    let trace = inputs.headers.hasTraceparent ? "" : call.traceparent
    if !trace.isEmpty { self.inputs.headers.append("traceparent", trace) }
  }

  /// Begins; the call ends later, or in here.
  func begin() {
    call.onStop(on: client.loop) { [self] in
      let reason = call.stop ?? .cancelled
      end()
      call.fail(reason.error)
    }
    beginHop()
  }

  /// Takes everything back that is under way.
  private func end() {
    if let lookup { client.names.cancel(lookup, of: inputs.url.authority.host) }
    lookup = nil
    lookupTimer = nil
    client.unwatch(self)
    if let handle {
      client.multi.stop(handle.transfer)
      client.giveBack(handle)
    }
    handle = nil
  }

  /// Ends the call with an error.
  func fail(_ error: DriverError) {
    end()
    call.fail(error)
  }

  // MARK: - The name

  /// Begins the first request, or the one that a redirect asks for.
  private func beginHop() {
    hopBegan = monotonicNanoseconds()
    lookUpTime = 0
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
    do throws(DriverError) {
      lookup = try client.names.lookUp(url.host) { [self] answer in
        lookup = nil
        lookupTimer = nil
        lookUpTime = monotonicNanoseconds() - hopBegan
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
        if let lookup { client.names.cancel(lookup, of: url.host) }
        lookup = nil
        lookUpTime = monotonicNanoseconds() - hopBegan
        endHop(failure: .nameTimeout(isTotal: limit != inputs.timeouts.connect))
      }
      try timer.arm(afterNanoseconds: UInt64(limit) * 1_000_000)
      lookupTimer = timer
    } catch {
      fail(error)
    }
  }

  /// What is left of the total timeout, in milliseconds, at least 1; nil: no limit.
  private func remainingTime() -> Int? {
    guard inputs.timeouts.total > 0 else { return nil }
    let spent = Int((monotonicNanoseconds() - began) / 1_000_000)
    return max(1, inputs.timeouts.total - spent)
  }

  // MARK: - The request

  private func send() {
    do throws(CurlError) {
      let handle: RequestHandle
      if let present = self.handle {
        handle = present
      } else {
        handle = try client.takeHandle()
        self.handle = handle
      }
      // The first request without a look-up has all of its time: the same number again and again is
      // one that the handle has been set to already.
      let isFresh = redirects.isEmpty && lookUpTime == 0
      let spent = Int(lookUpTime / 1_000_000)
      let connect = inputs.timeouts.connect
      try handle.prepare(
        inputs,
        timeout: isFresh ? inputs.timeouts.total : remainingTime() ?? 0,
        connectTimeout: connect == 0 ? 0 : max(1, connect - spent),
        isTest: isTest,
        pin: addresses.isEmpty
          ? nil : client.names.pin(inputs.url.authority.host, port: inputs.url.authority.port)
      )
      handle.transfer.handler = self
      destination = .unknown
      isHeadComplete = false
      lastUpload = 0
      lastSign = monotonicNanoseconds()
      if inputs.timeouts.read > 0 { client.watch(self) }
      try client.multi.start(handle.transfer)
    } catch {
      endHop(failure: .curl(error))
    }
  }

  // MARK: - What libcurl says

  func received(headerLine line: Span<UInt8>) {
    // A status line begins the head anew: after a 100, or for the answer to a second try.
    if line.count > 5, line[0] == UInt8(ascii: "H"), line[4] == UInt8(ascii: "/") {
      handle?.head.clear(keeping: 16 << 10)
      isHeadComplete = false
      lastSign = monotonicNanoseconds()
    } else if line.count <= 2 {
      isHeadComplete = true
    }
    if handle?.head.append(line) == false { cut = .noMemory }
  }

  func received(body bytes: Span<UInt8>) -> CurlTransfer.Taking {
    guard let handle, cut == nil else { return .refused }
    lastSign = monotonicNanoseconds()
    if destination == .unknown { chooseDestination(handle) }
    if destination == .streamed { return stream(bytes, handle) }
    let limit = inputs.responseLimit
    if limit > 0, handle.body.count + bytes.count > limit {
      cut = .tooLarge
      return .refused
    }
    if handle.body.append(bytes) { return .taken }
    cut = .noMemory
    return .refused
  }

  private func chooseDestination(_ handle: RequestHandle) {
    let status = handle.transfer.easy.number(CURLINFO_RESPONSE_CODE)
    let isWanted = !isTest && inputs.expected.contains(status) && call.isWanted(0)
    destination = isWanted && !willRedirect(handle, status) ? .streamed : .collected
  }

  private func stream(_ bytes: Span<UInt8>, _ handle: RequestHandle) -> CurlTransfer.Taking {
    do throws(DriverError) {
      switch try call.write(bytes, to: 0) {
      case .taken: return .taken
      case .again:
        isPaused = true
        try call.onReady(0, on: client.loop) { [self] in
          guard isPaused, let handle = self.handle else { return }
          isPaused = false
          lastSign = monotonicNanoseconds()
          client.multi.resume(handle.transfer)
        }
        return .paused
      case .unwanted:
        throw DriverError(.cancelled, "whoever read the body went away")
      }
    } catch {
      cut = .failed(error)
      return .refused
    }
  }

  func finished(_ error: CurlError?) {
    client.unwatch(self)
    if let error {
      endHop(failure: .curl(error))
      return
    }
    guard let handle else { return }
    // libcurl takes a head that breaks off for a whole one.
    guard isHeadComplete else {
      endHop(failure: .curl(CurlError(CURLE_PARTIAL_FILE)))
      return
    }
    let status = handle.transfer.easy.number(CURLINFO_RESPONSE_CODE)
    if willRedirect(handle, status) {
      redirect(handle, status)
    } else {
      endHop(failure: nil)
    }
  }

  private func endHop(failure: Failure?) {
    client.unwatch(self)
    if isTest {
      finishTest(failure)
    } else if let failure {
      finish(failure)
    } else {
      finish()
    }
  }

  // MARK: - Redirects

  private func willRedirect(_ handle: RequestHandle, _ status: Int) -> Bool {
    switch status {
    case 301, 302, 303, 307, 308:
      !isTest && inputs.followsRedirects
        && handle.transfer.easy.text(CURLINFO_REDIRECT_URL) != nil
    default: false
    }
  }

  private func redirect(_ handle: RequestHandle, _ status: Int) {
    guard let target = handle.transfer.easy.text(CURLINFO_REDIRECT_URL) else { return }
    do throws(DriverError) {
      guard redirects.count < inputs.redirectLimit else {
        throw DriverError(
          .remoteFailure,
          "\(inputs.url.display) redirects again after \(redirects.count) redirects: raise max_redirects, or look for a loop on the server"
        )
      }
      guard var url = try? RequestURL(Array(target.utf8).span, pointer: "") else {
        throw DriverError(
          .protocolViolation,
          "\(inputs.url.display) redirects to an address that is no http or https URL"
        )
      }
      url.isSecret = inputs.url.isSecret
      // Whoever redirects may not choose credentials either.
      url.dropCredentials()
      redirects.append(Redirect(status: status, url: url.text))
      let isPost = inputs.method == "POST"
      if status == 303 && inputs.method != "HEAD" || status < 303 && isPost {
        // As browsers do, and RFC 9110 (section 15.4) allows: what follows is a question.
        inputs.method = "GET"
        inputs.body = nil
        inputs.headers.dropContent()
      }
      if !url.authority.hasSameOrigin(as: inputs.url.authority) {
        inputs.authentication = .none
        inputs.headers.dropCredentials()
      }
      inputs.url = url
      addresses = []
      beginHop()
    } catch {
      finish(.other(error))
    }
  }

  // MARK: - Silence

  /// When the server will have been silent for too long, if nothing more comes.
  var silenceEnd: UInt64 { lastSign + UInt64(inputs.timeouts.read) * 1_000_000 }

  /// Whether the server has been silent for too long.
  func isSilent(at now: UInt64) -> Bool {
    guard now >= silenceEnd, let easy = handle?.transfer else { return false }
    let uploaded = easy.easy.offset(CURLINFO_SIZE_UPLOAD_T)
    // Before the request is sent it is the connection that takes long, which has its own timeout; and
    // a paused body is the reader's doing.
    let isUnderWay = easy.easy.offset(CURLINFO_PRETRANSFER_TIME_T) > 0
    if !isUnderWay || isPaused || uploaded > lastUpload {
      lastUpload = uploaded
      lastSign = now
      return false
    }
    return true
  }

  /// Ends the request, because its server is silent.
  func endBecauseSilent() {
    cut = .silence
    if let handle { client.multi.stop(handle.transfer) }
    endHop(failure: .curl(CurlError(CURLE_OPERATION_TIMEDOUT)))
  }

  /// Gives the handle back before the call ends, which may begin another call at once.
  func giveBackHandle() {
    if let handle { client.giveBack(handle) }
    handle = nil
  }
}
