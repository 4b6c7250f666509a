internal import DriverABI

/// A descriptor that a loop watches, until this is let go of or ended.
///
/// What was ended keeps silent, even for an event that had been fetched already. The corresponding C
/// functions are those of `dh_reactor_v1`.
@safe
public final class Watch {
  private let loop: Loop
  private let body: (Loop.Events) -> Void
  private var id: Int64 = 0

  init(
    _ descriptor: Int32,
    _ events: Loop.Events,
    _ loop: Loop,
    _ body: @escaping (Loop.Events) -> Void
  ) throws(DriverError) {
    self.loop = loop
    self.body = body
    id = unsafe loop.reactor.pointee.watch(
      loop.address,
      descriptor,
      events.rawValue,
      Watch.run,
      Unmanaged.passUnretained(self).toOpaque()
    )
    if id < 0 { throw DriverError(status: Int32(clamping: id), of: "watch") }
  }

  deinit { end() }

  private static let run: @convention(c) (UnsafeMutableRawPointer?, UInt32) -> Void = {
    context,
    events in
    guard let context = unsafe context else { return }
    let watch = unsafe Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue()
    // Held, because the closure may let go of the watch.
    withExtendedLifetime(watch) { watch.body(Loop.Events(rawValue: events)) }
  }

  /// Changes what the watch waits for; nothing keeps it and waits for nothing.
  public func change(to events: Loop.Events) throws(DriverError) {
    guard id > 0 else { return }
    let status = unsafe loop.reactor.pointee.change(loop.address, id, events.rawValue)
    if status < 0 { throw DriverError(status: status, of: "change") }
  }

  /// Ends the watch.
  ///
  /// To be done before its descriptor is closed.
  public func end() {
    guard id > 0 else { return }
    _ = unsafe loop.reactor.pointee.unwatch(loop.address, id)
    id = 0
  }
}
