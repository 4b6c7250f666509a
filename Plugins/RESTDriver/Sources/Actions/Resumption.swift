internal import CCurl
internal import CurlKit
internal import DriverKit
internal import HTTPKit

/// How a streamed body goes on that broke off (RFC 9110, section 14).
struct Resumption {
  private let limit: Int
  private(set) var attempts = 0
  /// How many bytes of the body have gone to its reader.
  private var received: Int64 = 0
  /// Where the rest begins that was asked for.
  private var start: Int64 = 0
  /// What tells whether the rest is of the same body; nil: nothing does, so that it cannot be gone on with.
  private var validator: String?

  init(limit: Int) { self.limit = limit }

  /// Whether the request under way asks for a rest.
  var isGoingOn: Bool { attempts > 0 }

  /// How long to wait before the next request, in nanoseconds: twice as long each time, 10 seconds at most.
  var delay: UInt64 { min(10_000_000_000, 100_000_000 << UInt64(min(attempts, 10) - 1)) }

  /// Makes a request one that can be gone on with: places are counted in bytes as they are stored.
  func prepare(_ request: inout HTTPRequest) {
    if limit > 0, request.method == "GET" { request.allowsCompression = false }
  }

  /// Notes what an answer says of its body.
  mutating func note(_ exchange: Exchange) {
    guard limit > 0, exchange.request.method == "GET", exchange.status == 200 else { return }
    // A weak one is the same for bodies that mean the same (section 8.8.1).
    validator =
      exchange.headers("etag").first { !$0.hasPrefix("W/") }
      ?? exchange.headers("last-modified").first
  }

  /// Counts bytes that have gone to the reader.
  mutating func count(_ count: Int) { received += Int64(count) }

  /// Whether an answer is the rest that was asked for.
  func accepts(_ exchange: Exchange) -> Bool {
    // Of a body that nothing has gone of, the whole is the rest.
    if start == 0, exchange.status == 200 { return true }
    return exchange.status == 206
      && exchange.headers("content-range").first?.hasPrefix("bytes \(start)-") == true
  }

  /// Makes a request ask for the rest; false: it cannot be gone on with, or has been often enough.
  mutating func goesOn(_ exchange: Exchange, after failure: Failure?) -> Bool {
    guard let validator, attempts < limit, isWorthIt(exchange, failure) else { return false }
    attempts += 1
    start = received
    exchange.request.headers.drop(["range", "if-range"])
    do throws(DriverError) {
      try exchange.request.headers.append("Range", "bytes=\(received)-")
      try exchange.request.headers.append("If-Range", validator)
    } catch {
      return false
    }
    return true
  }

  private func isWorthIt(_ exchange: Exchange, _ failure: Failure?) -> Bool {
    guard let failure else { return [408, 429, 500, 502, 503, 504].contains(exchange.status) }
    let explanation = exchange.explanation(of: failure)
    return [.protocolViolation, .timedOut, .unavailable].contains(explanation.code)
      && explanation.isRetryable
  }

  /// Why the rest is none of what has come.
  func changed(_ exchange: Exchange) -> DriverError {
    let isThere = (200..<300).contains(exchange.status)
    let what = isThere ? "what is there now is another one" : "its rest cannot be had"
    var error = DriverError(
      isThere ? .conflict : StatusError.code(exchange.status),
      "\(exchange.request.url.display) broke off after \(received) bytes, and \(what) (the status is \(StatusError.name(exchange.status))): begin anew",
      isRetryable: true
    )
    error.status = Int32(exchange.status)
    return error
  }
}
