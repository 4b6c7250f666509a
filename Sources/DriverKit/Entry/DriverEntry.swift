public import DriverABI

/// What a driver's entry answers to the host, made once and kept until the process ends.
///
/// The whole entry file of a driver, in a target of its own:
///
///     public import DriverABI
///     import DriverKit
///     import GreetDriver
///
///     private let entry = unsafe DriverEntry { unsafe DriverEntry.create(GreetDriver.self, $0, $1, $2, $3) }
///
///     @c @implementation
///     public func dh_driver_entry_v1(
///       _ host: UnsafePointer<dh_host_v1>, _ id: UnsafePointer<CChar>
///     ) -> UnsafeRawPointer? { unsafe entry.answer(id) }
///
/// The closure is there because a C function cannot be generic: it is what binds the entry to a type.
@safe
public struct DriverEntry: @unchecked Sendable {
  // `@unchecked` because the table is never changed.

  /// Makes an instance: `dh_driver_v1.create`.
  public typealias Create =
    @convention(c) (
      UnsafePointer<dh_host_v1>, OpaquePointer?, UnsafeMutablePointer<UnsafeMutableRawPointer?>,
      dh_report_v1
    ) -> Int32

  private let table: UnsafePointer<dh_driver_v1>

  /// An entry for the driver type that the function makes, by one of `create`.
  public init(_ create: Create) {
    let place = UnsafeMutablePointer<dh_driver_v1>.allocate(capacity: 1)
    unsafe place.initialize(
      to: dh_driver_v1(
        create: create,
        destroy: { instance in
          guard let instance = unsafe instance else { return }
          let held = unsafe Unmanaged<Instance>.fromOpaque(instance)
          let loop = unsafe held._withUnsafeGuaranteedRef { $0.loop }
          unsafe held.release()
          // What the driver's other threads have let go of meanwhile belongs to this one.
          loop?.remains.clear()
        },
        start: { instance, request in
          guard let instance = unsafe instance else { return }
          let object = unsafe Unmanaged<Instance>.fromOpaque(instance).takeUnretainedValue()
          unsafe object.start(Call(CallState(unsafe request.pointee)))
        }
      )
    )
    unsafe table = unsafe UnsafePointer(place)
  }

  /// The functions that the entry answers, for a host in the same process.
  @unsafe public var functions: UnsafePointer<dh_driver_v1> { unsafe table }

  /// The table for an interface id; nil for one that a driver of this version does not have.
  public func answer(_ id: UnsafePointer<CChar>) -> UnsafeRawPointer? {
    unsafe dh_same(id, DH_DRIVER_V1) != 0 ? UnsafeRawPointer(table) : nil
  }

  /// Makes an instance of a blocking driver.
  public static func create<D: BlockingDriver>(
    _ type: D.Type,
    _ host: UnsafePointer<dh_host_v1>,
    _ loop: OpaquePointer?,
    _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ report: dh_report_v1
  ) -> Int32 {
    unsafe make(instance, report) { () throws(DriverError) in
      unsafe try refuse(loop)
      return BlockingInstance(unsafe try D(DriverContext(host)))
    }
  }

  /// Makes an instance of a blocking driver with sessions.
  public static func create<D: BlockingSessionDriver>(
    _ type: D.Type,
    _ host: UnsafePointer<dh_host_v1>,
    _ loop: OpaquePointer?,
    _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ report: dh_report_v1
  ) -> Int32 {
    unsafe make(instance, report) { () throws(DriverError) in
      unsafe try refuse(loop)
      return BlockingSessionInstance(unsafe try D(DriverContext(host)))
    }
  }

  /// Makes an instance of a non-blocking driver.
  public static func create<D: NonblockingDriver>(
    _ type: D.Type,
    _ host: UnsafePointer<dh_host_v1>,
    _ loop: OpaquePointer?,
    _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ report: dh_report_v1
  ) -> Int32 {
    unsafe make(instance, report) { () throws(DriverError) in
      let loop = unsafe try Loop(try given(loop), host: host)
      return NonblockingInstance(unsafe try D(DriverContext(host), loop: loop), loop)
    }
  }

  /// Makes an instance of a non-blocking driver with sessions.
  public static func create<D: NonblockingSessionDriver>(
    _ type: D.Type,
    _ host: UnsafePointer<dh_host_v1>,
    _ loop: OpaquePointer?,
    _ instance: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ report: dh_report_v1
  ) -> Int32 {
    unsafe make(instance, report) { () throws(DriverError) in
      let loop = unsafe try Loop(try given(loop), host: host)
      return NonblockingSessionInstance(
        unsafe try D(DriverContext(host), loop: loop),
        loop
      )
    }
  }

  private static func given(_ loop: OpaquePointer?) throws(DriverError) -> OpaquePointer {
    if let loop = unsafe loop { return unsafe loop }
    throw DriverError(
      .internal,
      "the driver is non-blocking, but was made without a loop: its descriptor must say `\"execution\": \"nonblocking\"`"
    )
  }

  private static func refuse(_ loop: OpaquePointer?) throws(DriverError) {
    if unsafe loop == nil { return }
    throw DriverError(
      .internal,
      "the driver is blocking, but was made for a loop, where each wait would hold up all other calls: its descriptor must say `\"execution\": \"blocking\"`"
    )
  }

  private static func make(
    _ place: UnsafeMutablePointer<UnsafeMutableRawPointer?>,
    _ report: dh_report_v1,
    _ body: () throws(DriverError) -> Instance
  ) -> Int32 {
    do throws(DriverError) {
      let instance = try body()
      unsafe place.pointee = Unmanaged.passRetained(instance).toOpaque()
      return DH_OK
    } catch {
      unsafe error.withABI { unsafe report.fn(report.context, $0) }
      return DH_FAILED
    }
  }
}
