internal import CurlKit
internal import DriverKit

/// The access tokens of one loop: each asked for once, however many requests wait for it, and used until it is to be
/// renewed or a server refuses it.
final class AccessTokens {
  typealias Answer = Result<String, DriverError>

  private var tokens: [OAuth2Grant: AccessToken] = [:]
  /// The refresh tokens that servers have issued in place of those that were given.
  private var refreshTokens: [OAuth2Grant: String] = [:]
  private var fetches: [(grant: OAuth2Grant, fetch: SharedFetch<AccessToken>)] = []
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
    let request = try grant.request(
      for: parent,
      refreshToken: refreshTokens[grant] ?? grant.refreshToken
    )
    let take: (Result<AccessToken, DriverError>) -> Void = { receive($0.map(\.value)) }
    if let same = fetches.first(where: { $0.grant == grant && $0.fetch.isLike(request) }) {
      same.fetch.wait(id, take)
      return id
    }
    let fetch = SharedFetch(client, request) { exchange throws(DriverError) in
      try AccessTokens.token(in: exchange)
    }
    fetch.wait(id, take)
    fetches.append((grant, fetch))
    // Not in here: whoever asks does not know its number yet.
    client.loop.post { [weak self, weak fetch] in
      fetch?.begin { answer in self?.received(answer, by: fetch, grant) }
    }
    return id
  }

  /// Takes back that somebody waits; what nobody waits for is ended.
  func cancel(_ id: Int, of grant: OAuth2Grant) {
    guard let place = fetches.firstIndex(where: { $0.fetch.isFor(id) }) else { return }
    let fetch = fetches[place].fetch
    fetch.cancel(id)
    // A server may have put another refresh token in the place of the one that is under way, which would be lost.
    guard fetch.isForNobody, grant.refreshToken == nil else { return }
    fetches.remove(at: place)
    fetch.end()
  }

  /// Ends what is under way for nobody, before the loop's end.
  func end() {
    for (_, fetch) in fetches { fetch.end() }
    fetches = []
  }

  private func received(
    _ answer: Result<AccessToken, DriverError>,
    by fetch: SharedFetch<AccessToken>?,
    _ grant: OAuth2Grant
  ) {
    fetches.removeAll { $0.fetch === fetch }
    guard case .success(let token) = answer else { return }
    // Grants are the caller's, so there is no limit to how many there are.
    if tokens.count >= 1000 { tokens.removeAll() }
    tokens[grant] = token
    if let next = token.refreshToken, next != grant.refreshToken { keep(next, grant) }
  }

  /// The token of a token endpoint's answer.
  private static func token(in exchange: Exchange) throws(DriverError) -> AccessToken {
    let server = exchange.server
    guard exchange.status == 200 || exchange.status == 201 else {
      throw AccessToken.refusal(exchange, server: server)
    }
    let now = monotonicNanoseconds()
    let token = try exchange.handle?.body.withSpan { body throws(DriverError) in
      try AccessToken(body, at: now, server: server)
    }
    guard let token else { throw DriverError(.internal, "the answer was lost") }
    return token
  }

  private func keep(_ refreshToken: String, _ grant: OAuth2Grant) {
    if refreshTokens.count >= 10_000, let some = refreshTokens.keys.first {
      refreshTokens[some] = nil
    }
    refreshTokens[grant] = refreshToken
  }
}
