import DriverHistory
import TestSupport
import Testing

@testable import DriverHost

@Suite("An execution in a file")
struct RoundTripTests {
  @Test("comes back with all that is known of it")
  func everything() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    var record = ExecutionRecord.made(
      1,
      .failed,
      connector: "a connector",
      parent: "a parent",
      input: ["url": "https://example.com"],
      output: ["status_code": 404]
    )
    record.name = "a name with \u{0}, \u{1F600} and '"
    record.statusMessage = "not found"
    record.errorCode = .remoteFailure
    record.started = record.created.advanced(by: .nanoseconds(1))
    record.duration = .nanoseconds(1_234_567_891)
    record.attempts = 3
    record.driver = "org.example.rest"
    record.driverVersion = "1.2.3"
    await history.recordEnd(record)
    #expect(try await history.execution(record.id) == record)
    #expect(try await history.executions(ExecutionQuery()) == [record])
    #expect(try await history.execution("another") == nil)
    await history.close()
    let again = try SQLiteHistory(reading: fixture.path)
    #expect(try await again.execution(record.id) == record)
  }

  static let values: [Value] = [
    .int(.max), .int(.min), .int(0), .double(1), .double(-0.0), .double(0.1),
    .double(.leastNonzeroMagnitude),
    .double(.greatestFiniteMagnitude), .double(1e16), .decimal(DecimalText("1.10")!),
    .decimal(DecimalText("1")!), .decimal(DecimalText("1e400")!), .decimal(DecimalText("-0")!),
    .decimal(DecimalText("12345678901234567890123456789.5")!), .bytes([]), .bytes([0, 255, 36]),
    .bytes(Array(0...255)), .string(""), .string("\u{0}a\u{0}"), .string("$bytes"), .null,
    .bool(true), .list([]), .map([:]), ["$bytes": "AAE="], ["$decimal": "1"], ["$": 1],
    ["$$bytes": ["$bytes": .bytes([1])]], ["$other": [.bytes([2])]], ["$bytes": 1, "b": 2],
    ["$bytes": .bytes([3])], ["é": 1, "e\u{301}": 2], ["b": 1, "a": 2],
    .json(JSONText(checked: #"{"$bytes":"AAE=","x":1}"#)),
    .json(JSONText(checked: #"[{"$bytes":"AAE="},1.50,1.5,12345678901234567890]"#)),
  ]

  @Test("keeps each value as it was, and of its kind", arguments: values.indices)
  func value(_ index: Int) async throws {
    let value = RoundTripTests.values[index]
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let values: ValueMap = ["value": value, "list": [value, ["in": value]]]
    let record = ExecutionRecord.made(1, input: values, output: ["$one": value])
    await history.recordEnd(record)
    let read = try #require(try await history.execution(record.id))
    #expect(Value.map(read.input).exactly == Value.map(values).exactly)
    #expect(read.output.map { Value.map($0).exactly } == Value.map(["$one": value]).exactly)
  }

  @Test("keeps values that are nested as deep as any can be")
  func depth() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    var value = Value.bytes([1])
    for level in 0..<700 { value = level.isMultiple(of: 2) ? [value] : ["$": value] }
    let record = ExecutionRecord.made(1, input: ["value": value])
    await history.recordEnd(record)
    let read = try #require(try await history.execution(record.id))
    #expect(read.input["value"]?.exactly == value.exactly)
  }

  @Test("keeps of outputs that are too large how large they were")
  func largeOutputs() async throws {
    let fixture = try HistoryFixture()
    var options = HistoryFixture.keepingAll
    options.outputLimit = 1000
    let history = try fixture.open(options)
    let large = ExecutionRecord.made(1, output: ["body": .bytes(Array(repeating: 1, count: 2000))])
    let small = ExecutionRecord.made(2, output: ["body": .bytes(Array(repeating: 1, count: 500))])
    await history.recordEnd(large)
    await history.recordEnd(small)
    let read = try #require(try await history.execution(large.id))
    #expect(read.output == nil)
    #expect(read.droppedOutputSize.map { $0 >= 2000 } == true)
    #expect(try await history.execution(small.id) == small)
  }

  @Test("holds no secret, in none of its files")
  func secrets() async throws {
    let fixture = try HistoryFixture()
    let history = try fixture.open()
    let canary = "canary-of-the-secret"
    var record = ExecutionRecord.made(
      1,
      .running,
      // The host masks inputs before a history has them.
      input: ["user": "anna", "password": "***"]
    )
    record.outputMask = OutputMask(
      places: [JSONPointer(["token"])],
      redactor: Redactor(["password": .string(canary)], secrets: [JSONPointer(["password"])])
    )
    history.record(record)
    #expect(try await history.execution(record.id)?.input["password"] == "***")
    record.status = .succeeded
    record.rawOutput = ["echo": .string("it was \(canary)"), "token": .string("\(canary)2")]
    await history.recordEnd(record)
    let read = try #require(try await history.execution(record.id))
    #expect(read.output == ["echo": "it was ***", "token": "***"])
    func check() throws {
      for name in try fixture.folder.names() {
        let text = String(decoding: try fixture.folder.read(name), as: UTF8.self)
        #expect(!text.contains(canary), "in \(name)")
      }
    }
    #expect(try fixture.folder.names().contains("history.db-wal"))
    try check()
    await history.close()
    try check()
  }
}
