import FileKit
import Testing

@testable import SSHDriver

@Suite("Writing a file with requests in flight")
struct SFTPWritePipelineTests {
  private let window = SFTPWritePipeline.Window(requests: 4, length: 100)
  private let ok = SFTPStatus(.ok)

  @Test("sends all of it, in whatever order the answers come", arguments: [0, 1, 100, 101, 12345])
  func order(count: Int) throws {
    var pipeline = SFTPWritePipeline(from: 50, window: window)
    var left = count
    var waiting: [SFTPWritePipeline.Request] = []
    var next: UInt64 = 50
    while !pipeline.isFinished {
      while let request = pipeline.nextRequest(available: left, isLast: true) {
        #expect(request.offset == next && request.length <= 100)
        next += UInt64(request.length)
        left -= request.length
        waiting.append(request)
      }
      #expect(waiting.count <= 4 && waiting.count == pipeline.requestsInFlight)
      guard !waiting.isEmpty else { continue }
      let request = waiting.remove(at: Int.random(in: 0..<waiting.count))
      try pipeline.receive(ok, at: request.offset)
      let first = waiting.map(\.offset).min() ?? next
      #expect(pipeline.acknowledged == first)
    }
    #expect(left == 0 && pipeline.acknowledged == UInt64(50 + count) && pipeline.failure == nil)
  }

  @Test("ends with the first error, and knows what is written before it")
  func failure() throws {
    var pipeline = SFTPWritePipeline(window: window)
    for _ in 0..<4 { _ = pipeline.nextRequest(available: 1000, isLast: false) }
    try pipeline.receive(ok, at: 0)
    try pipeline.receive(SFTPStatus(.failure, message: "No space left"), at: 200)
    #expect(pipeline.nextRequest(available: 1000, isLast: false) == nil)
    #expect(!pipeline.isFinished)
    try pipeline.receive(ok, at: 300)
    #expect(pipeline.acknowledged == 100)
    try pipeline.receive(ok, at: 100)
    #expect(pipeline.acknowledged == 200 && pipeline.isFinished)
    #expect(pipeline.failure?.fileCode == .diskFull)
  }

  @Test("keeps the first of several errors")
  func failures() throws {
    var pipeline = SFTPWritePipeline(window: window)
    for _ in 0..<3 { _ = pipeline.nextRequest(available: 1000, isLast: false) }
    try pipeline.receive(SFTPStatus(.permissionDenied), at: 200)
    try pipeline.receive(SFTPStatus(.failure), at: 0)
    try pipeline.receive(ok, at: 100)
    #expect(pipeline.failure?.code == .permissionDenied)
    #expect(pipeline.acknowledged == 0 && pipeline.isFinished)
  }

  @Test("waits for more of a slow source only while answers are to come")
  func slow() throws {
    var pipeline = SFTPWritePipeline(window: window)
    #expect(pipeline.nextRequest(available: 10, isLast: false)?.length == 10)
    #expect(pipeline.nextRequest(available: 10, isLast: false) == nil)
    try pipeline.receive(ok, at: 0)
    #expect(pipeline.nextRequest(available: 30, isLast: false)?.length == 30)
    #expect(pipeline.nextRequest(available: 0, isLast: true) == nil)
    #expect(!pipeline.isFinished)
    try pipeline.receive(ok, at: 10)
    #expect(pipeline.isFinished)
  }

  @Test("refuses answers that cannot be")
  func hostile() throws {
    var pipeline = SFTPWritePipeline(window: window)
    #expect(throws: SFTPFault.self) { try pipeline.receive(ok, at: 0) }
    _ = pipeline.nextRequest(available: 1000, isLast: false)
    _ = pipeline.nextRequest(available: 1000, isLast: false)
    #expect(throws: SFTPFault.self) { try pipeline.receive(ok, at: 1) }
    try pipeline.receive(ok, at: 100)
    #expect(throws: SFTPFault.self) { try pipeline.receive(ok, at: 100) }
    try pipeline.receive(ok, at: 0)
    #expect(throws: SFTPFault.self) { try pipeline.receive(ok, at: 0) }
  }

  @Test("does not trap at the end of all numbers", arguments: [UInt64.max, UInt64(Int64.max)])
  func numbers(begin: UInt64) {
    var pipeline = SFTPWritePipeline(from: begin, window: window)
    #expect(pipeline.nextRequest(available: 10, isLast: false) == nil)
    #expect(pipeline.failure != nil && pipeline.isFinished)
  }

  @Test("keeps up with many requests")
  func many() throws {
    var pipeline = SFTPWritePipeline(window: SFTPWritePipeline.Window(requests: 64, length: 1))
    var sent: UInt64 = 0
    for _ in 0..<10_000 {
      while pipeline.nextRequest(available: 1000, isLast: false) != nil { sent += 1 }
      try pipeline.receive(ok, at: sent - UInt64(pipeline.requestsInFlight))
    }
    #expect(pipeline.acknowledged == 10_000)
  }
}
