import DriverABI

/// The schema of a driver's stream, in memory that the driver made.
@safe
final class DriversSchema: @unchecked Sendable {
  // `@unchecked` because only `move` changes the memory, and whoever was given the schema calls it once.

  /// The columns' names and types.
  let columns: [ArrowField]
  private let schema: UnsafeMutablePointer<ArrowSchema>

  /// Takes a schema over.
  ///
  /// - Throws: What is wrong with it; it is released then.
  init(moving source: UnsafeMutablePointer<ArrowSchema>) throws(HostError) {
    do throws(HostError) {
      columns = unsafe try ArrowSchemaReader.columns(of: unsafe source.pointee)
    } catch {
      if let release = unsafe source.pointee.release { unsafe release(source) }
      throw error
    }
    unsafe schema = .allocate(capacity: 1)
    unsafe schema.initialize(to: source.move())
    unsafe source.initialize(to: ArrowSchema())
  }

  deinit {
    if let release = unsafe schema.pointee.release { unsafe release(schema) }
    unsafe schema.deallocate()
  }

  /// Hands the schema on, once.
  func move(to target: UnsafeMutablePointer<ArrowSchema>) {
    unsafe target.initialize(to: schema.move())
    unsafe schema.initialize(to: ArrowSchema())
  }
}
