import DriverABI
import Glibc
import TestSupport
import Testing

@testable import DriverHost

@Suite("A channel")
struct ChannelTests {
  /// 64 KiB at a time, 16 MiB in all, from a blocking driver.
  private static func flood() throws -> DriverRuntime {
    try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      let block = [UInt8](repeating: 7, count: 64 << 10)
      for _ in 0..<256 {
        let status = block.withUnsafeBytes {
          call.fn.pointee.write(call, 0, $0.baseAddress, $0.count)
        }
        if status != DH_OK {
          _ = dh_fail(call, DH_ERROR_CANCELLED, "the write was not taken")
          return
        }
      }
      _ = dh_succeed(call)
    }
  }

  @Test("streams to a task that reads slowly, and holds its driver back meanwhile")
  func slowReader() async throws {
    let driver = try ChannelTests.flood()
    let channel = OutputChannel(name: "body", content: .bytes, way: .streamed)
    var request = InProcessDriver.request()
    request.channelCount = 1
    request.channels = [.output(channel)]
    async let outcome = driver.run(request)
    var total = 0
    var isFirst = true
    while let item = try await channel.next() {
      if isFirst {
        try await Task.sleep(for: .milliseconds(50))
        isFirst = false
      }
      guard case .bytes(let bytes) = item else { continue }
      total += bytes.count
    }
    #expect(total == 16 << 20)
    #expect(try await outcome.error == nil)
  }

  @Test("whose reader goes away tells its driver so")
  func readerLeaves() async throws {
    let driver = try ChannelTests.flood()
    let channel = OutputChannel(name: "body", content: .bytes, way: .streamed)
    var request = InProcessDriver.request()
    request.channelCount = 1
    request.channels = [.output(channel)]
    async let outcome = driver.run(request)
    _ = try await channel.next()
    channel.readerLeft()
    #expect(try await outcome.error?.message == "the write was not taken")
  }

  @Test("to a file leaves the whole file, and nothing beside it")
  func wholeFile() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/out"
    let driver = try ChannelTests.flood()
    var request = InProcessDriver.request()
    request.channelCount = 1
    request.channels = [
      .output(
        OutputChannel(name: "body", content: .bytes, way: .direct(try FileSink(path: path)))
      )
    ]
    let outcome = try await driver.run(request)
    #expect(outcome.error == nil)
    #expect(try folder.names() == ["out"])
    var status = stat()
    #expect(
      stat(path, &status) == 0 && status.st_size == 16 << 20 && status.st_mode & 0o777 == 0o600
    )
  }

  @Test("to a file leaves the old file when the call fails")
  func keepsOldFile() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/out"
    try FileSink(path: path).writeAndClose("old")
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      _ = "new".withCString { call.fn.pointee.write(call, 0, $0, 3) }
      _ = dh_fail(call, DH_ERROR_PROTOCOL, "lost in the middle")
    }
    var request = InProcessDriver.request()
    request.channelCount = 1
    request.channels = [
      .output(
        OutputChannel(name: "body", content: .bytes, way: .direct(try FileSink(path: path)))
      )
    ]
    let outcome = try await driver.run(request)
    #expect(outcome.error?.code == .protocolViolation)
    #expect(try folder.names() == ["out"])
    #expect(try folder.text("out") == "old")
  }

  @Test("over its limit ends the call with that reason, though its driver says success")
  func overLimit() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      for _ in 0..<100 { _ = "0123456789".withCString { call.fn.pointee.write(call, 0, $0, 10) } }
      _ = dh_succeed(call)
    }
    var request = InProcessDriver.request()
    request.channelCount = 1
    request.channels = [
      .output(
        OutputChannel(
          name: "body",
          content: .bytes,
          way: .direct(CollectingSink(name: "body", limit: 99))
        )
      )
    ]
    let outcome = try await driver.run(request)
    #expect(outcome.error?.code == .tooLarge)
  }

  @Test("brings a source to a blocking driver", arguments: [0, 1, 300_000])
  func input(size: Int) async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      var buffer = [UInt8](repeating: 0, count: 1000)
      var total: Int64 = 0
      while true {
        let count = buffer.withUnsafeMutableBytes {
          call.fn.pointee.read(call, 0, $0.baseAddress!, $0.count)
        }
        if count <= 0 { break }
        total += count
      }
      var value = dh_int(total)
      _ = "total".withCString { call.fn.pointee.output(call, dh_text($0), &value) }
      _ = dh_succeed(call)
    }
    for isFed in [false, true] {
      let bytes = [UInt8](repeating: 1, count: size)
      let channel =
        isFed
        ? InputChannel(fedByTask: "in")
        : InputChannel(name: "in", source: MemorySource(bytes), aheadOn: nil)
      var request = InProcessDriver.request()
      request.channelCount = 1
      request.channels = [.input(channel)]
      async let outcome = driver.run(request)
      if isFed {
        for start in stride(from: 0, to: size, by: 70_000) {
          #expect(await channel.feed(Array(bytes[start..<min(size, start + 70_000)])))
        }
        channel.endFeeding(nil)
      }
      #expect(try await outcome.outputs["total"] == .int(Int64(size)))
    }
  }
}

extension FileSink {
  fileprivate func writeAndClose(_ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try write($0) }
    try close(isComplete: true)
  }
}
