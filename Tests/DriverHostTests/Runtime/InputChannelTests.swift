import DriverABI
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import DriverHost

@Suite("An input channel")
struct InputChannelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private static let bytes = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

  /// A channel that is read by the driver itself, or ahead of it.
  private func channel(_ source: any ChannelSource, isAhead: Bool) -> InputChannel {
    InputChannel(
      name: "in",
      source: source,
      aheadOn: isAhead ? ThreadPool(name: "test", limit: 4) : nil
    )
  }

  private func sources() throws -> [any ChannelSource] {
    let path = folder.file("in")
    try Self.bytes.withUnsafeBytes { try FileSink(path: path).writeAndClose($0) }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    return try [
      MemorySource(Self.bytes), DescriptorSource(path: path),
      Borrowed(descriptor: descriptor),
    ]
  }

  @Test(
    "says how long it is, and begins where it is told to, again and again",
    arguments: [false, true]
  )
  func seeks(isAhead: Bool) throws {
    for source in try sources() {
      let channel = channel(source, isAhead: isAhead)
      #expect(channel.length == 700_000)
      #expect(channel.read(100) == Array(Self.bytes[..<100]))
      for offset in [0, 699_999, 350_000, 700_000, 1, 0] {
        // In between, so that what was read ahead is of the wrong place.
        _ = channel.read(300_000)
        #expect(channel.seek(to: Int64(offset)))
        #expect(channel.read(.max) == Array(Self.bytes[offset...]))
        #expect(channel.read(.max) == [])
      }
      channel.finish()
    }
  }

  @Test("of a descriptor begins where the descriptor stands")
  func descriptor() throws {
    let path = folder.file("in")
    try FileSink(path: path).writeAndClose("0123456789")
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    defer { close(descriptor) }
    lseek(descriptor, 4, SEEK_SET)
    let channel = channel(try DescriptorSource(descriptor: descriptor), isAhead: false)
    #expect(channel.length == 6)
    #expect(channel.read(3) == Array("456".utf8))
    #expect(channel.seek(to: 1))
    #expect(channel.read(.max) == Array("56789".utf8))
  }

  @Test("of a pipe has no length that anybody knows, and no way back")
  func pipe() throws {
    var ends: [Int32] = [0, 0]
    try #require(Glibc.pipe(&ends) == 0)
    defer { close(ends[0]) }
    #expect(write(ends[1], "abc", 3) == 3)
    close(ends[1])
    let channel = channel(try DescriptorSource(descriptor: ends[0]), isAhead: true)
    #expect(channel.length == nil)
    #expect(channel.read(1) == Array("a".utf8))
    #expect(!channel.seek(to: 0))
    #expect(channel.read(.max) == Array("bc".utf8))
  }

  @Test("of a file that does not say its size has no length, and one that is empty has")
  func sizes() throws {
    let process = try DescriptorSource(path: "/proc/self/status")
    #expect(process.length == nil)
    #expect(channel(process, isAhead: true).read(.max)?.isEmpty == false)
    try FileSink(path: folder.file("empty")).writeAndClose("")
    let empty = channel(try DescriptorSource(path: folder.file("empty")), isAhead: true)
    #expect(empty.length == 0)
    #expect(empty.read(.max) == [])
  }

  @Test(
    "fails where its file becomes shorter, and leaves out what is added",
    arguments: [false, true]
  )
  func changes(isAhead: Bool) throws {
    let path = folder.file("in")
    try FileSink(path: path).writeAndClose("0123456789")
    let shorter = channel(try DescriptorSource(path: path), isAhead: isAhead)
    truncate(path, 7)
    #expect(shorter.read(.max) == nil)
    guard case .failed(let error) = shorter.next(10) else {
      Issue.record("the end was taken for one")
      return
    }
    #expect(error.message.contains("ended after 7 of 10 bytes"))
    let longer = channel(try DescriptorSource(path: path), isAhead: isAhead)
    truncate(path, 100)
    #expect(longer.read(.max) == Array("0123456".utf8))
  }

  @Test("of a function with a length asks for no more, and fails with less")
  func handlers() async throws {
    let asked = Lock(0)
    let three = HandlerSource(
      { _ in
        asked.withLock { $0 += 1 }
        return [1, 2]
      },
      length: 3
    )
    #expect(channel(three, isAhead: true).read(.max) == [1, 2, 1])
    #expect(asked.withLock { $0 } == 2)
    let none = channel(HandlerSource({ _ in [] }, length: 1), isAhead: true)
    #expect(none.read(.max) == nil)
    let sequence = AsyncThrowingStream<[UInt8], any Error> { continuation in
      continuation.yield([1, 2, 3])
      continuation.finish()
    }
    let fed = InputChannel(name: "in", sequence: sequence, length: 2)
    #expect(fed.read(.max) == [1, 2])
    #expect(!fed.seek(to: 0))
  }

  @Test("answers a driver that asks for what cannot be, and names it")
  func answers() async throws {
    let driver = try InProcessDriver.make(isBlocking: true) { _, request in
      let call = request.pointee.call
      let fn = call.fn.pointee
      var answers = [
        fn.length(call, 0), Int64(fn.seek(call, 0, 2)), Int64(fn.seek(call, 0, 3)),
        Int64(fn.seek(call, 0, 4)), Int64(fn.seek(call, 0, -1)),
        fn.length(call, 1), Int64(fn.seek(call, 1, 0)),
        fn.length(call, 2), Int64(fn.seek(call, 2, 0)),
        fn.length(call, 3), Int64(fn.seek(call, 3, 0)),
        fn.length(call, 4), Int64(fn.seek(call, 4, 0)),
      ].map { dh_int($0) }
      answers.withUnsafeMutableBufferPointer { items in
        var list = dh_list(items.baseAddress, items.count)
        _ = "answers".withCString { fn.output(call, dh_text($0), &list) }
      }
      _ = dh_succeed(call)
    }
    var request = InProcessDriver.request()
    request.channelCount = 4
    request.channels = [
      .input(channel(MemorySource([1, 2, 3]), isAhead: false)),
      .input(InputChannel(fedByTask: "fed")),
      .output(
        OutputChannel(
          name: "out",
          content: .bytes,
          way: .direct(CollectingSink(name: "out", limit: 9))
        )
      ), nil,
    ]
    let outcome = try await driver.run(request)
    let expected: [Int32] = [
      3, DH_OK, DH_OK, DH_INVALID, DH_INVALID, DH_UNABLE, DH_UNABLE, DH_INVALID, DH_INVALID,
      DH_UNWANTED, DH_UNWANTED, DH_INVALID, DH_INVALID,
    ]
    #expect(outcome.outputs["answers"] == .list(expected.map { .int(Int64($0)) }))
    #expect(driver.counters.misuses.load(ordering: .relaxed) == 6)
  }
}

