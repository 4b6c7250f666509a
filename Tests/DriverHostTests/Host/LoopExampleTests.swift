import DriverHost
import TestSupport
import Testing

/// With the driver of Examples/c-loop.
@Suite("The example on the loop in C")
struct LoopExampleTests {
  private let host: Host

  init() async throws {
    let driver = try await ExampleDriver.path("c-loop")
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: driver, origin: .option)])
    host = try Host(configuration)
  }

  /// What is still there after all calls: nothing, and no rule was broken.
  private func expectNothingLeft() async {
    #expect(host.statistics.drivers["LINES"]?.misuses == 0)
    #expect(await host.close().isClean)
  }

  /// A server that says something and closes.
  private func server(_ bytes: [UInt8]) throws -> TCPFaultServer {
    try TCPFaultServer(.runs { connection in connection.write(bytes) })
  }

  private func read(
    _ server: TCPFaultServer,
    _ inputs: ValueMap = [:],
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> ConnectionResult {
    var options = CallOptions()
    options.outputs["lines"] = .collect(limit: 1 << 20)
    change(&options)
    var all: ValueMap = ["host": "127.0.0.1", "port": .int(Int64(server.port))]
    for (name, value) in inputs { all[name] = value }
    return try await host.connect(type: "LINES", all, options: options)
  }

  private func expectError(
    _ code: HostError.Code,
    _ server: TCPFaultServer,
    _ inputs: ValueMap = [:]
  ) async {
    await #expect {
      try await read(server, inputs)
    } throws: { ($0 as? HostError)?.code == code }
  }

  @Test("hands over what a server says, line by line, whatever its lines end with and are made of")
  func lines() async throws {
    let said = Array("one\r\ntwo\n\n".utf8) + [0xFF, 0x0A] + Array("a\u{0}ä€😀\nlast".utf8)
    let result = try await read(try server(said))
    #expect(result["lines"] == ["one", "two", "", .bytes([0xFF]), "a\u{0}ä€😀", "last"])
    #expect(result["count"] == 6 && result["bytes"] == .int(Int64(said.count)))
    let counted = try await read(try server(said), ["host": "localhost"]) { $0.outputs = [:] }
    #expect(counted["lines"] == nil && counted["count"] == 6)
    await expectNothingLeft()
  }

  @Test("puts lines together that come in pieces, and ends at the last one without a close")
  func pieces() async throws {
    let server = try TCPFaultServer(
      .runs { connection in
        for byte in Array("a\r\nbc\n.\r\nd\n".utf8) { connection.write([byte]) }
        connection.stall()
      }
    )
    let result = try await read(server, ["last": "."])
    #expect(result["lines"] == ["a", "bc"] && result["bytes"] == 6)
    await expectNothingLeft()
  }

  @Test("holds a server back behind a slow reader, and loses no line")
  func slowReader() async throws {
    // More than what the channel and both ends of the connection hold together.
    let count = 300_000
    let line = String(repeating: "x", count: 90)
    let hasSent = Locked(false)
    let server = try TCPFaultServer(
      .runs { connection in
        for first in stride(from: 0, to: count, by: 1000) {
          connection.write((first..<first + 1000).map { "\($0) \(line)\n" }.joined())
        }
        hasSent.with { $0 = true }
      }
    )
    let stream = ValueStream()
    async let result = read(server) { $0.outputs["lines"] = .valueStream(stream) }
    var next = 0
    for try await value in stream {
      if next == 0 {
        try await Task.sleep(for: .milliseconds(200))
        #expect(!hasSent.with { $0 })
      }
      if value != .string("\(next) \(line)") {
        Issue.record("\(value) is not line \(next)")
        break
      }
      next += 1
    }
    #expect(next == count)
    #expect(try await result["count"] == .int(Int64(count)))
    await expectNothingLeft()
  }

  @Test("ends well when its reader leaves, and as cancelled when its caller does")
  func leaving() async throws {
    let endless = try TCPFaultServer(.runs { connection in while connection.write("again\n") {} })
    let stream = ValueStream()
    async let left = read(endless) { $0.outputs["lines"] = .valueStream(stream) }
    for try await _ in stream { break }
    #expect(try await left["count"].intValue ?? 0 > 0)
    let silent = try TCPFaultServer(.stalls)
    let task = Task { try await read(silent) }
    try await eventually("it is connected") { silent.connectionCount == 1 }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    await expectNothingLeft()
  }

  @Test("names what is at fault: a server that cannot be reached, breaks off or says too much")
  func faults() async throws {
    await expectError(.unavailable, try TCPFaultServer(.refuses))
    await expectError(.timedOut, try TCPFaultServer(.neverConnects), ["connect_timeout": 0.1])
    await expectError(.tooLarge, try server(Array("12345\n123456\n".utf8)), ["max_line": 5])
    await expectError(.tooLarge, try server([UInt8](repeating: 0x78, count: 100_000)))
    await expectError(.protocolViolation, try server(Array("a\n".utf8)), ["last": "."])
    let resets = try TCPFaultServer(
      .runs { connection in
        connection.write("one\ntw")
        connection.reset()
      }
    )
    // Where the reset is there before the driver has looked, there was no connection.
    await #expect {
      try await read(resets)
    } throws: { error in
      [.protocolViolation, .unavailable].contains((error as? HostError)?.code)
    }
    let fits = try await read(try server(Array("12345\r\n1234\r".utf8)), ["max_line": 5])
    #expect(fits["lines"] == ["12345", "1234"])
    await expectNothingLeft()
  }

  @Test("reads from two hundred servers at once on one thread")
  func many() async throws {
    let server = try TCPFaultServer(.runs { connection in connection.write("one\ntwo\n") })
    let counts = try await withThrowingTaskGroup(of: Value?.self) { group in
      for _ in 0..<200 { group.addTask { try await read(server)["count"] } }
      return try await group.reduce(into: [Value?]()) { $0.append($1) }
    }
    #expect(counts == [Value?](repeating: 2, count: 200))
    await expectNothingLeft()
  }
}
