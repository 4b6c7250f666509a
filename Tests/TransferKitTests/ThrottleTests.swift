import DriverKit
import LoopKit
import TestSupport
import Testing

@testable import DriverHost
@testable import TransferKit

@Suite("A limit of bytes a second")
struct ThrottleTests {
  @Test("lets an eighth of a second's bytes pass at once, and then as many as it says")
  func bucket() {
    var bucket = TokenBucket(rate: 8000, now: 10)
    #expect(bucket.take(5000, now: 10) == 1000 && bucket.take(1, now: 10) == 0)
    #expect(bucket.take(5000, now: 10.0625) == 500)
    #expect(bucket.seconds(until: 250, now: 10.0625) == 0.03125)
    // What nobody took for long does not pass at once.
    #expect(bucket.take(5000, now: 100) == 1000)
    #expect(bucket.seconds(until: 5000, now: 100) == 0.125)
    #expect(bucket.take(-1, now: 101) == 0 && bucket.take(1, now: 50) == 1)
  }

  @Test("also lets single bytes pass where there are fewer than eight a second")
  func slow() {
    var bucket = TokenBucket(rate: 1, now: 0)
    #expect(bucket.take(10, now: 0) == 1 && bucket.take(10, now: 0.5) == 0)
    #expect(bucket.take(10, now: 1) == 1)
  }

  /// A clock that goes on with each look at it.
  private final class Clock {
    private(set) var now = 0.0

    func look() -> Double {
      now += 0.01
      return now
    }
  }

  /// A file of so many bytes, which pass as they may.
  private final class Mover {
    let name: String
    private let throttle: Throttle
    private let log: Locked<[String]>
    private var left: Int
    let done = Waiting<Bool>()

    init(_ name: String, _ count: Int, _ throttle: Throttle, _ log: Locked<[String]>) {
      self.name = name
      self.throttle = throttle
      self.log = log
      left = count
    }

    func goOn() {
      let count = throttle.allow(left)
      if count > 0 { log.with { $0.append(name) } }
      left -= count
      guard left > 0 else { return done.finish(.success(true)) }
      do throws(DriverError) {
        try throttle.whenMore { [self] in goOn() }
      } catch {
        done.finish(.failure(error))
      }
    }
  }

  private struct Race: KitScript {
    let log = Locked<[String]>([])

    func run(_ call: Call, _ place: KitPlace) async throws(DriverError) {
      let clock = Clock()
      let throttle = Throttle(bytesPerSecond: 1 << 20, place.loop, now: clock.look)
      let movers = ["a", "b", "c"].map { Mover($0, 200_000, throttle, log) }
      for mover in movers { mover.goOn() }
      for mover in movers { _ = try await mover.done.value(place.scope) }
      let most = 131_072 + clock.now * 1_048_576
      guard most >= 600_000 else {
        throw DriverError(.internal, "more has passed than may")
      }
    }
  }

  @Test("is shared by all files of a call, none of which waits for another's end")
  func shared() async throws {
    let race = Race()
    let outcome = try await KitCall.run(race)
    #expect(outcome.error == nil)
    let log = race.log.with { $0 }
    for name in ["a", "b", "c"] {
      let first = try #require(log.firstIndex(of: name))
      let others = Set(["a", "b", "c"]).subtracting([name])
      let ends = others.compactMap { log.lastIndex(of: $0) }
      #expect(ends.allSatisfy { first < $0 })
    }
  }

  private struct Asking: KitScript {
    let answers = Locked<[Int]>([])

    func run(_ call: Call, _ place: KitPlace) async throws(DriverError) {
      let time = Locked(0.0)
      let throttle = Throttle(bytesPerSecond: 1 << 20, place.loop) {
        time.with { now in
          now += 0.000_001
          return now
        }
      }
      for _ in 0..<100_000 {
        let count = throttle.allow(1 << 18)
        if count > 0 { answers.with { $0.append(count) } }
      }
      // The end of a file may be less.
      let end = throttle.allow(3)
      answers.with { $0.append(end) }
    }
  }

  @Test("gives no crumbs to who asks again and again")
  func crumbs() async throws {
    let asking = Asking()
    #expect(try await KitCall.run(asking).error == nil)
    let answers = asking.answers.with { $0 }
    #expect(answers.first == 131_072 && answers.last == 3)
    let later = answers.dropFirst().dropLast()
    #expect((6...14).contains(later.count) && later.allSatisfy { $0 >= 16_384 }, "\(later)")
  }
}
