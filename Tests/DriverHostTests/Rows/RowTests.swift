import DriverABI
import DriverHost
import Synchronization
import TestSupport
import Testing

@Suite("Rows")
struct RowTests {
  private let fixture: FixtureHost

  init() throws { fixture = try FixtureHost("arrow") }

  private func rows(_ inputs: ValueMap = [:]) async throws -> [Value] {
    try #require(try await fixture.call("ARROW", nil, inputs)["rows"].listValue)
  }

  @Test(
    "of every type become values: numbers as numbers, decimals exact, times as text of ISO 8601"
  )
  func values() async throws {
    let rows = try await rows()
    // Batches of 7, 5 and 5 rows: the second begins at each column's third value, the third at its own third row.
    #expect(rows.count == 17)
    let first = rows[1]
    #expect(
      first["int64"] == .int(.max)
        && first["uint64"] == .decimal(DecimalText("18446744073709551615")!)
    )
    #expect(first["decimal128"] == .decimal(DecimalText("-0.01")!))
    #expect(first["decimal256"] == .decimal(DecimalText("-0.005")!))
    #expect(first["binary"] == .bytes(Array("abc".utf8)) && first["utf8"] == "abc")
    #expect(first["date32"] == "1969-12-31" && first["date64"] == "1969-12-31")
    #expect(first["time_us"] == "23:59:59.999999" && first["time_ns"] == "23:59:59.999999999")
    #expect(first["timestamp_s"] == "1969-12-31T23:59:59")
    #expect(first["timestamp_ms"] == "1970-01-01T05:29:59.999+05:30")
    #expect(first["list"] == [.int(-2_147_483_648)])
    #expect(first["struct"] == ["a": .int(.max), "b": "abc"])
    #expect(rows[4]["half"] == "inf" && rows[2]["double"] == .double(.leastNonzeroMagnitude))
    for (name, value) in try #require(rows[3].mapValue) where name != "null" {
      #expect(value == .null, "\(name)")
    }
    #expect(Array(rows[2..<7]) == Array(rows[7..<12]))
    #expect(Array(rows[2..<7]) == Array(rows[12..<17]))
  }

  @Test("are read batch by batch as typed columns, in memory that outlives the call")
  func columns() async throws {
    let kept = Lock<[RecordBatch]>([])
    let result = try await fixture.call("ARROW") { options in
      options.onRows = { stream in
        #expect(stream.name == "rows")
        #expect(try await stream.columns().count == 32)
        for try await batch in stream { kept.withLock { $0.append(batch) } }
      }
    }
    #expect(result["batches"] == 3)
    let batches = kept.withLock { $0 }
    #expect(batches.map(\.rowCount) == [7, 5, 5])
    for batch in batches.dropFirst() {
      #expect(try Array(batch.column("int64", as: Int64.self)) == [0, nil, -1, 5, 6])
      #expect(
        try Array(batch.column("double", as: Double.self)) == [
          .leastNonzeroMagnitude, nil, 2, 5, 6,
        ]
      )
      #expect(try Array(batch.column("bool", as: Bool.self)) == [true, nil, true, true, false])
      #expect(try batch.column("decimal128", as: String.self)[3] == "0.05")
      let sum = try batch.withValues(ofColumn: "int32", as: Int32.self) { values, hasNulls in
        #expect(hasNulls && values.count == 5)
        return values[0] + values[2] + values[3] + values[4]
      }
      #expect(sum == 10)
    }
    #expect(throws: HostError.self) { try batches[0].column("int46", as: Int64.self) }
    let error = #expect(throws: HostError.self) {
      try batches[0].column("uint64", as: Int64.self)
    }
    #expect(error?.message.contains("uint64") == true)
  }

  @Test(
    "that break a rule are refused with what is wrong, and cost their call only",
    arguments: [
      ("format", "format `vu`"), ("no_struct", "instead of a struct"),
      ("length", "3 elements where 7"), ("negative", "-1 elements"), ("children", "31 children"),
      ("buffers", "2 buffers"), ("no_buffer", "no buffers"), ("released", "released already"),
      ("offsets", "offsets from 0 to -4"), ("no_get_next", "no get_next"),
    ]
  )
  func broken(what: String, reason: String) async throws {
    let error = await fixture.failure("ARROW", nil, ["what": .string(what)])
    #expect(error?.code == .internal)
    #expect(error?.message.contains(reason) == true, "\(error as Any)")
    #expect(try await rows(["batches": 1]).count == 7)
  }

  @Test("that break off end with what the driver says of it, not with what the stream said")
  func breakOff() async throws {
    let error = await fixture.failure("ARROW", nil, ["what": "error"])
    #expect(error?.message == "the server lost its disk")
    #expect(error?.vendorState == "58030")
    let other = await fixture.failure("ARROW", nil, ["what": "schema_error"])
    #expect(other?.message.contains("the rows broke off: Protocol error") == true)
  }

  @Test("come in several result sets, one after the other")
  func several() async throws {
    let result = try await fixture.call("ARROW", nil, ["what": "two"])
    #expect(result["rows"].listValue?.count == 17)
    #expect(result["second"].listValue?.count == 7)
  }

  @Test("are taken once: the same stream again is refused, as is an end before their release")
  func misuse() async throws {
    let again = try await fixture.call("ARROW", nil, ["what": "again"])
    #expect(again["again"] == .int(Int64(DH_INVALID)))
    #expect(await fixture.failure("ARROW", nil, ["what": "done_early"]) != nil)
    #expect(fixture.host.statistics.drivers["ARROW"]?.misuses == 2)
  }

  @Test("whose driver does not end the call after them are given up with that reason")
  func neverDone() async throws {
    let error = await fixture.failure("ARROW", nil, ["what": "never_done"])
    #expect(error?.message.contains("after its rows were released") == true)
  }

  @Test("are pulled by another thread where the driver waits for them in `start`")
  func waitInStart() async throws {
    let single = try FixtureHost("arrow") { $0.threads = 1 }
    let result = try await single.call("ARROW", nil, ["what": "wait_in_start"])
    #expect(result["rows"].listValue?.count == 17)
  }

  @Test("that hang end at the deadline and grace, though nobody comes out of the driver")
  func hang() async throws {
    let error = await fixture.failure("ARROW", nil, ["what": "hang"], timeout: 50)
    #expect(error?.code == .timedOut)
    #expect(fixture.host.statistics.wedgedThreads == 1)
    try await eventually { fixture.host.statistics.wedgedThreads == 0 }
  }

  @Test("let go of before their end make the call cancelled, with the consumer's reason")
  func letGo() async throws {
    struct Enough: Error {}
    await #expect {
      try await fixture.call("ARROW") { options in
        options.onRows = { stream in
          _ = try await stream.next()
          throw Enough()
        }
      }
    } throws: { ($0 as? HostError)?.message.contains("Enough") == true }
    await #expect {
      try await fixture.call("ARROW") { options in
        options.onRows = { stream in _ = try await stream.next() }
      }
    } throws: { ($0 as? HostError)?.code == .cancelled }
  }

  @Test("held by a slow consumer beyond the deadline cost their driver nothing")
  func slowConsumer() async throws {
    await #expect {
      try await fixture.call("ARROW", timeout: 50) { options in
        options.onRows = { stream in
          while try await stream.next() != nil { try await Task.sleep(for: .milliseconds(40)) }
        }
      }
    } throws: { ($0 as? HostError)?.code == .timedOut }
    #expect(fixture.host.statistics.drivers["ARROW"]?.abandonedCalls == 0)
  }

  @Test("in a stream that is kept answer that they were cancelled, once the call has ended")
  func keptStream() async throws {
    let kept = Lock<RowStream?>(nil)
    _ = try? await fixture.call("ARROW") { options in
      options.onRows = { stream in kept.withLock { $0 = stream } }
    }
    let stream = try #require(kept.withLock { $0 })
    await #expect { try await stream.next() } throws: { ($0 as? HostError)?.code == .cancelled }
  }

  @Test("over the limit of collected outputs are refused with a way out")
  func limit() async throws {
    let small = try FixtureHost("arrow") { $0.outputLimit = 4000 }
    let error = await small.failure("ARROW")
    #expect(error?.code == .tooLarge)
    #expect(error?.message.contains("read them as a stream") == true)
  }

  @Test("of a cancelled task are given back, and the driver ends its call")
  func cancelled() async throws {
    let task = Task { [fixture] in
      try await fixture.call("ARROW", nil, ["batches": 1_000_000]) { options in
        options.onRows = { stream in while try await stream.next() != nil {} }
      }
    }
    try await eventually { fixture.host.statistics.drivers["ARROW"]?.runningCalls == 1 }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    #expect(fixture.host.statistics.drivers["ARROW"]?.abandonedCalls == 0)
    #expect(await fixture.host.close().isClean)
  }
}
