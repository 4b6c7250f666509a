import DriverHost
import Foundation
import TestSupport
import Testing

@Suite(
  "A non-blocking driver of revision 1, with the host of today",
  .requires(.gcc, .gxx, .clang)
)
struct NonblockingDriverTests {
  private func host(_ build: FrozenBuild) async throws -> FrozenHost {
    try FrozenHost(await build.driver("nonblocking"), type: "FROZEN_NONBLOCKING")
  }

  @Test("sets timers, takes them back, and hears of a stop", arguments: FrozenBuild.all)
  func timers(build: FrozenBuild) async throws {
    let host = try await host(build)
    let result = try await host.call("wait")
    // A timer that has run is gone: DH_GONE.
    #expect(result["taken_back"] == 0 && result["ran"] == false && result["gone"] == -3)
    #expect(result["on_loop"] == true)
    let cancelled = await host.failureOfCancelled("wait", ["milliseconds": 600_000])
    #expect(cancelled?.code == .cancelled && cancelled?.outputs["cancelled"] == 0)
    let late = await host.failure("wait", ["milliseconds": 600_000]) {
      $0.timeout = .milliseconds(50)
    }
    #expect(late?.code == .timedOut && late?.outputs["on_loop"] == true)
    #expect(host.misuses == 0)
    #expect(await host.host.close().isClean)
  }

  @Test("watches descriptors, and is posted to", arguments: FrozenBuild.all)
  func reactor(build: FrozenBuild) async throws {
    let host = try await host(build)
    let pipe = try await host.call("pipe")
    #expect(pipe["changed"] == 0 && pipe["events"] == 1 && pipe["text"] == "through")
    #expect(pipe["unwatched"] == 0 && pipe["on_loop"] == true)
    #expect(try await host.call("post")["on_loop"] == true)
    #expect(host.misuses == 0)
  }

  @Test("looks names up", arguments: FrozenBuild.all)
  func lookUps(build: FrozenBuild) async throws {
    let host = try await host(build)
    let result = try await host.call("resolve", ["host": "127.0.0.1"])
    #expect(result["addresses"] == ["127.0.0.1"] && result["taken_back"] == 0)
    #expect(result["ran"] == false && result["on_loop"] == true)
    let error = await host.failure("resolve", ["host": "no such name.invalid"])
    #expect(error?.code == .dns && error?.stage == .call)
    #expect(host.misuses == 0)
  }

  @Test("waits for channels that are full or empty", arguments: FrozenBuild.all)
  func channels(build: FrozenBuild) async throws {
    let host = try await host(build)
    // More than is queued ahead of a reader that waits at first: for as long as it takes the driver to be held back.
    var wasFull = false
    for pause in 0..<8 where !wasFull {
      let items = ValueStream()
      async let sent = host.call("send", ["count": 20_000]) {
        $0.outputs["items"] = .valueStream(items)
      }
      var next: Int64 = 0
      for try await item in items {
        if item[0] != .int(next) || item[1].stringValue?.utf8.count != 200 { break }
        if next == 0 { try await Task.sleep(for: .milliseconds(20 << pause)) }
        next += 1
      }
      let result = try await sent
      #expect(next == 20_000 && result["sent"] == 20_000)
      wasFull = result["again"] == true
    }
    #expect(wasFull)

    let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 11) }
    let copied = try await host.call("copy") { options in
      options.sources["in"] = .bytes(bytes)
      options.outputs["out"] = .collect(limit: 4 << 20)
    }
    #expect(copied["bytes"] == 3_000_000 && copied["out"] == .bytes(bytes))
    #expect(copied["on_loop"] == true && host.misuses == 0)
  }
}