extension InputChannel {
  /// What comes of one `read`, which may wait.
  fileprivate func next(_ count: Int) -> Answer {
    var buffer = [UInt8](repeating: 0, count: count)
    return buffer.withUnsafeMutableBytes { read(into: $0, mayWait: true) }
  }

  /// So many bytes, or all up to the end; nil: it failed.
  fileprivate func read(_ count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count < count {
      let answer = buffer.withUnsafeMutableBytes {
        read(
          into: UnsafeMutableRawBufferPointer(rebasing: $0.prefix(count - bytes.count)),
          mayWait: true
        )
      }
      switch answer {
      case .bytes(let count): bytes += buffer[..<count]
      case .end: return bytes
      case .empty, .stopped, .gone, .failed: return nil
      }
    }
    return bytes
  }
}

/// A descriptor of the test's, as one of the caller's.
private final class Borrowed: ChannelSource {
  private let descriptor: Int32
  private let source: DescriptorSource

  init(descriptor: Int32) throws {
    self.descriptor = descriptor
    source = try DescriptorSource(descriptor: descriptor)
  }

  deinit { close(descriptor) }

  var length: Int64? { source.length }
  var canSeek: Bool { source.canSeek }
  func seek(to offset: Int64) throws(HostError) { try source.seek(to: offset) }
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int {
    try source.read(into: buffer)
  }
  func stop() { source.stop() }
}

extension FileSink {
  fileprivate func writeAndClose(_ text: String) throws {
    try Array(text.utf8).withUnsafeBytes { try writeAndClose($0) }
  }

  fileprivate func writeAndClose(_ bytes: UnsafeRawBufferPointer) throws {
    try write(bytes)
    try close(isComplete: true)
  }
}
