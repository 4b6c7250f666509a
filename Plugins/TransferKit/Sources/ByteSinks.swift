package import DriverKit
package import LoopKit

/// Bytes that go down a channel of a call.
package final class ChannelSink: ByteSink {
  private let call: Call
  private let channel: Int
  private let loop: Loop
  /// What a slow reader has not taken.
  private var held: ArraySlice<UInt8> = []
  private var failure: DriverError?

  package init(_ call: Call, _ channel: Int, _ loop: Loop) {
    self.call = call
    self.channel = channel
    self.loop = loop
  }

  package func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    if let failure { throw failure }
    if try write(bytes) { return true }
    held = bytes
    return false
  }

  package func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {
    try call.onReady(channel, on: loop) { [weak self] in
      guard let self else { return }
      do throws(DriverError) {
        guard try write(held) else { return try whenRoom(body) }
        held = []
      } catch {
        failure = error
      }
      body()
    }
  }

  package func finish(_ scope: Scope) async throws(DriverError) {
    while true {
      if let failure { throw failure }
      if held.isEmpty { return }
      let room = Waiting<Bool>()
      try whenRoom { room.finish(.success(true)) }
      _ = try await room.value(scope)
    }
  }

  private func write(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    switch try call.write(bytes.span, to: channel) {
    case .taken: return true
    case .again: return false
    case .unwanted: throw DriverError(.cancelled, "nobody reads the channel content any longer")
    }
  }
}

/// Bytes that go into the memory, up to a limit.
package final class MemorySink: ByteSink {
  package private(set) var bytes: [UInt8] = []
  private let limit: Int
  private let tooLong: DriverError

  /// A sink.
  ///
  /// - Parameters:
  ///   - limit: How many bytes it takes.
  ///   - error: The error of a file that has more.
  package init(_ limit: Int, _ error: DriverError) {
    self.limit = limit
    tooLong = error
  }

  package func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    guard self.bytes.count + bytes.count <= limit else { throw tooLong }
    self.bytes += bytes
    return true
  }

  package func whenRoom(_ body: @escaping () -> Void) throws(DriverError) { body() }

  package func finish(_ scope: Scope) async throws(DriverError) {}
}
