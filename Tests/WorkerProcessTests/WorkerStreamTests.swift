import DriverHost
import Foundation
import TestSupport
import Testing

@Suite("Bytes and rows of a driver in a process of its own", .requires(.gcc))
struct WorkerStreamTests {
  @Test("go both ways, whole, in pieces of any size")
  func bytes() async throws {
    let pair = try await DriverPair(.example("c-stream"), type: "STREAM")
    for size in [0, 1, 262_144, 3_000_001] {
      let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let outcome = try await pair.expectEqual("copy") { options in
        options.sources["in"] = .bytes(bytes)
        options.outputs["out"] = .collect(limit: 1 << 23)
      }
      #expect(outcome.outputs["out"] == .bytes(bytes))
      #expect(outcome.progress?.done ?? 0 == UInt64(size))
    }
    // Nothing connected; one that breaks off; a limit of what is collected.
    try await pair.expectEqual("copy")
    try await pair.expectEqual("copy") { options in
      options.sources["in"] = .handler(length: 10) { _ in [] }
      options.outputs["out"] = .collect(limit: 100)
    }
    try await pair.expectEqual("generate", ["size": 1000]) {
      $0.outputs["out"] = .collect(limit: 999)
    }
    await pair.close()
  }

  @Test("are held back by a slow reader, and end when it leaves")
  func slowReader() async throws {
    let host = try TrialHost(try await TrialDriver.example("c-stream").proxy(), type: "STREAM")
    let output = ByteStream()
    async let result = host.call("generate", ["size": .int(1 << 40)]) {
      $0.outputs["out"] = .stream(output)
    }
    var total = 0
    for try await bytes in output {
      total += bytes.count
      try await Task.sleep(for: .milliseconds(2))
      let written = host.host.statistics.drivers["STREAM"]?.bytesWritten ?? 0
      #expect(written <= Int64(total) + 2 << 20)
      if total > 4 << 20 { break }
    }
    #expect(try await result["bytes"].intValue ?? 0 < 1 << 30)
    #expect(await host.host.close().isClean)
  }

  @Test("are read on one thread while they are written on another")
  func bothWays() async throws {
    let pair = try await DriverPair(.trial, type: "TRIAL")
    for side in [pair.here, pair.there] {
      let received = Locked(0)
      let result = try await side.call("twice") { options in
        options.outputs["out"] = .bytes { bytes in received.with { $0 += bytes.count } }
        let left = Locked(3)
        options.sources["in"] = .handler { _ in
          // What the driver writes has to come first.
          while received.with({ $0 }) < 100 { usleep(1000) }
          return left.with { left in
            left -= 1
            return left < 0 ? [] : [UInt8](repeating: 1, count: 50)
          }
        }
      }
      #expect(result["read"] == 150 && result["last"] == 0)
    }
    await pair.close()
  }

  @Test("are told of: who wants them, how long they are, and that they can be read again")
  func channels() async throws {
    let pair = try await DriverPair(.trial, type: "TRIAL")
    let outcome = try await pair.expectEqual("channels") { options in
      options.sources["in"] = .bytes(Array("abcdef".utf8))
      options.outputs["out"] = .collect(limit: 10)
    }
    #expect(outcome.outputs["again_bytes"] == "bcd")
    try await pair.expectEqual("channels")
    // A wrong channel is the driver's fault on either side.
    for side in [pair.here, pair.there] {
      #expect(side.host.statistics.drivers["TRIAL"]?.misuses ?? 0 > 0)
      #expect(await side.host.close().isClean)
    }
    #expect(
      pair.here.host.statistics.drivers["TRIAL"]?.misuses
        == pair.there.host.statistics.drivers["TRIAL"]?.misuses
    )
  }

  @Test("can be values, one after the other")
  func values() async throws {
    let pair = try await DriverPair(.trial, type: "TRIAL")
    let outcome = try await pair.expectEqual("values", ["count": 100]) {
      $0.outputs["items"] = .collect(limit: 1 << 20)
    }
    #expect(outcome.outputs["items"]?.listValue?.count == 100)
    #expect(outcome.outputs["items"]?.listValue?.last?["number"] == 99)
    try await pair.expectEqual("values")
    await pair.close()
  }

  @Test("have rows of every type, in one result set and in several, and rows that break off")
  func rows() async throws {
    let pair = try await DriverPair(.fixture("arrow"), type: "ARROW")
    let outcome = try await pair.expectEqual()
    #expect(outcome.outputs["rows"]?.listValue?.count == 17)
    for what in ["two", "error", "schema_error", "again"] {
      try await pair.expectEqual(nil, ["what": .string(what)], ignoring: ["again"])
    }
    try await pair.expectEqual(nil, ["batches": 0])
    #expect(await pair.there.host.close().isClean)
  }

  @Test(
    "that break a rule are refused, and cost their call only",
    arguments: ["format", "length", "negative", "children", "buffers", "no_buffer", "released"]
  )
  func brokenRows(what: String) async throws {
    let host = try TrialHost(try await TrialDriver.fixture("arrow").proxy(), type: "ARROW")
    #expect(await host.outcome(nil, ["what": .string(what)]).failure != nil)
    #expect(await host.outcome(nil, ["batches": 1]).outputs["rows"]?.listValue?.count == 7)
    #expect(await host.host.close().isClean)
  }

  @Test("are read batch by batch, in memory that outlives the process")
  func batches() async throws {
    let pair = try await DriverPair(.example("c-stream"), type: "STREAM")
    let kept = Locked<[[RecordBatch]]>([])
    for side in [pair.here, pair.there] {
      let batches = Locked<[RecordBatch]>([])
      let inputs: ValueMap = ["count": 1000, "batch": 300]
      let outcome = await side.outcome("rows", inputs) { options in
        options.onRows = { stream in
          #expect(stream.name == "squares")
          #expect(try await stream.columns().map(\.name) == ["number", "square", "name"])
          for try await batch in stream { batches.with { $0.append(batch) } }
        }
      }
      #expect(outcome.failure == nil && outcome.progress?.done == 1000)
      kept.with { $0.append(batches.with { $0 }) }
      // Let go of before their end, they make the call cancelled.
      let part = await side.outcome("rows", inputs) { options in
        options.onRows = { _ = try await $0.next() }
      }
      #expect(part.failure?.code == .cancelled)
    }
    await pair.close()
    let (ours, others) = kept.with { ($0[0], $0[1]) }
    #expect(ours.map(\.rowCount) == [300, 300, 300, 100])
    #expect(ours.map(\.rowCount) == others.map(\.rowCount))
    for (our, other) in zip(ours, others) {
      #expect((0..<our.rowCount).allSatisfy { our.row($0) == other.row($0) })
    }
  }
}
