import Testing

@testable import SSHDriver

@Suite("Reading a file with requests in flight")
struct SFTPReadPipelineTests {
  /// A file on a server that answers in any order, and as much as it likes.
  private struct Server {
    var file: [UInt8]
    var shortest = Int.max
    var failsAt: Int?
    var generator = SystemRandomNumberGenerator()
    var waiting: [SFTPReadPipeline.Request] = []
    private(set) var requests = 0

    mutating func answer(_ pipeline: inout SFTPReadPipeline) throws {
      let place = Int.random(in: 0..<waiting.count, using: &generator)
      let request = waiting.remove(at: place)
      requests += 1
      let start = Int(request.offset)
      if let failsAt, start + request.length > failsAt, start >= failsAt {
        try pipeline.receive(SFTPStatus(.failure), at: request.offset)
      } else if start >= file.count {
        try pipeline.receive(SFTPStatus(.end), at: request.offset)
      } else {
        var length = min(request.length, file.count - start, (failsAt ?? .max) - start)
        if length > shortest { length = Int.random(in: shortest...length, using: &generator) }
        try pipeline.receive(file[start..<start + length], at: request.offset)
      }
    }
  }

  /// Reads all there is.
  private func read(
    _ server: inout Server,
    _ pipeline: inout SFTPReadPipeline,
    memory: Int = .max,
    each: (inout Server) -> Void = { _ in }
  ) throws -> [UInt8] {
    var all: [UInt8] = []
    while !pipeline.isFinished {
      while let request = pipeline.nextRequest() { server.waiting.append(request) }
      try #require(server.waiting.count == pipeline.requestsInFlight)
      if !server.waiting.isEmpty { try server.answer(&pipeline) }
      each(&server)
      // A taker that is slow now and then.
      if Bool.random() || server.waiting.isEmpty {
        while let data = pipeline.nextData() { all += data }
      }
    }
    return all
  }

  private func file(_ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 >> 8) }
  }

  private let window = SFTPReadPipeline.Window(requests: 5, length: 100, memory: 1000)

  @Test(
    "gives its bytes in order, whatever the answers are like",
    .timeLimit(.minutes(1)),
    arguments: [0, 1, 99, 100, 101, 1000, 12345],
    [nil, 0, 100, 12345, 20000] as [UInt64?]
  )
  func order(count: Int, expected: UInt64?) throws {
    for shortest in [Int.max, 1, 50] {
      var server = Server(file: file(count), shortest: shortest)
      var pipeline = SFTPReadPipeline(expected: expected, window: window)
      #expect(try read(&server, &pipeline) == server.file)
      #expect(pipeline.failure == nil)
      let size = expected.map(Int.init) ?? count
      #expect(pipeline.change == (count < size ? .shrank : count > size ? .grew : .none))
    }
  }

  @Test(
    "begins and ends where it is told to",
    arguments: [(0, 10), (500, 777), (990, 2000), (2000, 3000)]
  )
  func range(begin: UInt64, end: UInt64) throws {
    var server = Server(file: file(1000))
    var pipeline = SFTPReadPipeline(from: begin, to: end, expected: 1000, window: window)
    let expected = begin < 1000 ? Array(server.file[Int(begin)..<min(Int(end), 1000)]) : []
    #expect(try read(&server, &pipeline) == expected)
  }

  @Test("asks for a file of the expected size without a needless round")
  func few() throws {
    var server = Server(file: file(1000))
    var pipeline = SFTPReadPipeline(
      expected: 1000,
      window: SFTPReadPipeline.Window(requests: 64, length: 400, memory: 1 << 20)
    )
    while let request = pipeline.nextRequest() { server.waiting.append(request) }
    // Three for the data, and one that asks for more, all at once.
    #expect(server.waiting.map(\.length) == [400, 400, 200, 400])
    #expect(try read(&server, &pipeline).count == 1000)
    #expect(server.requests == 4)
  }

  @Test("gives all that is before an error, and then the error")
  func failure() throws {
    for failsAt in [0, 1, 250, 999] {
      var server = Server(file: file(1000), shortest: 30, failsAt: failsAt)
      var pipeline = SFTPReadPipeline(expected: 1000, window: window)
      #expect(try read(&server, &pipeline) == Array(server.file.prefix(failsAt)))
      #expect(pipeline.failure?.code == .failure && pipeline.delivered == UInt64(failsAt))
    }
  }

  @Test("ends with a file that is cut off meanwhile")
  func shrinking() throws {
    var server = Server(file: file(5000))
    var pipeline = SFTPReadPipeline(expected: 5000, window: window)
    let whole = server.file
    let found = try read(&server, &pipeline) { server in
      if server.requests == 10 { server.file = Array(whole.prefix(300)) }
    }
    #expect(found == Array(whole.prefix(found.count)) && found.count >= 300)
    #expect(pipeline.change == .shrank)
  }

  @Test("follows a file that grows")
  func growing() throws {
    var server = Server(file: file(500))
    var pipeline = SFTPReadPipeline(expected: 500, window: window)
    let found = try read(&server, &pipeline) { server in
      if server.file.count < 3000 { server.file = file(server.file.count + 90) }
    }
    #expect(found == file(found.count) && found.count >= 500)
  }

  @Test("asks for no more than its memory holds")
  func memory() throws {
    var pipeline = SFTPReadPipeline(
      expected: 100_000,
      window: SFTPReadPipeline.Window(requests: 64, length: 100, memory: 1000)
    )
    var requests: [SFTPReadPipeline.Request] = []
    while let request = pipeline.nextRequest() { requests.append(request) }
    #expect(requests.count == 10)
    for request in requests.dropFirst() {
      try pipeline.receive([UInt8](repeating: 0, count: 100)[...], at: request.offset)
    }
    #expect(pipeline.nextRequest() == nil && pipeline.nextData() == nil)
    try pipeline.receive([UInt8](repeating: 0, count: 100)[...], at: 0)
    #expect(pipeline.nextRequest() == nil)
    #expect(pipeline.nextData()?.count == 100)
    #expect(pipeline.nextRequest()?.offset == 1000)
  }

  @Test("refuses answers that cannot be")
  func hostile() throws {
    var pipeline = SFTPReadPipeline(expected: 1000, window: window)
    let first = pipeline.nextRequest()
    let request = try #require(first)
    #expect(throws: SFTPFault.self) { try pipeline.receive([1], at: 5) }
    #expect(throws: SFTPFault.self) { try pipeline.receive(SFTPStatus(.end), at: 5) }
    var second = pipeline
    #expect(throws: SFTPFault.self) { try second.receive([], at: request.offset) }
    second = pipeline
    #expect(throws: SFTPFault.self) {
      try second.receive([UInt8](repeating: 0, count: 101)[...], at: request.offset)
    }
    second = pipeline
    #expect(throws: SFTPFault.self) { try second.receive(SFTPStatus(.ok), at: request.offset) }
  }

  @Test(
    "does not trap at the end of all numbers",
    arguments: [UInt64.max, UInt64(Int64.max), 1 << 62]
  )
  func numbers(begin: UInt64) {
    var pipeline = SFTPReadPipeline(
      from: begin,
      expected: .max,
      window: SFTPReadPipeline.Window(requests: -1, length: .max, memory: 0)
    )
    _ = pipeline.nextRequest()
    var other = SFTPReadPipeline(from: begin, to: 0, expected: 0, window: window)
    #expect(other.nextRequest() == nil && other.isFinished)
  }
}
