internal import DriverABI
internal import Synchronization

/// What C holds of a descriptor, a timer or a look-up of a loop: the context of its function.
///
/// C's hold is one retain, from `begin` until C has called for the last time or the registration was
/// removed. That and everything else happens on the loop's thread, whichever thread its owner is let
/// go of on: there alone the host takes removals, and there the driver's closure is freed.
@safe
class LoopRegistration {
  let loop: Loop
  /// The host's number for it; 0 while C holds nothing.
  private var id: Int64 = 0
  /// Whether the owner is gone, so that nobody wants to be called.
  private let isSilent = Atomic<Bool>(false)

  init(_ loop: Loop) { self.loop = loop }

  /// Removes it from the loop; the subclass knows by which function.
  func remove(_ id: Int64) {
    preconditionFailure("each kind of registration has a subclass that removes it")
  }

  /// Whether C may still call.
  final var isHeldByC: Bool { id > 0 }

  /// Whether the driver still wants to hear of it.
  final var isWanted: Bool { !isSilent.load(ordering: .acquiring) }

  /// Hands the context to C by one of the host's functions, which answers an id or a status below 0.
  final func begin(
    _ function: StaticString,
    _ register: (_ context: UnsafeMutableRawPointer) -> Int64
  ) throws(DriverError) {
    let held = unsafe Unmanaged.passRetained(self)
    let id = unsafe register(held.toOpaque())
    guard id > 0 else {
      unsafe held.release()
      throw DriverError(status: Int32(clamping: id), of: function)
    }
    self.id = id
  }

  /// Notes that C has called for the last time.
  final func hasRun() {
    id = 0
    unsafe Unmanaged.passUnretained(self).release()
  }

  /// Removes it, unless that is done already.
  private final func end() {
    guard isHeldByC else { return }
    let id = id
    hasRun()
    remove(id)
  }

  /// Changes it by one of the host's functions, while C holds it.
  final func change(
    _ function: StaticString,
    _ body: (_ id: Int64) -> Int32
  ) throws(DriverError) {
    guard isHeldByC else { return }
    let status = body(id)
    if status < 0 { throw DriverError(status: status, of: function) }
  }

  // MARK: - For the owner, on any thread

  /// Removes a registration, and gives up the caller's hold on it.
  ///
  /// The hold is passed on as it is, without a reference of this thread's beside it: the last one has
  /// to go on the loop.
  static func end(_ held: Unmanaged<some LoopRegistration>) {
    let loop = unsafe held._withUnsafeGuaranteedRef { $0.loop }
    if loop.isCurrent {
      unsafe end(held.toOpaque())
      return
    }
    let status = unsafe loop.reactor.pointee.post(
      loop.address,
      { context in
        guard let context = unsafe context else { return }
        unsafe LoopRegistration.end(context)
      },
      held.toOpaque()
    )
    if status < 0 {
      loop.remains.keep(
        { unsafe end(held.toOpaque()) },
        orDrop: {
          // The instance has ended, and with it what C held.
          unsafe held._withUnsafeGuaranteedRef { if $0.isHeldByC { $0.hasRun() } }
          unsafe held.release()
        }
      )
    }
  }

  private static func end(_ context: UnsafeMutableRawPointer) {
    unsafe Unmanaged<LoopRegistration>.fromOpaque(context).takeRetainedValue().end()
  }

  /// Removes a registration whose owner is gone: nothing is to be heard of it from now on.
  static func letGo(_ held: Unmanaged<some LoopRegistration>) {
    unsafe held._withUnsafeGuaranteedRef { $0.isSilent.store(true, ordering: .releasing) }
    unsafe end(held)
  }
}
