import DriverKit
import Foundation
import TestSupport
import Testing

@testable import DriverHost

private let alive = Lock(0)

/// Does on its loop what the input `what` names.
private final class LoopDriver: NonblockingDriver {
  private let context: DriverContext
  private let loop: Loop
  private var timers: [LoopTimer] = []
  private var watch: Watch?
  private var lookup: Lookup?

  init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    self.context = context
    self.loop = loop
  }

  func start(_ call: Call) {
    do throws(DriverError) {
      try begin(call)
    } catch {
      call.fail(error)
    }
  }

  private func begin(_ call: Call) throws(DriverError) {
    let probe = Probe(alive)
    switch try call.inputs.required("what").string() {
    case "timer": try timer(call, probe)
    case "watch": try watchPipe(call, probe)
    case "post": post(call, probe)
    case "resolve": try resolve(call, probe)
    case "silence": try silence(call, probe)
    case "stop":
      call.onStop(on: loop) { [self] in
        withExtendedLifetime((self, probe)) { _ = call.fail(DriverError(.cancelled, "obeyed")) }
      }
    case "stop and end":
      call.onStop(on: loop) { withExtendedLifetime(probe) {} }
      call.succeed()
    case "drop": break
    case let what: throw DriverError(.invalidInput, "nothing is called \(what)", pointer: "/what")
    }
  }

  private func timer(_ call: Call, _ probe: Probe) throws(DriverError) {
    let timer = loop.timer { [self] in
      withExtendedLifetime(probe) { _ = call.succeed() }
      timers.removeAll()
    }
    try timer.arm(afterNanoseconds: 3_600_000_000_000)
    try timer.arm(afterNanoseconds: 1_000_000)
    timers.append(timer)
  }

  private func watchPipe(_ call: Call, _ probe: Probe) throws(DriverError) {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw DriverError(.internal, "no pipe") }
    let (reader, writer) = (ends[0], ends[1])
    var seen: [String] = []
    watch = try loop.watch(reader, for: []) { [self] events in
      withExtendedLifetime(probe) {}
      if events.contains(.readable), seen.isEmpty {
        seen.append("readable")
        var byte: UInt8 = 0
        _ = read(reader, &byte, 1)
        close(writer)
        return
      }
      seen.append(events.contains(.hangup) ? "hangup" : "nothing")
      // The watch ends here, inside its own callback.
      watch = nil
      close(reader)
      do throws(DriverError) {
        try call.output("seen", .list(seen.map(OutputValue.string)))
        call.succeed()
      } catch {
        call.fail(error)
      }
    }
    try watch?.change(to: .readable)
    _ = write(writer, "x", 1)
  }

  private func post(_ call: Call, _ probe: Probe) {
    let poster = loop.poster
    let thread = pthread_self()
    loop.post {
      withExtendedLifetime(probe) {}
      // From a thread that is not the loop's.
      Task.detached {
        poster.post {
          let isOnLoop = pthread_equal(thread, pthread_self()) != 0
          if isOnLoop { call.succeed() } else { call.fail(DriverError(.internal, "elsewhere")) }
        }
      }
    }
  }

  private func resolve(_ call: Call, _ probe: Probe) throws(DriverError) {
    let name = try call.inputs.required("name").string()
    lookup = try loop.resolve(name, .ipv4) { [self] answer in
      withExtendedLifetime(probe) {}
      lookup = nil
      switch answer {
      case .success(let addresses):
        do throws(DriverError) {
          try call.output("addresses", .list(addresses.map(OutputValue.string)))
          call.succeed()
        } catch {
          call.fail(error)
        }
      case .failure(let error): call.fail(error)
      }
    }
  }

  /// Everything is taken back at once, and then time passes: nothing may be heard of it.
  private func silence(_ call: Call, _ probe: Probe) throws(DriverError) {
    let heard: () -> Void = {
      withExtendedLifetime(probe) { _ = call.fail(DriverError(.internal, "not silent")) }
    }
    let timer = loop.timer(heard)
    try timer.arm(afterNanoseconds: 0)
    timer.disarm()
    let gone = loop.timer(heard)
    try gone.arm(afterNanoseconds: 0)
    lookup = try loop.resolve("localhost") { _ in heard() }
    lookup?.cancel()
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw DriverError(.internal, "no pipe") }
    _ = write(ends[1], "x", 1)
    let ended = try loop.watch(ends[0], for: .readable) { _ in heard() }
    ended.end()
    close(ends[0])
    close(ends[1])
    call.onStop(on: loop, heard)
    call.onStop(on: loop, nil)
    let later = loop.timer { [self] in
      timers.removeAll()
      lookup = nil
      call.succeed()
    }
    try later.arm(afterNanoseconds: 20_000_000)
    timers.append(later)
  }
}

