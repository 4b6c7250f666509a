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

  /// Ends the watch. To be done before its descriptor is closed.
  public func end() {
    guard id > 0 else { return }
    _ = unsafe loop.reactor.pointee.unwatch(loop.address, id)
    id = 0
  }
}

/// A timer of a loop that is armed as often as needed. Letting go of it disarms it.
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

/// A name being looked up. Letting go of it takes the look-up back.
@safe
public final class Lookup {
  /// Which addresses to look for.
  public enum Family: Sendable, Hashable {
    case any, ipv4, ipv6

    fileprivate var number: UInt32 {
      switch self {
      case .any: DH_ANY_FAMILY
      case .ipv4: DH_IPV4
      case .ipv6: DH_IPV6
      }
    }
  }

  private let loop: Loop
  private let resolver: UnsafePointer<dh_resolve_v1>
  private let body: (Result<[String], DriverError>) -> Void
  private var id: Int64 = 0

  init(
    _ name: String,
    _ family: Family,
    _ loop: Loop,
    _ resolver: UnsafePointer<dh_resolve_v1>,
    _ body: @escaping (Result<[String], DriverError>) -> Void
  ) throws(DriverError) {
    self.loop = loop
    unsafe self.resolver = unsafe resolver
    self.body = body
    var name = name
    let context = unsafe Unmanaged.passUnretained(self).toOpaque()
    id = name.withUTF8 { utf8 in
      unsafe resolver.pointee.resolve(
        loop.address,
        dh_text_v1(utf8),
        family.number,
        Lookup.run,
        context
      )
    }
    if id < 0 { throw DriverError(status: Int32(clamping: id), of: "resolve") }
  }

  deinit { cancel() }

  /// Takes the look-up back: its closure will not run.
  public func cancel() {
    guard id > 0 else { return }
    _ = unsafe resolver.pointee.cancel(loop.address, id)
    id = 0
  }

  private static let run: dh_resolved_fn_v1 = { context, error, addresses, count in
    guard let context = unsafe context else { return }
    let lookup = unsafe Unmanaged<Lookup>.fromOpaque(context).takeUnretainedValue()
    lookup.id = 0
    if let error = unsafe error {
      let failure = unsafe DriverError(error.pointee)
      withExtendedLifetime(lookup) { lookup.body(.failure(failure)) }
      return
    }
    let texts = unsafe UnsafeBufferPointer(start: addresses, count: count).map { text in
      unsafe String(InputText(text))
    }
    withExtendedLifetime(lookup) { lookup.body(.success(texts)) }
  }
}
