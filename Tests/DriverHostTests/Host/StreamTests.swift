import DriverHost
import Foundation
import Glibc
import TestSupport
import Testing

/// With the driver of Examples/c-stream.
@Suite("Channels of a connection")
struct StreamTests {
  private let host: DriverHost.Host
  private let folder: TemporaryFolder

  init() async throws {
    let driver = try await ExampleDriver.path("c-stream")
    folder = try TemporaryFolder()
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: driver, origin: .option)])
    host = try DriverHost.Host(configuration)
  }

  private func call(
    _ action: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> ConnectionResult {
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    change(&options)
    // The time is for the call: under a sanitizer the first load of a driver takes longer.
    if timeout != nil { try await host.load(type: "STREAM") }
    return try await host.connect(type: "STREAM", inputs, options: options)
  }

  private var abandoned: Int? { host.statistics.drivers["STREAM"]?.abandonedCalls }

  @Test("bring an asynchronous sequence in and out again, whole")
  func sequences() async throws {
    let chunks = (0..<200).map { index in [UInt8](repeating: UInt8(index), count: 1 + index * 97) }
    let output = ByteStream()
    let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
      for chunk in chunks { continuation.yield(chunk) }
      continuation.finish()
    }
    async let result = call("copy") { options in
      options.sources["in"] = .sequence(source)
      options.outputs["out"] = .stream(output)
    }
    var received: [UInt8] = []
    for try await bytes in output { received += bytes }
    #expect(received == chunks.flatMap(\.self))
    #expect(try await result["bytes"] == .int(Int64(received.count)))
  }

  @Test("bring what functions give and take")
  func handlers() async throws {
    let left = Lock(1_000_000)
    let taken = Lock(0)
    let result = try await call("copy") { options in
      options.sources["in"] = .handler { count in
        left.withLock { left in
          // More than was asked for, which must not be lost.
          let given = min(left, count + 10)
          left -= given
          return [UInt8](repeating: 1, count: given)
        }
      }
      options.outputs["out"] = .bytes { bytes in taken.withLock { $0 += bytes.count } }
    }
    #expect(result["bytes"] == 1_000_000)
    #expect(taken.withLock { $0 } == 1_000_000)
  }

  @Test("hold a driver back behind a task that reads slowly, with no more than a queue in memory")
  func slowReader() async throws {
    let output = ByteStream()
    async let result = call("generate", ["size": .int(64 << 20)]) {
      $0.outputs["out"] = .stream(output)
    }
    var total = 0
    for try await bytes in output {
      total += bytes.count
      if total < 4 << 20 {
        try await Task.sleep(for: .milliseconds(2))
        let written = host.statistics.drivers["STREAM"]?.bytesWritten ?? 0
        #expect(written <= Int64(total) + 2 << 20)
      }
    }
    #expect(total == 64 << 20)
    #expect(try await result["bytes"] == .int(64 << 20))
  }

  @Test("let a driver go on, or end, when their reader leaves early")
  func readerLeaves() async throws {
    let output = ByteStream()
    async let result = call("generate", ["size": .int(1 << 40)]) {
      $0.outputs["out"] = .stream(output)
    }
    for try await _ in output { break }
    // The driver takes it as having done its work.
    #expect(try await result["bytes"].intValue ?? 0 < 1 << 30)
  }

  @Test("end with the call's error, also where it never began")
  func failures() async throws {
    let output = ByteStream()
    async let outcome: Void = {
      await #expect(throws: HostError.self) {
        try await call("generate", ["size": -1]) { $0.outputs["out"] = .stream(output) }
      }
    }()
    await #expect(throws: HostError.self) { for try await _ in output {} }
    await outcome
    struct Broken: Error {}
    let source = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield([1, 2, 3])
      continuation.finish(throwing: Broken())
    }
    await #expect {
      try await call("copy") { options in
        options.sources["in"] = .sequence(source)
        options.outputs["out"] = .collect(limit: 100)
      }
    } throws: { ($0 as? HostError)?.message.contains("Broken") == true }
  }

  @Test("take a stream for one call only")
  func once() async throws {
    let output = ByteStream()
    async let first = call("generate", ["size": 10]) { $0.outputs["out"] = .stream(output) }
    var count = 0
    for try await bytes in output { count += bytes.count }
    _ = try await first
    await #expect {
      try await call("generate", ["size": 10]) { $0.outputs["out"] = .stream(output) }
    } throws: { ($0 as? HostError)?.message.contains("connected before") == true }
    #expect(count == 10)
  }

  @Test(
    "give a driver back that a full pipe holds up, at the deadline and when the task is cancelled"
  )
  func fullPipe() async throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let writer = ends[1]
    await #expect {
      try await call("generate", ["size": .int(1 << 30)], timeout: .milliseconds(50)) {
        $0.outputs["out"] = .descriptor(writer)
      }
    } throws: { ($0 as? HostError)?.code == .timedOut }
    let task = Task {
      try await call("generate", ["size": .int(1 << 30)]) {
        $0.outputs["out"] = .descriptor(writer)
      }
    }
    try await eventually("it runs") { host.statistics.drivers["STREAM"]?.runningCalls == 1 }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    #expect(abandoned == 0 && host.statistics.wedgedThreads == 0)
  }

  @Test(
    "take no byte of a pipe when the call is over, and wait for its writer without keeping the driver"
  )
  func emptyPipe() async throws {
    var ends: [Int32] = [0, 0]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let reader = ends[0]
    await #expect {
      try await call("copy", timeout: .milliseconds(50)) { $0.sources["in"] = .descriptor(reader) }
    } throws: { ($0 as? HostError)?.code == .timedOut }
    #expect(write(ends[1], "next", 4) == 4)
    var buffer = [UInt8](repeating: 0, count: 8)
    #expect(read(reader, &buffer, 8) == 4)
    #expect(abandoned == 0)
  }

  @Test("that a receiver never takes end at the deadline and grace, and the driver is not blamed")
  func stuckHandler() async throws {
    let mayGo = Lock(false)
    await #expect {
      try await call("generate", ["size": 1000], timeout: .milliseconds(50)) { options in
        options.outputs["out"] = .bytes { _ in
          while !mayGo.withLock({ $0 }) { usleep(1000) }
        }
      }
    } throws: { ($0 as? HostError)?.code == .timedOut }
    #expect(abandoned == 0)
    mayGo.withLock { $0 = true }
  }

  @Test(
    "to a full disk leave the old file, and none beside it",
    .enabled(if: getuid() == 0, "mounting needs root")
  )
  func fullDisk() async throws {
    let disk = try folder.folder("disk")
    let mount = try await Command.run(
      "/bin/mount",
      ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    )
    try #require(mount.status == 0, "\(mount.error)")
    defer { umount2(disk, Int32(MNT_DETACH)) }
    try folder.write("old", to: "disk/out")
    await #expect {
      try await call("generate", ["size": .int(8 << 20)]) {
        $0.outputs["out"] = .file("\(disk)/out")
      }
    } throws: { ($0 as? HostError)?.message.contains("No space left") == true }
    #expect(try folder.text("disk/out") == "old")
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk) == ["out"])
  }

  @Test("keep sessions: a second call with equal inputs opens nothing")
  func sessions() async throws {
    for _ in 0..<3 { _ = try await call("generate", ["size": 1]) }
    let last = try await call("generate", ["size": 1])
    #expect(last["calls"] == 4)
    let other = try await call("generate", ["size": 1, "account": "ada"])
    #expect(other["calls"] == 1)
    #expect(host.statistics.drivers["STREAM"]?.sessions?.opened == 2)
    #expect(await host.close().isClean)
  }

  @Test("follow a pipe of a driver's own beside their stop, to its end or theirs")
  func follow() async throws {
    let path = folder.file("events")
    #expect(mkfifo(path, 0o600) == 0)
    async let result = call("follow", ["path": .string(path)]) {
      $0.outputs["out"] = .collect(limit: 100)
    }
    // Waits for somebody who reads.
    let writer = open(path, O_WRONLY | O_CLOEXEC)
    #expect(write(writer, "hello", 5) == 5)
    close(writer)
    #expect(try await result["out"] == .bytes(Array("hello".utf8)))
    let task = Task { try await call("follow", ["path": .string(path)]) }
    try await eventually("it runs") { host.statistics.drivers["STREAM"]?.runningCalls == 1 }
    task.cancel()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    await #expect {
      try await call("follow", ["path": .string(folder.file("none"))])
    } throws: { ($0 as? HostError)?.code == .notFound }
    #expect(host.statistics.drivers["STREAM"]?.misuses == 0)
  }

  @Test("may be cancelled after a driver has ended that waited for its stop with poll(2)")
  func stopAfterEnd() async throws {
    let path = folder.file("events")
    #expect(mkfifo(path, 0o600) == 0)
    let reading = DispatchSemaphore(value: 0)
    let task = Task {
      try await call("follow", ["path": .string(path)]) {
        $0.outputs["out"] = .bytes { _ in reading.wait() }
      }
    }
    let writer = open(path, O_WRONLY | O_CLOEXEC)
    #expect(write(writer, "hello", 5) == 5)
    close(writer)
    // The driver has ended, and the call waits for who reads what it sent.
    try await eventually("it settles") { host.statistics.drivers["STREAM"]?.settlingCalls == 1 }
    task.cancel()
    try await Task.sleep(for: .milliseconds(50))
    reading.signal()
    await #expect { try await task.value } throws: { ($0 as? HostError)?.code == .cancelled }
    #expect(host.statistics.drivers["STREAM"]?.misuses == 0)
  }
}
