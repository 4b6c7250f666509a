internal import CurlKit
internal import DriverKit

/// A bearer token that a server has issued (RFC 6749, section 5.1).
struct AccessToken {
  var value: String
  /// When another one is to be asked for; nil: when a server does not take it any more.
  var renewal: UInt64?
  /// The refresh token that takes the place of the one that was used; nil: that one stays.
  var refreshToken: String?

  /// Reads a token endpoint's answer.
  ///
  /// - Parameters:
  ///   - answer: The body of an answer with status 200.
  ///   - now: The time, in nanoseconds.
  ///   - server: What messages call the endpoint.
  /// - Throws: `.protocolViolation` where it holds no bearer token.
  init(_ answer: Span<UInt8>, at now: UInt64, server: String) throws(DriverError) {
    guard JSONSyntax.isDocument(answer) else { throw AccessToken.fault(server, "no JSON") }
    func text(_ pointer: String) -> String? {
      JSONScanner.value(at: pointer, in: answer).flatMap {
        JSONScanner.scalarText(of: $0, in: answer)
      }
    }
    guard let token = text("/access_token"), !token.isEmpty else {
      throw AccessToken.fault(server, "no access_token")
    }
    guard token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
      throw AccessToken.fault(server, "an access_token that no header can hold")
    }
    if let type = text("/token_type"), type.lowercased() != "bearer" {
      throw AccessToken.fault(server, "a token of a type that is not bearer")
    }
    value = token
    refreshToken = text("/refresh_token")
    guard let written = text("/expires_in"), let seconds = Double(written), seconds.isFinite,
      seconds > 0
    else { return }
    // Ahead of its end, since a request takes its time to arrive; a minute at most.
    let lifetime = min(seconds, 1e9)
    renewal = now + UInt64((lifetime - min(60, lifetime / 10)) * 1e9)
  }

  private static func fault(_ server: String, _ what: String) -> DriverError {
    DriverError(
      .protocolViolation,
      "\(server) answered with \(what) where a bearer token was asked for: check that token_url is the token endpoint",
      pointer: "/authentication/token_url"
    )
  }

  /// Why a token endpoint refuses (section 5.2), without anything that it may have repeated of what was sent.
  ///
  /// - Parameters:
  ///   - exchange: Its answer.
  ///   - server: What messages call the endpoint.
  /// - Returns: What the call that waits ends with.
  static func refusal(_ exchange: Exchange, server: String) -> DriverError {
    let status = exchange.status
    let reason =
      exchange.handle?.body.withSpan { answer -> String? in
        guard JSONSyntax.isDocument(answer) else { return nil }
        return JSONScanner.value(at: "/error", in: answer).flatMap {
          JSONScanner.string(of: $0, in: answer)
        }
      } ?? nil
    let known = reason.flatMap { meanings[$0] }
    let isOverloaded = [408, 425, 429, 500, 502, 503, 504].contains(status)
    var error = DriverError(
      isOverloaded ? StatusError.code(status) : .unauthenticated,
      known.map { "\(server) gives no token (\(reason ?? "")): \($0)" }
        ?? "\(server) answered \(StatusError.name(status)) where a token was asked for: check authentication and token_url",
      pointer: "/authentication",
      isRetryable: isOverloaded
    )
    error.status = Int32(status)
    if let wait = StatusError.retryAfter(exchange) { error.retryAfter = wait }
    return error
  }

  /// What each error code asks the user to do.
  private static let meanings = [
    "invalid_client": "check client_id and client_secret, and client_authentication",
    "invalid_grant":
      "the refresh token is not valid any more, or is another client's: get a new one",
    "invalid_request":
      "the server wants another form of request; check scope, audience and parameters",
    "invalid_scope": "check scope",
    "invalid_target": "check audience and parameters",
    "temporarily_unavailable": "try again later",
    "unauthorized_client": "the client may not use this grant; ask whoever runs the server",
    "unsupported_grant_type":
      "the server does not know this grant; use another authentication_method",
  ]
}
