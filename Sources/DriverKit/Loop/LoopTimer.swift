internal import DriverABI

/// A timer of a loop that is armed as often as needed.
///
/// Letting go of it disarms it.
@safe
public final class LoopTimer {
  private let loop: Loop
  private let body: () -> Void
  private var id: Int64 = 0

  init(_ loop: Loop, _ body: @escaping () -> Void) {
    self.loop = loop
    self.body = body
  }

  deinit { disarm() }

  /// Whether the timer is armed and has not run out.
  public var isArmed: Bool { id > 0 }

  /// Calls the timer's closure once, not earlier than after that many nanoseconds; an earlier arming
  /// is forgotten.
  public func arm(afterNanoseconds delay: UInt64) throws(DriverError) {
    disarm()
    let id = unsafe loop.reactor.pointee.timer(
      loop.address,
      delay,
      LoopTimer.run,
      Unmanaged.passUnretained(self).toOpaque()
    )
    if id < 0 { throw DriverError(status: Int32(clamping: id), of: "timer") }
    self.id = id
  }

  /// Takes an arming back.
  public func disarm() {
    guard id > 0 else { return }
    _ = unsafe loop.reactor.pointee.cancel(loop.address, id)
    id = 0
  }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    guard let context = unsafe context else { return }
    let timer = unsafe Unmanaged<LoopTimer>.fromOpaque(context).takeUnretainedValue()
    timer.id = 0
    // Held, because the closure may let go of the timer.
    withExtendedLifetime(timer) { timer.body() }
  }
}
