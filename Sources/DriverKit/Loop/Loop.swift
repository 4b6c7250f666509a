internal import DriverABI
internal import Glibc

/// The loop of a non-blocking driver: its descriptors, timers and look-ups on the host's one thread.
///
/// Not `Sendable`: whoever has it is on its thread.
@safe
public final class Loop {
  let address: OpaquePointer
  let reactor: UnsafePointer<dh_reactor_v1>
  private let resolver: UnsafePointer<dh_resolve_v1>?
  /// The loop's only thread: the one on which the host has the driver made.
  private let thread = pthread_self()
  /// What is to be done on the loop, and came when the host took it no more.
  let remains = LoopRemains()

  init(_ address: OpaquePointer, host: UnsafePointer<dh_host_v1>) throws(DriverError) {
    guard let reactor = unsafe host.pointee.interface(host, DH_REACTOR_V1) else {
      throw DriverError(.unsupported, "the host has no loop for drivers (\(DH_REACTOR_V1))")
    }
    unsafe self.address = unsafe address
    unsafe self.reactor = unsafe reactor.assumingMemoryBound(to: dh_reactor_v1.self)
    unsafe resolver = unsafe host.pointee.interface(host, DH_RESOLVE_V1)?
      .assumingMemoryBound(to: dh_resolve_v1.self)
  }

  /// Events of a descriptor.
  public struct Events: OptionSet, Sendable, Hashable {
    /// The ABI's number.
    public let rawValue: UInt32
    /// Events by the ABI's number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// There is something to read.
    public static let readable = Events(rawValue: DH_READABLE)
    /// There is room to write.
    public static let writable = Events(rawValue: DH_WRITABLE)
    /// The peer has gone, or the descriptor is in error: told whether asked for or not.
    public static let hangup = Events(rawValue: DH_HANGUP)
  }

  /// Calls `body` while a descriptor is ready for any of `events`, until the watch is let go of.
  ///
  /// One watch a descriptor; let go of it, or `end` it, before closing the descriptor.
  public func watch(
    _ descriptor: Int32,
    for events: Events,
    _ body: @escaping (Events) -> Void
  ) throws(DriverError) -> Watch {
    try Watch(descriptor, events, self, body)
  }

  /// A timer that calls `body` each time that it was armed and has run out.
  public func timer(_ body: @escaping () -> Void) -> LoopTimer {
    LoopTimer(self, body)
  }

  /// Runs `body` on the loop, soon, and never inside this.
  public func post(_ body: @escaping () -> Void) {
    Poster.post(body, poster)
  }

  /// Whether the caller is on the loop's thread.
  var isCurrent: Bool { pthread_equal(thread, pthread_self()) != 0 }

  /// Gives up a hold on an object that is to be freed on the loop's thread only.
  ///
  /// May be called from any thread. Where the loop takes no posts any more, its instance is being ended, or was: then it
  /// is freed at the end of that, or here.
  func release(_ held: Unmanaged<some AnyObject>) {
    if isCurrent {
      unsafe held.release()
      return
    }
    let status = unsafe reactor.pointee.post(
      address,
      { context in
        guard let context = unsafe context else { return }
        unsafe Unmanaged<AnyObject>.fromOpaque(context).release()
      },
      held.toOpaque()
    )
    if status < 0 {
      let release = { unsafe held.release() }
      remains.keep(release, orDrop: release)
    }
  }

  /// What other threads may post with.
  public var poster: Poster { unsafe Poster(address, reactor, remains) }

  /// Whether the host looks names up.
  public var canResolve: Bool { unsafe resolver != nil }

  /// Looks a name up off the loop and runs `body` once on it, unless the look-up is let go of before.
  ///
  /// There is no time limit of its own: use a timer.
  public func resolve(
    _ name: String,
    _ family: Lookup.Family = .any,
    _ body: @escaping (Result<[String], DriverError>) -> Void
  ) throws(DriverError) -> Lookup {
    guard let resolver = unsafe resolver else {
      throw DriverError(.unsupported, "the host looks no names up (\(DH_RESOLVE_V1))")
    }
    return unsafe try Lookup(name, family, self, resolver, body)
  }
}

/// Runs closures on a loop from any thread.
@safe
public struct Poster: @unchecked Sendable {
  // `@unchecked` because both pointers are valid until the process ends and `post` is thread-safe.
  private let address: OpaquePointer
  private let reactor: UnsafePointer<dh_reactor_v1>
  private let remains: LoopRemains

  init(
    _ address: OpaquePointer,
    _ reactor: UnsafePointer<dh_reactor_v1>,
    _ remains: LoopRemains
  ) {
    unsafe self.address = unsafe address
    unsafe self.reactor = unsafe reactor
    self.remains = remains
  }

  /// Runs `body` on the loop, soon, in the order of posting.
  ///
  /// While the instance is being ended it runs at the end of that, when the driver is gone, and afterwards not at all.
  public func post(_ body: @escaping @Sendable () -> Void) {
    Poster.post(body, self)
  }

  fileprivate static func post(_ body: @escaping () -> Void, _ poster: Poster) {
    let context = unsafe Unmanaged.passRetained(Closure(body)).toOpaque()
    let status = unsafe poster.reactor.pointee.post(poster.address, Closure.run, context)
    if status < 0 {
      poster.remains.keep(
        { unsafe Closure.run(context) },
        orDrop: { unsafe Unmanaged<Closure>.fromOpaque(context).release() }
      )
    }
  }

  /// A closure that C holds until it has run.
  private final class Closure {
    private let body: () -> Void

    init(_ body: @escaping () -> Void) { self.body = body }

    static let run: @convention(c) (UnsafeMutableRawPointer?) -> Void = { context in
      guard let context = unsafe context else { return }
      unsafe Unmanaged<Closure>.fromOpaque(context).takeRetainedValue().body()
    }
  }
}
