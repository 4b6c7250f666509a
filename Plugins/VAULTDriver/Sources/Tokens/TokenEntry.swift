internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// The token of one identity: how it is got, and how it is kept alive.
final class TokenEntry {
  /// An answer about a token, and when it was asked for: its life counts from then.
  typealias Upkeep = (document: JSONDocument, began: UInt64)

  /// How soon a look-up or a renewal is tried again that has failed, in nanoseconds, at the earliest.
  private static let shortestPause: UInt64 = 1_000_000_000

  /// How soon a look-up is tried again at the latest: until then nobody knows when the token ends.
  private static let longestPause: UInt64 = 30_000_000_000

  /// How long a log-in goes on for nobody, in nanoseconds.
  private static let lastMoment: UInt64 = 1_000_000_000

  var token: VaultToken?
  /// Whether a call has used it since it was renewed last.
  var isUsed = true
  /// Whether it is to be found out how long the token lives.
  private var isUnknown = false
  /// After how long the next look-up is tried again that fails, in nanoseconds.
  private var pause = TokenEntry.shortestPause
  private let client: HTTPClient
  /// Those of the newest call: by them it is renewed.
  private var inputs: VaultInputs
  private var logins: [SharedFetch<VaultToken>] = []
  /// Those that end log-ins for nobody.
  private var lateTimers: [ObjectIdentifier: LoopTimer] = [:]
  /// A look-up or a renewal under way, which nobody waits for.
  private var upkeep: SharedFetch<Upkeep>?
  /// Runs out when the token is to be renewed, or looked up once more.
  private var timer: LoopTimer?
  private var timerEnd: UInt64?

  init(_ client: HTTPClient, _ inputs: VaultInputs) {
    self.client = client
    self.inputs = inputs
  }

  /// Whether nobody would miss it.
  var isIdle: Bool { logins.isEmpty && upkeep == nil }

  // MARK: - Logging in

  /// Logs in, or waits for a log-in that goes the same way through the network.
  func logIn(
    _ inputs: VaultInputs,
    id: Int,
    _ receive: @escaping (TokenStore.Answer) -> Void
  ) throws(DriverError) {
    let request = try TokenRequests.login(inputs)
    if let same = logins.first(where: { $0.isLike(request) }) {
      same.wait(id, receive)
      return
    }
    let fetch = SharedFetch(client, request) { exchange throws(DriverError) in
      try LoginFailure.token(in: exchange, of: inputs)
    }
    fetch.wait(id, receive)
    logins.append(fetch)
    // Not in here: whoever asks does not know its number yet.
    client.loop.post { [weak self, weak fetch] in
      fetch?.begin { answer in
        self?.logins.removeAll { $0 === fetch }
        if let fetch { self?.lateTimers[ObjectIdentifier(fetch)] = nil }
        if case .success(let token) = answer {
          self?.inputs = inputs
          self?.take(token)
        }
      }
    }
  }

  /// Takes back that somebody waits.
  ///
  /// A log-in that nobody waits for goes on for a moment: the server would issue a token that nobody has, and count one
  /// use more of a secret identifier.
  func cancel(_ id: Int) {
    for fetch in logins where fetch.isFor(id) {
      fetch.cancel(id)
      if fetch.isForNobody { endSoon(fetch) }
    }
  }

  private func endSoon(_ fetch: SharedFetch<VaultToken>) {
    let timer = client.loop.timer { [weak self, weak fetch] in
      guard let self, let fetch else { return }
      lateTimers[ObjectIdentifier(fetch)] = nil
      guard fetch.isForNobody else { return }
      logins.removeAll { $0 === fetch }
      fetch.end()
    }
    do throws(DriverError) {
      try timer.arm(afterNanoseconds: TokenEntry.lastMoment)
      lateTimers[ObjectIdentifier(fetch)] = timer
    } catch {
      // The loop is at its end, and all of this with it.
    }
  }

  // MARK: - Keeping it alive

  /// Takes a token in the place of the one before.
  ///
  /// - Parameters:
  ///   - token: The token.
  ///   - isUnknown: Whether nobody has said how long it lives.
  func take(_ token: VaultToken, isUnknown: Bool = false) {
    drop()
    self.token = token
    self.isUnknown = isUnknown
    isUsed = true
    plan()
  }

  /// Forgets the token, and renews it no more.
  func drop() {
    token = nil
    isUnknown = false
    pause = TokenEntry.shortestPause
    upkeep?.end()
    upkeep = nil
    stopTimer()
  }

  func end() {
    drop()
    for fetch in logins { fetch.end() }
    logins = []
    lateTimers = [:]
  }

