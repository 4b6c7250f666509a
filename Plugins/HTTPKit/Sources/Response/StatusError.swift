package import DriverKit

/// Statuses that are no success (RFC 9110, section 15).
package enum StatusError {
  /// The error of an answer's status.
  ///
  /// - Parameters:
  ///   - exchange: Has an answer.
  ///   - expected: The statuses that would have been a success, in words.
  ///   - isPutOut: Whether the answer is in the outputs.
  /// - Returns: What a call ends with.
  package static func error(
    of exchange: Exchange,
    expected: String,
    isPutOut: Bool = true
  ) -> DriverError {
    let status = exchange.status
    let request = exchange.request
    var error = DriverError(
      code(status),
      "\(request.method) \(request.url.display) answered \(name(status)); expected \(expected)\(isPutOut ? ". The answer is in the outputs" : "")\(advice(status))"
    )
    error.status = Int32(status)
    error.isRetryable =
      [408, 425, 429, 500, 502, 503, 504].contains(status) && request.isIdempotent
    if let wait = retryAfter(exchange) { error.retryAfter = wait }
    return error
  }

  /// How long an answer asks to wait, an hour at most; nil: it does not say.
  package static func retryAfter(_ exchange: Exchange) -> Duration? {
    exchange.retryHints.waitMilliseconds.map { .milliseconds($0) }
  }

  package static func code(_ status: Int) -> DriverError.Code {
    switch status {
    case 401, 407: .unauthenticated
    case 403: .forbidden
    case 404, 410: .notFound
    case 409, 412: .conflict
    case 429: .rateLimited
    case 408, 504: .timedOut
    case 502, 503: .unavailable
    case 413: .tooLarge
    case 405, 501, 505: .unsupported
    default: .remoteFailure
    }
  }

  private static func advice(_ status: Int) -> String {
    switch status {
    case 401: "; check authentication"
    case 403: "; check that who is authenticated may do that"
    case 404: "; check the path"
    case 405: "; check the method"
    case 407: "; check who asks at the proxy: network.proxy"
    case 415: "; check the form of the body and Content-Type"
    case 429: "; send fewer requests, or wait"
    default: ""
    }
  }

  /// The status with its name (RFC 9110, section 15).
  package static func name(_ status: Int) -> String {
    let names = [
      200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
      301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
      307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
      401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
      406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
      409: "Conflict", 410: "Gone", 411: "Length Required", 412: "Precondition Failed",
      413: "Content Too Large", 414: "URI Too Long", 415: "Unsupported Media Type",
      416: "Range Not Satisfiable", 421: "Misdirected Request", 422: "Unprocessable Content",
      425: "Too Early", 426: "Upgrade Required", 428: "Precondition Required",
      429: "Too Many Requests", 431: "Request Header Fields Too Large",
      500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway",
      503: "Service Unavailable", 504: "Gateway Timeout", 505: "HTTP Version Not Supported",
    ]
    return names[status].map { "\(status) \($0)" } ?? "\(status)"
  }
}
