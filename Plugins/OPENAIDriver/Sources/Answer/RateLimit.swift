internal import DriverKit
internal import HTTPKit

/// What an answer's headers say of the server's limits.
struct RateLimit {
  /// A limit of one thing that is counted.
  struct Limit {
    var limit: Int?
    var remaining: Int?
    /// In how many seconds all of it is there again.
    var reset: Double?
  }

  private(set) var requests = Limit()
  private(set) var tokens = Limit()
  /// How long to wait, as `retry-after-ms` has it, in seconds.
  private(set) var retryAfter: Double?

  /// Reads the headers of an answer.
  init(_ head: Span<UInt8>, _ fields: [ResponseHead.Field]) {
    func number(_ name: StaticString) -> Int? {
      ResponseHead.value(name, in: head, fields).flatMap { Int($0) }
    }
    func seconds(_ name: StaticString) -> Double? {
      ResponseHead.value(name, in: head, fields).flatMap { RetryTime.duration($0) }
        .map { Double($0) / 1000 }
    }
    requests = Limit(
      limit: number("x-ratelimit-limit-requests"),
      remaining: number("x-ratelimit-remaining-requests"),
      reset: seconds("x-ratelimit-reset-requests")
    )
    tokens = Limit(
      limit: number("x-ratelimit-limit-tokens"),
      remaining: number("x-ratelimit-remaining-tokens"),
      reset: seconds("x-ratelimit-reset-tokens")
    )
    if let milliseconds = ResponseHead.value("retry-after-ms", in: head, fields).flatMap({
      Double($0)
    }), milliseconds > 0, milliseconds < 1e9 {
      retryAfter = milliseconds / 1000
    }
  }

  /// When what has run out is there again, in seconds; nil where that is not known.
  var reset: Double? {
    let exhausted = [requests, tokens].filter { $0.remaining == 0 }.compactMap(\.reset)
    return exhausted.max() ?? [requests, tokens].compactMap(\.reset).max()
  }

  /// The limits as an output; what is not known is left out.
  var output: OutputValue {
    var members: [(name: String, value: OutputValue)] = []
    func add(_ name: String, _ value: OutputValue?) {
      if let value { members.append((name, value)) }
    }
    for (name, limit) in [("requests", requests), ("tokens", tokens)] {
      add("limit_\(name)", limit.limit.map { .int(Int64($0)) })
      add("remaining_\(name)", limit.remaining.map { .int(Int64($0)) })
      add("reset_\(name)", limit.reset.map { .double($0) })
    }
    return .map(members)
  }
}
