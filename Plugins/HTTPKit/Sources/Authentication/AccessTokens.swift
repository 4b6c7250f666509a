internal import CurlKit
internal import DriverKit

/// The access tokens of one loop: each asked for once, however many requests wait for it, and used until it is to be
/// renewed or a server refuses it.
final class AccessTokens {
  typealias Answer = Result<String, DriverError>

  private var tokens: [OAuth2Grant: AccessToken] = [:]
  /// The refresh tokens that servers have issued in place of those that were given.
  private var refreshTokens: [OAuth2Grant: String] = [:]
  private var fetches: [TokenFetch] = []
  private var lastID = 0

  /// The token that is known; nil if one has to be asked for.
  func known(_ grant: OAuth2Grant) -> String? {
    guard let token = tokens[grant] else { return nil }
    if let renewal = token.renewal, monotonicNanoseconds() >= renewal { return nil }
    return token.value
  }

  /// Forgets a token that a server has refused, unless there is another one by now.
  func refuse(_ token: String, of grant: OAuth2Grant) {
    if tokens[grant]?.value == token { tokens[grant] = nil }
  }

  /// The refresh token that a server has issued in place of the one that was given; nil: none.
  func replacement(of grant: OAuth2Grant) -> String? { refreshTokens[grant] }

  /// Asks for a token once for all who wait; `receive` runs later, unless it is cancelled.
  ///
  /// - Parameters:
  ///   - grant: What it is asked for with.
  ///   - parent: The request that it is for.
  ///   - client: The loop's.
  ///   - receive: Takes the token, or why there is none.
  /// - Returns: What `cancel` takes.
  /// - Throws: Why it cannot be asked for.
  func get(
    _ grant: OAuth2Grant,
    for parent: HTTPRequest,
    _ client: HTTPClient,
    _ receive: @escaping (Answer) -> Void
  ) throws(DriverError) -> Int {
    lastID += 1
    let id = lastID
    // Only one that goes the same way is as good as one's own.
    let same = fetches.first {
      $0.grant == grant && $0.request.tls == parent.tls && $0.request.network == parent.network
    }
    if let same {
      same.waiters.append((id, receive))
      return id
    }
    let request = try grant.request(
      for: parent,
      refreshToken: refreshTokens[grant] ?? grant.refreshToken
    )
    let fetch = TokenFetch(client, grant, request)
    fetch.received = { [unowned self, unowned fetch] in received($0, by: fetch) }
    fetch.waiters.append((id, receive))
    fetches.append(fetch)
    // Not in here: whoever asks does not know its number yet.
    client.loop.post { [weak fetch] in fetch?.begin() }
    return id
  }

  /// Takes back that somebody waits; what nobody waits for is ended.
  func cancel(_ id: Int, of grant: OAuth2Grant) {
    guard let place = fetches.firstIndex(where: { $0.waiters.contains { $0.id == id } }) else {
      return
    }
    let fetch = fetches[place]
    fetch.waiters.removeAll { $0.id == id }
    // A server may have put another refresh token in the place of the one that is under way, which would be lost.
    guard fetch.waiters.isEmpty, grant.refreshToken == nil else { return }
    fetches.remove(at: place)
    fetch.end()
  }

  /// Ends what is under way for nobody, before the loop's end.
  func end() {
    for fetch in fetches { fetch.end() }
    fetches = []
  }

  private func received(_ answer: Result<AccessToken, DriverError>, by fetch: TokenFetch) {
    fetches.removeAll { $0 === fetch }
    if case .success(let token) = answer {
      // Grants are the caller's, so there is no limit to how many there are.
      if tokens.count >= 1000 { tokens.removeAll() }
      tokens[fetch.grant] = token
      if let next = token.refreshToken, next != fetch.grant.refreshToken { keep(next, fetch.grant) }
    }
    for waiter in fetch.waiters { waiter.receive(answer.map(\.value)) }
  }

  private func keep(_ refreshToken: String, _ grant: OAuth2Grant) {
    if refreshTokens.count >= 10_000, let some = refreshTokens.keys.first {
      refreshTokens[some] = nil
    }
    refreshTokens[grant] = refreshToken
  }
}

/// One request to a token endpoint.
private final class TokenFetch: ExchangeOwner {
  var waiters: [(id: Int, receive: (AccessTokens.Answer) -> Void)] = []
  let grant: OAuth2Grant
  var received: ((Result<AccessToken, DriverError>) -> Void)?
  private let exchange: Exchange

  init(_ client: HTTPClient, _ grant: OAuth2Grant, _ request: HTTPRequest) {
    self.grant = grant
    exchange = Exchange(client, request, for: nil)
  }

  var request: HTTPRequest { exchange.request }

  func begin() { exchange.begin(self) }

  func end() {
    received = nil
    exchange.end()
  }

  func destination(of exchange: Exchange, status: Int) -> Exchange.Destination { .collected }

  func received(_ bytes: Span<UInt8>, by exchange: Exchange) -> CurlTransfer.Taking { .refused }

  func ended(_ exchange: Exchange, _ failure: Failure?) {
    let answer = answer(failure)
    exchange.end()
    let received = self.received
    self.received = nil
    received?(answer)
  }

  private func answer(_ failure: Failure?) -> Result<AccessToken, DriverError> {
    if let failure {
      return .failure(exchange.explanation(of: failure).error)
    }
    let server = exchange.server
    guard exchange.status == 200 || exchange.status == 201 else {
      return .failure(AccessToken.refusal(exchange, server: server))
    }
    do throws(DriverError) {
      let now = monotonicNanoseconds()
      let token = try exchange.handle?.body.withSpan { body throws(DriverError) in
        try AccessToken(body, at: now, server: server)
      }
      guard let token else { return .failure(DriverError(.internal, "the answer was lost")) }
      return .success(token)
    } catch {
      return .failure(error)
    }
  }
}