/// Streams so many bytes to its channel, as fast as the reader takes them.
private final class StreamingDriver: NonblockingDriver {
  private let loop: Loop
  private let block = [UInt8](repeating: 1, count: 64 << 10)

  init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    self.loop = loop
  }

  func start(_ call: Call) {
    guard call.isWanted(0), !call.isWanted(1) else {
      call.fail(DriverError(.internal, "the channels are not as they should be"))
      return
    }
    send(call, blocksLeft: 64, waits: 0)
  }

  private func send(_ call: Call, blocksLeft: Int, waits: Int) {
    var left = blocksLeft
    do throws(DriverError) {
      while left > 0 {
        switch try call.write(block, to: 0) {
        case .taken: left -= 1
        case .unwanted: throw DriverError(.internal, "nobody reads")
        case .again:
          let remaining = left
          try call.onReady(0, on: loop) { [self] in
            send(call, blocksLeft: remaining, waits: waits + 1)
          }
          return
        }
      }
      try call.output("waits", .int(Int64(waits)))
      call.succeed()
    } catch {
      call.fail(error)
    }
  }
}

/// Sends 3,000 trees of one builder, each again until it is taken.
private final class EmittingDriver: NonblockingDriver {
  private let loop: Loop
  private var builder = OutputBuilder()
  private var sent = 0
  private var waits = 0
  /// Whether one has found its queue full.
  static let hasWaited = Locked(false)

  init(_ context: DriverContext, loop: Loop) throws(DriverError) {
    self.loop = loop
  }

  func start(_ call: Call) {
    build()
    send(call)
  }

  private func build() {
    builder.beginMap()
    builder.add(sent, name: "number")
    // A queue holds about a thousand of them.
    builder.add("text of \(sent)" + String(repeating: ".", count: 1000), name: "text")
    builder.end()
  }

  private func send(_ call: Call) {
    do throws(DriverError) {
      while sent < 3000 {
        switch try call.send(&builder, to: 0) {
        case .taken:
          sent += 1
          build()
        case .unwanted: throw DriverError(.internal, "nobody reads")
        case .again:
          waits += 1
          Self.hasWaited.with { $0 = true }
          try call.onReady(0, on: loop) { [self] in send(call) }
          return
        }
      }
      try call.output("waits", .int(Int64(waits)))
      call.succeed()
    } catch {
      call.fail(error)
    }
  }
}

/// Posts from another thread while its instance is being ended, and lets go of a timer there.
private final class LastWordsDriver: NonblockingDriver {
  /// What ran on the loop's thread, in order.
  static let heard = Lock<[String]>([])
  private let loop: Loop
  private let thread = pthread_self()
  private var timer: LoopTimer?

  init(_ context: DriverContext, loop: Loop) throws(DriverError) { self.loop = loop }

  func start(_ call: Call) {
    let timer = loop.timer { Self.heard.withLock { $0.append("timer") } }
    do throws(DriverError) {
      try timer.arm(afterNanoseconds: 3_600_000_000_000)
      self.timer = timer
      call.succeed()
    } catch {
      call.fail(error)
    }
  }

  deinit {
    nonisolated(unsafe) var timer = timer.take()
    let (poster, home) = (loop.poster, thread)
    let isDone = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
      if timer != nil { timer = nil }
      poster.post {
        let isHome = pthread_equal(pthread_self(), home) != 0
        Self.heard.withLock { $0.append(isHome ? "first" : "elsewhere") }
        poster.post { Self.heard.withLock { $0.append("second") } }
      }
      isDone.signal()
    }
    isDone.wait()
    Self.heard.withLock { $0.append("gone") }
  }
}

