/// What an answer says about when to ask again, and how often one may.
package struct RetryHints: Equatable, Sendable {
  /// How long it asks to wait, at most the given maximum; nil: it does not say.
  package private(set) var waitMilliseconds: Int?
  /// How many requests, or what else is counted, are allowed in a window of time.
  package private(set) var limit: Int?
  /// How many of them are left.
  package private(set) var remaining: Int?
  /// In how many milliseconds the window ends.
  package private(set) var resetMilliseconds: Int?

  /// A count of what is allowed.
  private struct Quota {
    var limit: Int?
    var remaining: Int?
    var resetMilliseconds: Int?
    /// Whether a request may take more than one of them, so that some may be left, and too few.
    var isOfTokens = false
  }

  /// Reads an answer's headers.
  ///
  /// `Retry-After` goes before all others. Else the wait is the longest time until the reset of a limit
  /// of which nothing is left; if there is no such limit, of one that does not say what is left, or
  /// that counts tokens. Known are `RateLimit` with `RateLimit-Policy`, the families `RateLimit-`,
  /// `X-RateLimit-` and `X-Rate-Limit-`, and of the second `-Requests` and `-Tokens`.
  ///
  /// The limit that is reported is the one of which the least is left.
  ///
  /// - Parameters:
  ///   - headers: All of the answer's, in order; names in any case.
  ///   - now: The seconds since 1970.
  ///   - maximumMilliseconds: The longest wait.
  package init(
    _ headers: [(name: String, value: String)],
    now: Int,
    maximumMilliseconds: Int
  ) {
    let fields = Fields(headers)
    let quotas =
      RetryHints.structured(fields) + RetryHints.families(fields, now: now)
      + RetryHints.durations(fields)
    let wait =
      fields["retry-after"].lazy.compactMap { RetryTime.retryAfter($0, now: now) }.first
      ?? RetryHints.wait(quotas)
    waitMilliseconds = wait.map { min($0, max(0, maximumMilliseconds)) }
    let tightest = quotas.min { ($0.remaining ?? .max) < ($1.remaining ?? .max) }
    limit = tightest?.limit
    remaining = tightest?.remaining
    resetMilliseconds = tightest?.resetMilliseconds
  }

  private static func wait(_ quotas: [Quota]) -> Int? {
    let exhausted = quotas.filter { $0.remaining == 0 }.compactMap(\.resetMilliseconds).max()
    return exhausted
      ?? quotas.filter { $0.remaining == nil || $0.isOfTokens }.compactMap(\.resetMilliseconds)
      .max()
  }

  // MARK: - Fields

  /// The values of headers by their names in lower case.
  private struct Fields {
    private var values: [String: [String]] = [:]

    init(_ headers: [(name: String, value: String)]) {
      for header in headers {
        var value = header.value.drop { $0 == " " || $0 == "\t" }
        while let last = value.last, last == " " || last == "\t" { value.removeLast() }
        values[header.name.lowercased(), default: []].append(String(value))
      }
    }

    subscript(name: String) -> [String] { values[name] ?? [] }

    /// The number that a field's first value begins with, as in `100, 100;w=60`.
    func number(_ name: String) -> Int? {
      self[name].first.flatMap {
        RetryHints.number($0.prefix { $0 != "," && $0 != ";" && $0 != " " })
      }
    }
  }

  private static func number(_ text: some StringProtocol) -> Int? {
    guard text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }) else {
      return nil
    }
    return Int(text)
  }

  /// What the IETF's draft has: `"name";r=0;t=2`, and earlier `limit=10, remaining=0, reset=2`.
  private static func structured(_ fields: Fields) -> [Quota] {
    var policies: [String: StructuredList.Member] = [:]
    for policy in fields["ratelimit-policy"].compactMap(StructuredList.members).joined()
    where policies[policy.value] == nil {
      policies[policy.value] = policy
    }
    let members = fields["ratelimit"].compactMap(StructuredList.members).joined()
    var quotas: [Quota] = []
    var early = Quota()
    for member in members {
      if let value = member[member.value], member.parameters.first?.name == member.value {
        switch member.value {
        case "limit": early.limit = number(value)
        case "remaining": early.remaining = number(value)
        case "reset": early.resetMilliseconds = RetryTime.seconds(value)
        default: break
        }
        continue
      }
      let quota = Quota(
        limit: policies[member.value]?["q"].flatMap { number($0) },
        remaining: member["r"].flatMap { number($0) },
        resetMilliseconds: member["t"].flatMap(RetryTime.seconds)
      )
      // What is left is the one parameter that a member must have.
      if quota.remaining != nil { quotas.append(quota) }
    }
    if early.remaining != nil || early.resetMilliseconds != nil { quotas.append(early) }
    return quotas
  }

  private static func families(_ fields: Fields, now: Int) -> [Quota] {
    ["ratelimit", "x-ratelimit", "x-rate-limit"].compactMap { family in
      let reset = fields["\(family)-reset"].first
      let quota = Quota(
        limit: fields.number("\(family)-limit"),
        remaining: fields.number("\(family)-remaining"),
        resetMilliseconds: reset.flatMap { RetryTime.reset($0, now: now) }
      )
      return isEmpty(quota) ? nil : quota
    }
  }

  private static func durations(_ fields: Fields) -> [Quota] {
    ["requests", "tokens"].compactMap { kind in
      let quota = Quota(
        limit: fields.number("x-ratelimit-limit-\(kind)"),
        remaining: fields.number("x-ratelimit-remaining-\(kind)"),
        resetMilliseconds: fields["x-ratelimit-reset-\(kind)"].first.flatMap(RetryTime.duration),
        isOfTokens: kind == "tokens"
      )
      return isEmpty(quota) ? nil : quota
    }
  }

  private static func isEmpty(_ quota: Quota) -> Bool {
    quota.limit == nil && quota.remaining == nil && quota.resetMilliseconds == nil
  }
}
