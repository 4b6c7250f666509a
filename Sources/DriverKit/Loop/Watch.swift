internal import DriverABI

/// A descriptor that a loop watches, until this is let go of or ended.
///
/// What was ended keeps silent, even for an event that had been fetched already. Letting go of it on
/// another thread than the loop's ends it too, a moment later: `end` it on the loop before closing its
/// descriptor. The corresponding C functions are those of `dh_reactor_v1`.
@safe
public final class Watch {
  private final class Registration: LoopRegistration {
    let body: (Loop.Events) -> Void

    init(_ loop: Loop, _ body: @escaping (Loop.Events) -> Void) {
      self.body = body
      super.init(loop)
    }

    override func remove(_ id: Int64) {
      _ = unsafe loop.reactor.pointee.unwatch(loop.address, id)
    }
  }

  private let registration: Unmanaged<Registration>

  init(
    _ descriptor: Int32,
    _ events: Loop.Events,
    _ loop: Loop,
    _ body: @escaping (Loop.Events) -> Void
  ) throws(DriverError) {
    let registration = Registration(loop, body)
    unsafe try registration.begin("watch") { context in
      unsafe loop.reactor.pointee.watch(
        loop.address,
        descriptor,
        events.rawValue,
        Watch.run,
        context
      )
    }
    unsafe self.registration = Unmanaged.passRetained(registration)
  }

  deinit { unsafe LoopRegistration.letGo(registration) }

  private static let run: @convention(c) (UnsafeMutableRawPointer?, UInt32) -> Void = {
    context,
    events in
    guard let context = unsafe context else { return }
    // Held, because the closure may let go of the watch.
    let registration = unsafe Unmanaged<Registration>.fromOpaque(context).takeUnretainedValue()
    if registration.isWanted { registration.body(Loop.Events(rawValue: events)) }
  }

  /// Changes what the watch waits for; nothing keeps it and waits for nothing.
  public func change(to events: Loop.Events) throws(DriverError) {
    let registration = unsafe registration.takeUnretainedValue()
    let loop = registration.loop
    try registration.change("change") { id in
      unsafe loop.reactor.pointee.change(loop.address, id, events.rawValue)
    }
  }

  /// Ends the watch.
  ///
  /// To be done on the loop, and before its descriptor is closed.
  public func end() { unsafe LoopRegistration.end(registration.retain()) }
}
