/// The bytes of an output channel, as a task reads them.
///
/// ```swift
/// let body = ByteStream()
/// var options = CallOptions()
/// options.outputs["body"] = .stream(body)
/// async let result = host.connect(type: "REST", ["url": "…"], options: options)
/// for try await bytes in body { … }
/// _ = try await result
/// ```
///
/// At most 1 MiB waits to be read; then the driver is held back. It ends when the call does, and throws the
/// call's error if it failed. A reader that leaves before tells the driver so, which may end the call or go on
/// without it. For one call and one reader.
public struct ByteStream: AsyncSequence, Sendable {
  /// Some bytes, never none.
  public typealias Element = [UInt8]

  let channel = OutputChannel(name: "stream", content: .bytes, way: .streamed)

  /// A stream that is not connected yet.
  public init() {}

  /// Reads the bytes.
  public func makeAsyncIterator() -> Iterator { Iterator(reader: ChannelReader(channel)) }

  /// Reads one chunk after another.
  public struct Iterator: AsyncIteratorProtocol {
    let reader: ChannelReader

    /// The next bytes; nil at the end.
    public mutating func next() async throws(HostError) -> [UInt8]? {
      while let item = try await reader.channel.next() {
        if case .bytes(let bytes) = item { return bytes }
      }
      return nil
    }
  }
}

/// The values of an output channel, as a task reads them: see `ByteStream`.
public struct ValueStream: AsyncSequence, Sendable {
  /// One value.
  public typealias Element = Value

  let channel = OutputChannel(name: "stream", content: .values, way: .streamed)

  /// A stream that is not connected yet.
  public init() {}

  /// Reads the values.
  public func makeAsyncIterator() -> Iterator { Iterator(reader: ChannelReader(channel)) }

  /// Reads one value after another.
  public struct Iterator: AsyncIteratorProtocol {
    let reader: ChannelReader

    /// The next value; nil at the end.
    public mutating func next() async throws(HostError) -> Value? {
      while let item = try await reader.channel.next() {
        if case .value(let value, _) = item { return value }
      }
      return nil
    }
  }
}

/// Tells the channel when its reader has gone.
final class ChannelReader: Sendable {
  let channel: OutputChannel

  init(_ channel: OutputChannel) { self.channel = channel }

  deinit { channel.readerLeft() }
}

extension ChannelDestination {
  /// Ends the stream that this is, unless a call has it.
  func end(with error: HostError) {
    switch self {
    case .stream(let stream): stream.channel.endWithoutCall(error)
    case .valueStream(let stream): stream.channel.endWithoutCall(error)
    case .collect, .file, .descriptor, .bytes, .values: break
    }
  }
}

/// A function of the caller's that gives bytes.
final class HandlerSource: ChannelSource {
  let length: Int64?
  private let handler: @Sendable (Int) throws -> [UInt8]
  private let rest = Lock<ArraySlice<UInt8>>([])

  init(_ handler: @escaping @Sendable (Int) throws -> [UInt8], length: Int64? = nil) {
    self.handler = handler
    self.length = length
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) throws(HostError) -> Int {
    let bytes = try read(buffer.count)
    let count = min(buffer.count, bytes.count)
    unsafe buffer.copyBytes(from: bytes.prefix(count))
    // A handler that gives more than it was asked for loses nothing.
    rest.withLock { $0 = bytes.dropFirst(count) }
    return count
  }

  func read(_ count: Int) throws(HostError) -> [UInt8] {
    let rest = rest.withLock { rest in
      defer { rest = [] }
      return rest
    }
    if !rest.isEmpty { return Array(rest) }
    do {
      return try handler(count)
    } catch let error as HostError {
      throw error
    } catch {
      throw HostError(.cancelled, stage: .call, "the source of the input failed: \(error)")
    }
  }

  var canSeek: Bool { false }

  func seek(to offset: Int64) {}

  func stop() {}
}
