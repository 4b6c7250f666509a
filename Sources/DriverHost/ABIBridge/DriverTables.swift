import DriverABI

/// The tables that one driver is given.
///
/// They are never freed: a driver may keep them for ever.
///
/// Each stands at the beginning of a record that also tells whose it is, so that a function which gets
/// the table's address knows the driver to blame.
@safe
struct DriverTables: @unchecked Sendable {
  // `@unchecked` because both are written once, before anybody else sees them.
  let calls: UnsafePointer<dh_calls_v1>
  let host: UnsafePointer<dh_host_v1>

  @safe
  private struct Record<Table> {
    var table: Table
    var driver: Unmanaged<DriverRuntime>
  }

  /// Tables for a runtime that is never freed.
  init(for driver: DriverRuntime) {
    unsafe calls = DriverTables.record(CallFunctions.table, driver)
    unsafe host = DriverTables.record(HostFunctions.table(for: driver), driver)
  }

  /// The addresses of all tables: a driver may give back that of a copy, behind which stands something else.
  private static let known = Lock<Set<UInt>>([])

  /// The driver that a table was given to; nil for the address of anything else.
  ///
  /// Takes a lock: not for what drivers do often.
  static func driver<Table>(of table: UnsafePointer<Table>) -> DriverRuntime? {
    guard known.withLock({ $0.contains(UInt(bitPattern: table)) }) else { return nil }
    return unsafe UnsafeRawPointer(table).assumingMemoryBound(to: Record<Table>.self).pointee
      .driver.takeUnretainedValue()
  }

  private static func record<Table>(
    _ table: Table,
    _ driver: DriverRuntime
  ) -> UnsafePointer<Table> {
    let record = UnsafeMutablePointer<Record<Table>>.allocate(capacity: 1)
    unsafe record.initialize(
      to: Record(table: table, driver: Unmanaged.passUnretained(driver))
    )
    _ = known.withLock { $0.insert(UInt(bitPattern: record)) }
    return unsafe UnsafePointer(
      UnsafeMutableRawPointer(record).assumingMemoryBound(to: Table.self)
    )
  }
}
