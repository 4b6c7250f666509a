import DriverABI
import Glibc

/// A non-blocking driver on one loop: what a `dh_loop_v1` points to.
///
/// A driver may keep that address until the process ends, so this is never freed: see `Immortals`.
/// Everything mutable is touched on the loop's thread only.
@safe
final class DriverLoop: @unchecked Sendable {
  /// From here on a callback counts as slow.
  private static let slowAfter = 20_000_000
  /// How many turns of the loop a driver has for posts that follow from others, while its instance is being ended.
  private static let turnsAtEnd = 100
  /// How many posts of one turn are the work of a driver that never stops: waiting for its end, they would be ever more.
  private static let mostPostsInTurn = 1_000

  /// What other threads ask for too.
  private struct Life {
    /// What the driver has posted that has not run yet.
    var pendingPosts = 0
    /// Whether an instance was, or is being, made.
    var isMade = false
    /// Whether none is made any more.
    var isClosed = false
    /// Whether nothing is taken any more that the driver posts.
    var takesNoPosts = false
  }

  let loop: EventLoop
  // Both live for ever and know each other.
  unowned let driver: DriverRuntime
  private var instance: InstanceHandle?
  private let isProbed: Bool
  private let life = Lock(Life())
  /// Ids of the look-ups that the driver waits for.
  var lookups: Set<Int64> = []
  var lastLookup: Int64 = 0

  init(_ loop: EventLoop, driver: DriverRuntime) {
    self.loop = loop
    self.driver = driver
    isProbed = driver.probing != nil
    Immortals.keep(self)
  }

  /// What the driver is given.
  var address: OpaquePointer {
    unsafe OpaquePointer(Unmanaged.passUnretained(self).toOpaque())
  }

  /// The loop behind an address that a driver gave back.
  static func at(_ address: OpaquePointer) -> DriverLoop {
    unsafe Unmanaged<DriverLoop>.fromOpaque(UnsafeRawPointer(address)).takeUnretainedValue()
  }

  /// The instance on this loop, made by the first call.
  func getInstance() throws(HostError) -> InstanceHandle {
    if let instance { return instance }
    let isClosed = life.withLock { life in
      if !life.isClosed { life.isMade = true }
      return life.isClosed
    }
    if isClosed { throw HostError(.unavailable, stage: .call, "the host was closed") }
    let made = try InstanceHandle.make(for: driver, loop: self)
    instance = made
    return made
  }

  /// Makes no instance any more, and takes nothing that the driver posts; an instance that there is stays.
  func close() {
    life.withLock { life in
      life.isClosed = true
      life.takesNoPosts = true
    }
  }

  /// Has what the driver posts run on the loop; false where that is not to be, since its instance is being ended.
  func post(_ work: sending @escaping () -> Void) -> Bool {
    nonisolated(unsafe) let crossing = work
    return life.withLock { life in
      guard !life.takesNoPosts else { return false }
      let isTaken = loop.post { [self] in
        self.life.withLock { $0.pendingPosts -= 1 }
        unsafe crossing()
      }
      if isTaken { life.pendingPosts += 1 }
      return isTaken
    }
  }

  /// Ends the instance, after all that the driver has posted until then.
  ///
  /// Nothing of the instance runs between the last post that is taken and its `destroy`, save where a driver goes on
  /// posting: it is cut off after some turns of the loop, or once it posts faster than the loop can run, and what it has
  /// posted until then still runs.
  ///
  /// - Parameters:
  ///   - turns: After how many turns it is cut off; nil where none has begun.
  ///   - destroy: Ends an instance, on the loop; not called where there is none.
  ///   - done: Hears that it has ended, on the loop; here where the loop has ended before, or never had one.
  func end(
    turns: Int? = nil,
    _ destroy: @escaping @Sendable (InstanceHandle) -> Void,
    _ done: @escaping @Sendable () -> Void
  ) {
    if closeIfUnused() { return done() }
    let isTaken = loop.post { [self] in
      // What was posted before the end began is as much as it is.
      let most = turns == nil ? Int.max : turns == 0 ? 0 : DriverLoop.mostPostsInTurn
      guard stopPosting(over: most) else {
        return end(turns: max(0, (turns ?? DriverLoop.turnsAtEnd) - 1), destroy, done)
      }
      close()
      if let instance {
        self.instance = nil
        destroy(instance)
        takeBackAll()
      }
      done()
    }
    if !isTaken { done() }
  }

