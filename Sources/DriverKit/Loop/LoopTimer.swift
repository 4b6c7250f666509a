internal import DriverABI

/// A timer of a loop that is armed as often as needed.
///
/// Letting go of it disarms it; on another thread than the loop's, a moment later.
@safe
public final class LoopTimer {
  private final class Registration: LoopRegistration {
    let body: () -> Void

    init(_ loop: Loop, _ body: @escaping () -> Void) {
      self.body = body
      super.init(loop)
    }

    override func remove(_ id: Int64) {
      _ = unsafe loop.reactor.pointee.cancel(loop.address, id)
    }
  }

  private let registration: Unmanaged<Registration>

  init(_ loop: Loop, _ body: @escaping () -> Void) {
    unsafe registration = Unmanaged.passRetained(Registration(loop, body))
  }

  deinit { unsafe LoopRegistration.letGo(registration) }

  /// Whether the timer is armed and has not run out.
  public var isArmed: Bool { unsafe registration._withUnsafeGuaranteedRef { $0.isHeldByC } }

  /// Calls the timer's closure once, not earlier than after that many nanoseconds; an earlier arming
  /// is forgotten.
  ///
  /// On the loop.
  public func arm(afterNanoseconds delay: UInt64) throws(DriverError) {
    disarm()
    let registration = unsafe registration.takeUnretainedValue()
    let loop = registration.loop
    unsafe try registration.begin("timer") { context in
      unsafe loop.reactor.pointee.timer(loop.address, delay, LoopTimer.run, context)
    }
  }

  /// Takes an arming back.
  ///
  /// On the loop.
  public func disarm() { unsafe LoopRegistration.end(registration.retain()) }

  private static let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
    guard let context = unsafe context else { return }
    // Held, because the closure may let go of the timer.
    let registration = unsafe Unmanaged<Registration>.fromOpaque(context).takeUnretainedValue()
    registration.hasRun()
    if registration.isWanted { registration.body() }
  }
}
