package import CurlKit
package import DriverKit

/// What the requests of one loop share: connections, names, handles, and the clock of silent servers.
package final class HTTPClient {
  package let loop: Loop
  package let multi: CurlMulti
  package let names: NameCache
  package let memory = RequestMemory()
  package let authorities = AuthorityFiles()
  let tokens = AccessTokens()
  let jars = CookieJars()
  /// For outputs, one after another.
  package var builder = OutputBuilder()
  private let headers: StandingHeaders
  private var idle: [RequestHandle] = []
  /// The requests under way that have a read timeout.
  private var watched: [Exchange] = []
  private var silenceTimer: LoopTimer?
  private var silenceTime = UInt64.max
  /// When each origin was last heard of.
  private var uses: [String: UInt64] = [:]

  /// For how long after an answer its server is expected to keep the connection, in nanoseconds.
  ///
  /// Servers close idle ones after 2 seconds (gunicorn), 5 (Apache, Node) or more.
  private static let keptTime: UInt64 = 1_800_000_000

  package init(_ loop: Loop, userAgent: String, connections: Int) throws(CurlError) {
    self.loop = loop
    headers = StandingHeaders(userAgent: userAgent)
    multi = try CurlMulti(loop, connections: connections)
    names = NameCache(loop)
    silenceTimer = loop.timer { [unowned self] in endSilent() }
  }

  /// Ends what goes on without a call: a token that is on its way, which holds this.
  ///
  /// To be called when the driver's instance goes.
  package func close() { tokens.end() }

  // MARK: - Handles

  /// A handle for a request: one that was used before, or a new one.
  package func takeHandle() throws(CurlError) -> RequestHandle {
    if let handle = idle.popLast() { return handle }
    return try RequestHandle(multi, headers)
  }

  /// Takes a handle back.
  ///
  /// One that is worn or not sound is let go of, and so is one whose answer had a large head, which libcurl
  /// would keep until the next one comes.
  package func giveBack(_ handle: RequestHandle) {
    handle.transfer.handler = nil
    multi.stop(handle.transfer)
    if handle.transfer.isActive {
      // libcurl is in the middle of it, and reads what belongs to the handle until that has ended.
      loop.post { [self] in giveBack(handle) }
      return
    }
    // Each holds some KiB; a burst of thousands must not keep them all.
    guard handle.mayServeOthers, !handle.transfer.isWorn, idle.count < 256,
      handle.head.bytes.count <= 32 << 10
    else { return }
    do throws(CurlError) {
      try handle.clean()
      idle.append(handle)
    } catch {
      // What cannot be cleaned is let go of too; there is always a new one.
    }
  }

  // MARK: - Kept connections

  /// Whether a connection of an origin that is kept may be closed by its server at any moment.
  package func mayBeClosing(_ origin: String) -> Bool {
    uses[origin].map { monotonicNanoseconds() - $0 > HTTPClient.keptTime } ?? false
  }

  /// Notes that a server has answered.
  package func heard(of origin: String) {
    if uses.count >= 1000 { uses.removeAll() }
    uses[origin] = multi.time
  }

  // MARK: - Silent servers

  /// Ends the request when its server has said nothing for its read timeout.
  package func watch(_ exchange: Exchange) {
    exchange.watchIndex = watched.count
    watched.append(exchange)
    setTimer(exchange.silenceEnd)
  }

  /// Watches the request no more.
  package func unwatch(_ exchange: Exchange) {
    guard let index = exchange.watchIndex else { return }
    exchange.watchIndex = nil
    let last = watched.removeLast()
    if index < watched.count {
      watched[index] = last
      last.watchIndex = index
    }
  }

  /// Sets the timer if it runs out later.
  ///
  /// An earlier one is left: it is nearly always early, since servers are rarely silent, and one
  /// look at all requests each so often costs less than a timer for each.
  private func setTimer(_ time: UInt64) {
    guard time < silenceTime else { return }
    let now = monotonicNanoseconds()
    do throws(DriverError) {
      try silenceTimer?.arm(afterNanoseconds: time > now ? time - now : 0)
      silenceTime = time
    } catch {
      // The loop is at its end, and the requests with it.
      silenceTime = .max
    }
  }

  private func endSilent() {
    silenceTime = .max
    let now = monotonicNanoseconds()
    var next = UInt64.max
    for exchange in watched {
      if exchange.isSilent(at: now) {
        exchange.endBecauseSilent()
      } else {
        next = min(next, exchange.silenceEnd)
      }
    }
    // Not more often than that, whatever the timeouts are.
    if next != .max { setTimer(max(next, now + 5_000_000)) }
  }
}