  /// Takes nothing of the driver's any more that is posted, unless something waits.
  ///
  /// - Parameter most: Where more than this waits, nothing is taken either, and what waits comes to its end.
  /// - Returns: Whether nothing waits.
  private func stopPosting(over most: Int) -> Bool {
    life.withLock { life in
      if life.pendingPosts == 0 || life.pendingPosts > most { life.takesNoPosts = true }
      return life.pendingPosts == 0
    }
  }

  /// Whether there never was an instance here.
  var isUnused: Bool { life.withLock { !$0.isMade } }

  /// Makes no instance any more where there never was one; whether that is so.
  ///
  /// Whoever has nothing on a loop need not wait for it: another driver may be stuck there.
  private func closeIfUnused() -> Bool {
    life.withLock { life in
      if !life.isMade { life.isClosed = true }
      return !life.isMade
    }
  }

  /// Whose the watches and timers are that it has.
  var owner: ObjectIdentifier { ObjectIdentifier(self) }

  /// Takes back what the instance has left on the loop, and says what that was: after its `destroy`.
  ///
  /// Each would be called with what was freed, most likely.
  private func takeBackAll() {
    let (watches, timers) = loop.removeAll(of: owner)
    let all = [
      (watches, "watch", "watches"), (timers, "timer", "timers"),
      (lookups.count, "look-up", "look-ups"),
    ]
    lookups = []
    let left = all.filter { $0.0 > 0 }.map { "\($0.0) \($0.0 == 1 ? $0.1 : $0.2)" }
    guard !left.isEmpty else { return }
    driver.reportMisuse("LOOP-9", "its `destroy` left \(left.joined(separator: ", ")) on the loop")
  }

  /// How long this thread has waited for a processor although it could run, in nanoseconds; 0 where the system does
  /// not say.
  ///
  /// The second number of `schedstat`: see proc(5).
  private static func timeWithoutProcessor() -> Int64 {
    let descriptor = unsafe open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return 0 }
    defer { Glibc.close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 128)
    let count = unsafe read(descriptor, &buffer, buffer.count)
    let numbers = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self).split(
      separator: " "
    )
    return numbers.count > 1 ? Int64(numbers[1]) ?? 0 : 0
  }

  /// Runs code of the driver, and says so if it holds the loop up.
  func measured(_ what: StaticString, _ body: () -> Void) {
    // Where a driver is held to the limit, a machine that is busy with something else must not count.
    let waited = isProbed ? DriverLoop.timeWithoutProcessor() : 0
    let start = MonotonicTime.now.nanoseconds
    body()
    var taken = MonotonicTime.now.nanoseconds - start
    if isProbed { taken -= DriverLoop.timeWithoutProcessor() - waited }
    if taken > DriverLoop.slowAfter {
      driver.reportSlowCallback("\(what)", .nanoseconds(taken))
    }
  }
}

/// What drivers hold addresses of, kept for as long as the process lives.
enum Immortals {
  private static let kept = Lock<[any AnyObject & Sendable]>([])

  static func keep(_ object: any AnyObject & Sendable) {
    kept.withLock { $0.append(object) }
  }

  /// Whether a runtime of that driver is among them: for tests.
  static func haveRuntime(ofDriver id: String) -> Bool {
    kept.withLock { $0.contains { ($0 as? DriverRuntime)?.traits.id == id } }
  }
}
