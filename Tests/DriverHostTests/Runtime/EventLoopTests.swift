import DriverABI
import Glibc
import TestSupport
import Testing

@testable import DriverHost

@Suite("An event loop")
struct EventLoopTests {
  /// Whose watches and timers are whose.
  private final class Owner: Sendable {}

  /// Runs a test's code on a loop's thread.
  private func onLoop<Value: Sendable>(
    _ loop: EventLoop,
    _ body: @escaping @Sendable () -> Value
  ) async -> Value {
    await withCheckedContinuation { done in loop.post { done.resume(returning: body()) } }
  }

  /// Two connected sockets.
  private func sockets() throws -> (Int32, Int32) {
    var pair: [Int32] = [0, 0]
    try #require(
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK, 0, &pair) == 0
    )
    return (pair[0], pair[1])
  }

  @Test("tells nothing of what is watched for nothing, not even that a peer has gone")
  func silent() async throws {
    let loop = try EventLoop(name: "test-loop")
    defer { loop.close() }
    let (own, peer) = try sockets()
    let (owner, seen) = (Owner(), Lock<[UInt32]>([]))
    let watched = await onLoop(loop) {
      let result = loop.watch(own, for: DH_READABLE, owner: ObjectIdentifier(owner)) { events in
        seen.withLock { $0.append(events) }
      }
      let id = (try? result.get()) ?? 0
      return (id, loop.changes(id, to: 0, owner: ObjectIdentifier(owner)))
    }
    #expect(watched.0 > 0 && watched.1)
    close(peer)
    // Many turns of the loop, in which a hang-up would be told each time.
    for _ in 0..<20 {
      try await Task.sleep(for: .milliseconds(2))
      _ = await onLoop(loop) { 0 }
    }
    #expect(seen.withLock { $0 }.isEmpty)
    // What is asked for again is told, of what has happened meanwhile.
    let isChanged = await onLoop(loop) {
      loop.changes(watched.0, to: DH_HANGUP, owner: ObjectIdentifier(owner))
    }
    #expect(isChanged)
    try await eventually { seen.withLock { $0.first } == DH_HANGUP }
    let isEnded = await onLoop(loop) { loop.unwatch(watched.0, owner: ObjectIdentifier(owner)) }
    #expect(isEnded)
    close(own)
  }

  @Test("watches for nothing from the beginning where it is asked to")
  func silentFromTheBeginning() async throws {
    let loop = try EventLoop(name: "test-loop")
    defer { loop.close() }
    let (own, peer) = try sockets()
    close(peer)
    let (owner, count) = (Owner(), Lock(0))
    let id = await onLoop(loop) {
      let result = loop.watch(own, for: 0, owner: ObjectIdentifier(owner)) { _ in
        count.withLock { $0 += 1 }
      }
      return (try? result.get()) ?? 0
    }
    for _ in 0..<10 { _ = await onLoop(loop) { 0 } }
    #expect(id > 0 && count.withLock { $0 } == 0)
    let isKnown = await onLoop(loop) { loop.changes(id, to: 0, owner: ObjectIdentifier(owner)) }
    #expect(isKnown)
    close(own)
    let isClosed = await onLoop(loop) { loop.changes(id, to: 0, owner: ObjectIdentifier(owner)) }
    #expect(!isClosed)
    _ = await onLoop(loop) { loop.unwatch(id, owner: ObjectIdentifier(owner)) }
  }

  @Test("lets nobody change, end or take back what is another's")
  func owners() async throws {
    let loop = try EventLoop(name: "test-loop")
    defer { loop.close() }
    let (own, peer) = try sockets()
    let (owner, stranger) = (Owner(), Owner())
    let answers = await onLoop(loop) {
      let (mine, theirs) = (ObjectIdentifier(owner), ObjectIdentifier(stranger))
      let watch = (try? loop.watch(own, for: DH_READABLE, owner: mine) { _ in }.get()) ?? 0
      let timer = loop.addTimer(after: 60_000_000_000, owner: mine) {}
      return [
        loop.changes(watch, to: 0, owner: theirs), loop.unwatch(watch, owner: theirs),
        loop.cancelTimer(timer, owner: theirs), loop.changes(watch, to: 0, owner: mine),
        loop.unwatch(watch, owner: mine), loop.cancelTimer(timer, owner: mine),
      ]
    }
    #expect(answers == [false, false, false, true, true, true])
    close(own)
    close(peer)
  }
}

extension EventLoop {
  /// Whether a watch could be changed.
  fileprivate func changes(_ id: Int64, to flags: UInt32, owner: ObjectIdentifier) -> Bool {
    (try? change(id, to: flags, owner: owner)) != nil
  }
}
