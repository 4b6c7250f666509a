import Testing

@testable import HTTPKit

@Suite("What an answer says about a retry")
struct RetryHintsTests {
  /// The 26th of November in 2026, at midnight.
  static let now = 1_795_651_200

  static func hints(_ headers: [(String, String)], maximum: Int = 3_600_000) -> RetryHints {
    RetryHints(headers, now: now, maximumMilliseconds: maximum)
  }

  @Test(
    "is how long to wait",
    arguments: [
      ([], nil), ([("Retry-After", "120")], 120_000), ([("retry-after", " 0 \t")], 0),
      ([("Retry-After", "1.5")], 1500),
      ([("Retry-After", "Thu, 26 Nov 2026 00:00:30 GMT")], 30_000),
      ([("Retry-After", "Thursday, 26-Nov-26 00:00:30 GMT")], 30_000),
      ([("Retry-After", "Thu Nov 26 00:00:30 2026")], 30_000),
      ([("Retry-After", "Fri, 31 Dec 1999 23:59:59 GMT")], 0),
      ([("Retry-After", "soon"), ("Retry-After", "7")], 7000),
      ([("Retry-After", "3"), ("X-RateLimit-Reset", "50")], 3000),
      ([("Retry-After", "never"), ("X-RateLimit-Reset", "50")], 50_000),
      ([("RateLimit-Reset", "50")], 50_000), ([("X-RateLimit-Reset", "1795651210")], 10_000),
      ([("X-RateLimit-Reset", "1795651210250")], 10_250),
      ([("X-RateLimit-Reset", "1795651210.25")], 10_250),
      ([("x-rate-limit-reset", "1795651200")], 0),
      ([("X-RateLimit-Reset", "1795651199")], 0),
      ([("X-RateLimit-Reset", "1000000000")], 3_600_000),
      ([("X-RateLimit-Reset", "50"), ("X-RateLimit-Remaining", "0")], 50_000),
      ([("X-RateLimit-Reset", "50"), ("X-RateLimit-Remaining", "1")], nil),
      ([("RateLimit", "\"default\";r=0;t=2")], 2000), ([("RateLimit", "\"default\";r=5;t=2")], nil),
      ([("RateLimit", "\"a\";r=0;t=2, \"b\";r=0;t=9,\"c\";r=1;t=50")], 9000),
      ([("RateLimit", "\"a\";r=0;t=2"), ("RateLimit", "\"b\";r=0;t=9")], 9000),
      ([("RateLimit", "\"a;r=0;t=5\";r=0;t=2;pk=:cHJveHk=:")], 2000),
      ([("RateLimit", "\"a\";r=0")], nil),
      ([("RateLimit", "\"a\";t=2")], nil),
      ([("RateLimit", "limit=10, remaining=0, reset=4")], 4000),
      ([("RateLimit", "limit=10, remaining=3, reset=4")], nil),
      ([("x-ratelimit-reset-requests", "1s"), ("x-ratelimit-reset-tokens", "6m0s")], 360_000),
      ([("x-ratelimit-reset-requests", "20ms")], 20),
      ([("x-ratelimit-reset-requests", "8.64s")], 8640),
      (
        [
          ("x-ratelimit-reset-requests", "1s"), ("x-ratelimit-remaining-requests", "0"),
          ("x-ratelimit-reset-tokens", "6m0s"), ("x-ratelimit-remaining-tokens", "10"),
        ], 1000
      ),
      (
        [
          ("x-ratelimit-reset-requests", "9m"), ("x-ratelimit-remaining-requests", "10"),
          ("x-ratelimit-reset-tokens", "6m0s"), ("x-ratelimit-remaining-tokens", "10"),
        ], 360_000
      ),
    ] as [([(String, String)], Int?)]
  )
  func wait(headers: [(String, String)], milliseconds: Int?) {
    #expect(RetryHintsTests.hints(headers).waitMilliseconds == milliseconds)
  }

