import DriverKit
import Testing

@testable import DriverHost

private let columns: [(RowField, [Value])] = [
  (RowField("bool", .bool), [true, .null, false]),
  (RowField("int8", .int8), [-1, .null, 127]),
  (RowField("int64", .int64), [-1, .null, .int(1 << 40)]),
  (RowField("uint32", .uint32, isNullable: false), [1, 2, 4_294_967_295]),
  (RowField("double", .double), [0.5, .null, -2.25]),
  (RowField("utf8", .utf8), ["", .null, "größer 😀"]),
  (RowField("large_utf8", .largeUTF8), ["a", "b", .null]),
  (RowField("binary", .binary), [.bytes([0, 255]), .bytes([]), .null]),
  (RowField("date", .date), ["1970-01-02", .null, "1969-12-31"]),
]

/// So many batches of three rows, and then an end or an error.
private final class Producer: RowProducer {
  private let left: Lock<Int>
  private let failure: DriverError?
  private let probe: Probe
  private let closed: Lock<[String]>

  init(batches: Int, failure: DriverError? = nil, _ probe: Probe, _ closed: Lock<[String]>) {
    left = Lock(batches)
    self.failure = failure
    self.probe = probe
    self.closed = closed
  }

  func next() throws(DriverError) -> RowBatch? {
    let isOver = left.withLock { left in
      left -= 1
      return left < 0
    }
    if isOver {
      if let failure { throw failure }
      return nil
    }
    return RowBatch(count: 3, columns: columns.map { Producer.column($0.0.type, $0.1) })
  }

  private static func column(_ type: RowType, _ values: [Value]) -> RowColumn {
    var builder = RowColumnBuilder(type, capacity: 1)
    for value in values {
      switch (type, value) {
      case (_, .null): builder.appendNull()
      case (.int8, .int(let number)): builder.append(Int8(number))
      case (.int64, .int(let number)): builder.append(number)
      case (.uint32, .int(let number)): builder.append(UInt32(number))
      case (.date, .string(let text)): builder.append(text.hasPrefix("1970") ? Int32(1) : Int32(-1))
      case (_, .bool(let truth)): builder.append(truth)
      case (_, .double(let number)): builder.append(number)
      case (_, .string(let text)): builder.append(text)
      case (_, .bytes(let bytes)): builder.append(bytes.span)
      default: Issue.record("no such value")
      }
    }
    return builder.take()
  }

  func close(_ call: Call, _ error: DriverError?) {
    closed.withLock { $0.append(error?.message ?? "well") }
    call.end(error)
  }
}

private let state = (probes: Lock(0), closed: Lock<[String]>([]))

private final class RowsDriver: BlockingDriver {
  init(_ context: DriverContext) throws(DriverError) {}

  func run(_ call: Call) throws(DriverError) {
    let batches = try call.inputs.required("batches").int(in: 0...1000)
    let failure =
      call.inputs["fail"] == nil ? nil : DriverError(.remoteFailure, "the table is gone")
    let producer = Producer(batches: batches, failure: failure, Probe(state.probes), state.closed)
    try call.rows("rows", columns.map(\.0), from: producer)
  }
}

@Suite("Rows of a driver in Swift", .serialized)
struct RowTests {
  private let host: KitHost

  init() throws {
    host = try KitHost(
      DriverEntry { DriverEntry.create(RowsDriver.self, $0, $1, $2, $3) },
      isBlocking: true
    )
    state.closed.withLock { $0 = [] }
  }

  /// Runs a call, and reads its rows up to a number of batches.
  private func run(
    _ inputs: ValueMap,
    upTo limit: Int = .max
  ) async throws -> (batches: [RecordBatch], error: HostError?) {
    let (sources, announced) = AsyncStream.makeStream(of: RowSource.self)
    var request = CallRequest(action: "run", inputs: inputs, execution: UUID.makeV7())
    request.onRows = { source in
      announced.yield(source)
      return true
    }
    let asked = request
    async let outcome = host.runtime.run(asked)
    var batches: [RecordBatch] = []
    for await source in sources {
      let stream = RowStream(source)
      while batches.count < limit, let batch = try? await stream.next() { batches.append(batch) }
      stream.letGo()
      announced.finish()
    }
    return (batches, try await outcome.error)
  }

  @Test("arrive with their types and what is missing, in memory that outlives the call")
  func values() async throws {
    let (batches, error) = try await run(["batches": 2])
    #expect(error == nil && batches.count == 2)
    #expect(state.closed.withLock { $0 } == ["well"])
    for batch in batches {
      #expect(batch.rowCount == 3)
      for row in 0..<3 {
        let map = batch.row(row)
        #expect(map.names == columns.map(\.0.name))
        for (field, values) in columns {
          #expect(map[field.name] == values[row], "\(field.name) in row \(row)")
        }
      }
    }
  }

  @Test("end the call with the error that the producer throws")
  func failure() async throws {
    let (batches, error) = try await run(["batches": 1, "fail": true])
    #expect(batches.count == 1)
    #expect(error?.code == .remoteFailure && error?.message == "the table is gone")
    #expect(state.closed.withLock { $0 } == ["the table is gone"])
  }

  @Test("that nobody wants any more are closed, and let go of")
  func early() async throws {
    let (batches, _) = try await run(["batches": 1000], upTo: 2)
    #expect(batches.count == 2 && state.closed.withLock { $0 }.count == 1)
    try await eventually { state.probes.withLock { $0 } == 0 }
  }

  @Test("that nobody asked for are refused, and the producer is let go of")
  func unwanted() async throws {
    let outcome = try await host.run(["batches": 1])
    #expect(outcome.error?.code == .unsupported)
    #expect(state.closed.withLock { $0 }.isEmpty && state.probes.withLock { $0 } == 0)
  }

  @Test("of any number of values in a column stand where they were put")
  func growth() {
    for count in [1, 7, 8, 9, 63, 64, 65, 1000] {
      var texts = RowColumnBuilder(.utf8, capacity: 1)
      var bits = RowColumnBuilder(.bool, capacity: 1)
      for index in 0..<count {
        if index % 3 == 2 {
          texts.appendNull()
        } else {
          texts.append(String(repeating: "x", count: index % 50))
        }
        bits.append(index % 2 == 0)
      }
      #expect(texts.count == count && bits.count == count)
      let (made, truths) = (texts.take(), bits.take())
      #expect(made.nullCount == count / 3 && truths.validity == nil)
      #expect(texts.count == 0)
      guard let offsets = made.offsets else {
        Issue.record("the texts have no offsets")
        continue
      }
      for index in 0..<count {
        let isThere = index % 3 != 2
        #expect(made.validity?.bit(index) ?? true == isThere)
        let (start, end) = (
          Int(offsets.value(at: index, as: Int32.self)),
          Int(offsets.value(at: index + 1, as: Int32.self))
        )
        let text = [UInt8](repeating: UInt8(ascii: "x"), count: isThere ? index % 50 : 0)
        #expect(made.values.bytes(start..<end) == text)
        #expect(truths.values.bit(index) == (index % 2 == 0))
      }
    }
  }
}