  /// Finds out how long a token lives that was given, now that the server has taken it, if it is to be renewed.
  func accept() {
    // While the timer runs a look-up has failed: calls do not make it come sooner, however many there are.
    if isUnknown, timer == nil { lookUp() }
  }

  /// Does what is due where its time has come and the timer has not run out yet.
  func renewIfDue(at now: UInt64) {
    if let timerEnd, now >= timerEnd { tend() }
  }

  /// Does what the timer was for.
  private func tend() {
    if isUnknown { lookUp() } else { renew() }
  }

  private func lookUp() {
    stopTimer()
    isUnknown = false
    guard inputs.identity.renews, let token else { return }
    keep(
      { () throws(DriverError) in
        var request = try TokenRequests.lookUp(inputs, of: token.value)
        // No call waits for it, and a connection to a server that is silent is not to outlive them for long. A slow
        // server is given more time from one look-up to the next.
        request.timeouts = Timeouts(total: Int(pause / 1_000_000))
        return request
      },
      orLater: { [weak self] in self?.lookUpLater() }
    ) { [weak self] answer in
      self?.token?.take(lookedUp: answer.document, at: answer.began)
      self?.plan()
    }
  }

  /// Looks up again, after a pause that grows: else a token would never be renewed for one failure that passes.
  private func lookUpLater() {
    isUnknown = true
    arm(pause, at: monotonicNanoseconds())
    pause = min(pause * 2, TokenEntry.longestPause)
  }

  private func plan() {
    let now = monotonicNanoseconds()
    guard inputs.identity.renews, let delay = token?.renewalDelay(at: now) else {
      stopTimer()
      return
    }
    arm(delay, at: now)
  }

  private func arm(_ delay: UInt64, at now: UInt64) {
    stopTimer()
    let timer = client.loop.timer { [weak self] in self?.tend() }
    do throws(DriverError) {
      try timer.arm(afterNanoseconds: delay)
      timerEnd = now + delay
      self.timer = timer
    } catch {
      // The loop is at its end, and all of this with it.
    }
  }

  private func stopTimer() {
    timer = nil
    timerEnd = nil
  }

  private func renew() {
    stopTimer()
    guard let token, upkeep == nil else { return }
    // One that nobody uses may end; one that was given would be lost by that.
    guard isUsed || !inputs.login.isRepeatable else { return }
    isUsed = false
    keep(
      { () throws(DriverError) in try TokenRequests.renewal(inputs, of: token.value) },
      orLater: { [weak self] in self?.renewLater() }
    ) { [weak self] answer in
      self?.renewed(answer)
    }
  }

  /// Renews again, at half of the time that is left.
  private func renewLater() {
    let now = monotonicNanoseconds()
    guard let token, token.isRenewable, let end = token.end, end > now else { return }
    isUsed = true
    let pause = (end - now) / 2
    if pause >= TokenEntry.shortestPause { arm(pause, at: now) }
  }

  private func renewed(_ answer: Upkeep) {
    let before = token?.end
    guard var next = VaultToken(issued: answer.document, at: answer.began) else { return }
    // What is not made longer has reached the longest life that it may have.
    if let before, let end = next.end, end <= before + 1_000_000_000 { next.isRenewable = false }
    next.isDoubted = token?.isDoubted ?? false
    token = next
    plan()
  }

  /// Sends a request for the token's sake.
  ///
  /// - Parameters:
  ///   - request: What is sent.
  ///   - later: What is done after a failure that may pass.
  ///   - receive: What is done with the answer.
  private func keep(
    _ request: () throws(DriverError) -> HTTPRequest,
    orLater later: @escaping () -> Void,
    _ receive: @escaping (Upkeep) -> Void
  ) {
    do throws(DriverError) {
      let fetch = SharedFetch(client, try request()) { exchange throws(DriverError) in
        try LoginFailure.upkeep(in: exchange)
      }
      upkeep = fetch
      client.loop.post { [weak self, weak fetch] in
        fetch?.begin { answer in
          guard let self else { return }
          self.upkeep = nil
          switch answer {
          case .success(let answer): receive(answer)
          case .failure(let error) where TokenEntry.mayPass(error): later()
          case .failure:
            // Refused: by the token's policies, by its longest life, or because it is not known any more.
            self.token?.isRenewable = false
          }
        }
      }
    } catch {
      // No such request can be made: the token lives as long as it does.
    }
  }

  /// Whether the same request may succeed later: the server was not reached, or could not answer.
  private static func mayPass(_ error: DriverError) -> Bool {
    error.status == 0 || error.status >= 500 || error.status == 429
  }
}