  @Test("is never more than the maximum")
  func maximum() {
    for value in ["100", "99999999999999999999999999", String(repeating: "9", count: 400)] {
      let hints = RetryHintsTests.hints([("Retry-After", value)], maximum: 5000)
      #expect(hints.waitMilliseconds == 5000)
    }
    #expect(
      RetryHintsTests.hints([("X-RateLimit-Reset", "9999999999999999999999")], maximum: 5000)
        .waitMilliseconds == 5000
    )
    #expect(RetryHintsTests.hints([("Retry-After", "1")], maximum: -1).waitMilliseconds == 0)
  }

  @Test(
    "is nothing where it is malformed",
    arguments: [
      ("Retry-After", ""), ("Retry-After", "-1"), ("Retry-After", "1e3"), ("Retry-After", "0x10"),
      ("Retry-After", "inf"), ("Retry-After", "nan"), ("Retry-After", "1."), ("Retry-After", ".5"),
      ("Retry-After", "1.2.3"), ("Retry-After", "+1"), ("Retry-After", "１"), ("Retry-After", "1 s"),
      ("Retry-After", "Thu, 31 Nov 2026 00:00:30 GMT"), ("RateLimit-Reset", "tomorrow"),
      ("RateLimit-Reset", "-5"), ("RateLimit", "\"a;r=0;t=2"), ("RateLimit", "\"a\";r=0;t=2,"),
      ("RateLimit", "\"a\";r=0;t"), ("RateLimit", "\"a\";R=0;T=2"),
      ("RateLimit", "\"a\" \"b\";r=0;t=2"),
      ("RateLimit", "\"a\";r=0;t=\"2"), ("RateLimit", "(\"a\");r=0;t=2"),
      ("RateLimit", "\"a\";r=x;t=2"),
      ("x-ratelimit-reset-requests", ""), ("x-ratelimit-reset-requests", "s"),
      ("x-ratelimit-reset-requests", "1x"), ("x-ratelimit-reset-requests", "1s2"),
      ("x-ratelimit-reset-requests", "-1s"), ("x-ratelimit-reset-requests", "1..5s"),
    ]
  )
  func malformed(name: String, value: String) {
    #expect(RetryHintsTests.hints([(name, value)]).waitMilliseconds == nil)
  }

  @Test(
    "has durations",
    arguments: [
      ("1s", 1000), ("6m0s", 360_000), ("20ms", 20), ("1h2m3.5s", 3_723_500), ("1d", 86_400_000),
      ("500us", 1), ("1500µs", 2), ("2000000ns", 2), ("0s", 0), ("12", 12_000), ("1.1s", 1100),
      ("1m30s20ms", 90_020),
    ]
  )
  func durations(text: String, milliseconds: Int) {
    #expect(RetryTime.duration(text) == milliseconds)
  }

  @Test(
    "has what is left of a limit",
    arguments: [
      ([], nil, nil, nil),
      (
        [
          ("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "56"),
          ("X-RateLimit-Reset", "1795651260"),
        ],
        60, 56, 60_000
      ),
      ([("RateLimit-Limit", "100, 100;w=60"), ("RateLimit-Remaining", "9")], 100, 9, nil),
      (
        [
          ("RateLimit-Policy", "\"burst\";q=100;w=60, \"daily\";q=1000;w=86400;pk=:YQ==:"),
          ("RateLimit", "\"burst\";r=50;t=30, \"daily\";r=7;t=600"),
        ], 1000, 7, 600_000
      ),
      ([("RateLimit", "limit=10, remaining=3, reset=4")], 10, 3, 4000),
      (
        [
          ("x-ratelimit-limit-requests", "60"), ("x-ratelimit-remaining-requests", "59"),
          ("x-ratelimit-limit-tokens", "150000"), ("x-ratelimit-remaining-tokens", "0"),
          ("x-ratelimit-reset-tokens", "6m0s"),
        ], 150_000, 0, 360_000
      ),
      ([("X-RateLimit-Limit", "-1"), ("X-RateLimit-Remaining", "x")], nil, nil, nil),
      ([("X-RateLimit-Limit", "99999999999999999999")], nil, nil, nil),
    ] as [([(String, String)], Int?, Int?, Int?)]
  )
  func limits(headers: [(String, String)], limit: Int?, remaining: Int?, reset: Int?) {
    let hints = RetryHintsTests.hints(headers)
    #expect(hints.limit == limit)
    #expect(hints.remaining == remaining)
    #expect(hints.resetMilliseconds == reset)
  }

  @Test("is in lists as structured fields have them")
  func structured() {
    let members = StructuredList.members(
      #"  "a\"\\b";x;y=?0;z="q" , tok/en:1;k=:YQ==:;k=-1.5,limit=10"#
    )
    #expect(members?.map(\.value) == ["a\"\\b", "tok/en:1", "limit"])
    #expect(members?.first?["x"] == "?1")
    #expect(members?.first?["y"] == "?0")
    #expect(members?.first?["z"] == "q")
    #expect(members?[1]["k"] == "-1.5")
    #expect(members?.last?["limit"] == "10")
    #expect(StructuredList.members("") == [])
    for field in [
      ",", "a,", "a b", "a;", "a;=1", "a;B=1", "\"\\x\"", "\"ü\"", "a;k=:YQ", "a=", "(a)",
    ] {
      #expect(StructuredList.members(field) == nil, "\(field)")
    }
  }

  @Test(
    "has times that are a number, or numbers with units",
    arguments: [
      ("1s", 1000), ("6m0s", 360_000), ("20ms", 20), ("1h2m3.5s", 3_723_500), ("7", 7000),
      ("0.25", 250), ("", nil), ("s", nil), ("1x", nil), ("1s?", nil), ("-1s", nil), ("inf", nil),
      ("1e3", nil),
    ] as [(String, Int?)]
  )
  func durations(text: String, milliseconds: Int?) {
    #expect(RetryTime.duration(text) == milliseconds)
  }
}
