internal import DriverKit
internal import LoopKit
internal import TransferKit

/// A sink that takes no more than a limit allows, which it shares with others.
final class LimitedSink: ByteSink {
  private let sink: any ByteSink
  private let throttle: Throttle
  /// How many bytes have come that the limit does not allow yet.
  private var owed = 0

  init(_ sink: any ByteSink, _ throttle: Throttle) {
    self.sink = sink
    self.throttle = throttle
  }

  func take(_ bytes: ArraySlice<UInt8>) throws(DriverError) -> Bool {
    // What has come is taken, and what is too much of it holds up what comes next.
    let hasRoom = try sink.take(bytes)
    owed += bytes.count
    owed -= throttle.allow(owed)
    return hasRoom && owed == 0
  }

  func whenRoom(_ body: @escaping () -> Void) throws(DriverError) {
    try sink.whenRoom { [self] in pay(body) }
  }

  private func pay(_ body: @escaping () -> Void) {
    if owed > 0 { owed -= throttle.allow(owed) }
    if owed == 0 { return body() }
    // A loop that takes no timers any more has come to its end.
    try? throttle.whenMore { [self] in pay(body) }
  }

  func finish(_ scope: Scope) async throws(DriverError) { try await sink.finish(scope) }
}

/// A source that gives no more than a limit allows, which it shares with others.
final class LimitedSource: ByteSource {
  private let source: any ByteSource
  private let throttle: Throttle
  /// How many bytes may pass that were not there when the limit allowed them.
  private var allowed = 0
  /// Whether it is the limit that is waited for.
  private var isLimited = false

  init(_ source: any ByteSource, _ throttle: Throttle) {
    self.source = source
    self.throttle = throttle
  }

  func next(_ count: Int) throws(DriverError) -> BytePiece {
    if allowed == 0 { allowed = throttle.allow(count) }
    isLimited = allowed == 0
    if isLimited { return .again }
    let piece = try source.next(min(count, allowed))
    if case .bytes(let bytes) = piece { allowed -= bytes.count }
    return piece
  }

  func whenMore(_ body: @escaping () -> Void) throws(DriverError) {
    if isLimited { try throttle.whenMore(body) } else { try source.whenMore(body) }
  }
}