@Suite("A loop", .serialized)
struct LoopTests {
  @Test("does at the end of destroy what other threads of the driver want done meanwhile")
  func lastWords() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(LastWordsDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
    #expect(try await host.run().error == nil)
    var stuck: Set<ObjectIdentifier> = []
    let hasEnded = await host.runtime.close(within: .seconds(60), stuck: &stuck)
    #expect(hasEnded)
    #expect(LastWordsDriver.heard.withLock { $0 } == ["gone", "first", "second"])
    // The timer that was let go of elsewhere was taken back before the host looked for what is left.
    #expect(host.runtime.counts.misuses == 0)
  }

  private func host() throws -> KitHost {
    try KitHost(
      DriverEntry { DriverEntry.create(LoopDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
  }

  @Test(
    "runs closures for timers, posts and calls, and frees each when it is over",
    arguments: ["timer", "post", "silence", "stop and end"]
  )
  func closures(what: String) async throws {
    let host = try host()
    for _ in 0..<10 {
      let outcome = try await host.run(["what": .string(what)])
      #expect(outcome.error == nil)
    }
    try await eventually { alive.withLock { $0 } == 0 }
    #expect(host.runtime.counts.misuses == 0)
  }

  @Test("tells of a descriptor's events, also that its peer has gone")
  func watch() async throws {
    let host = try host()
    let outcome = try await host.run(["what": "watch"])
    #expect(outcome.error == nil)
    #expect(outcome.outputs["seen"] == ["readable", "hangup"])
    try await eventually { alive.withLock { $0 } == 0 }
    #expect(host.runtime.counts.misuses == 0)
  }

  @Test("looks names up, and says why one has no address")
  func resolve() async throws {
    let host = try host()
    let found = try await host.run(["what": "resolve", "name": "localhost"])
    #expect(found.outputs["addresses"] == ["127.0.0.1"])
    let missing = try await host.run(["what": "resolve", "name": "no-such-name.invalid"])
    #expect(missing.error?.code == .dns)
    try await eventually { alive.withLock { $0 } == 0 }
  }

  @Test("hears of a stop, and the call ends as the stop function says")
  func stop() async throws {
    let host = try host()
    let outcome = try await host.run(["what": "stop"], timeout: .milliseconds(10))
    #expect(outcome.error?.code == .timedOut)
    #expect(outcome.error?.detail?.contains("obeyed") == true)
    try await eventually { alive.withLock { $0 } == 0 }
    #expect(host.runtime.counts.abandoned == 0)
  }

  @Test("ends a call that its driver lets go of, with an error that says so")
  func dropped() async throws {
    let outcome = try await host().run(["what": "drop"])
    #expect(outcome.error?.code == .internal)
    #expect(outcome.error?.message.contains("let go of the call without ending it") == true)
  }

  @Test("holds a driver back behind a slow reader, and loses nothing")
  func stream() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(StreamingDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
    let channel = OutputChannel(name: "body", content: .bytes, way: .streamed)
    async let outcome = host.run(channels: [.output(channel), nil])
    var total = 0
    while let item = try await channel.next() {
      guard case .bytes(let bytes) = item else { continue }
      total += bytes.count
      try await Task.sleep(for: .milliseconds(1))
    }
    #expect(total == 4 << 20)
    #expect(try await outcome.error == nil)
    #expect(try await outcome.outputs["waits"] != 0)
  }

  @Test("keeps a builder's tree until a slow reader has room for it, and loses none")
  func send() async throws {
    let host = try KitHost(
      DriverEntry { DriverEntry.create(EmittingDriver.self, $0, $1, $2, $3) },
      isBlocking: false
    )
    let channel = OutputChannel(name: "items", content: .values, way: .streamed)
    async let outcome = host.run(channels: [.output(channel)])
    try await eventually("the queue is full before the first is taken out") {
      EmittingDriver.hasWaited.with { $0 }
    }
    var count = 0
    while let item = try await channel.next() {
      guard case .value(let value, _) = item else { continue }
      #expect(value["number"] == .int(Int64(count)))
      #expect(value["text"].stringValue?.hasPrefix("text of \(count).") == true)
      count += 1
    }
    #expect(count == 3000)
    #expect(try await outcome.error == nil)
    #expect(try await outcome.outputs["waits"] != 0)
  }
}
