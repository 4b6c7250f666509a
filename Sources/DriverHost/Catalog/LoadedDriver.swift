/// A driver that is in this process and has said what it does.
struct LoadedDriver: Sendable {
  /// What was read of it before it was loaded.
  let driver: CatalogDriver
  /// What it does.
  let functions: DriverRuntime.Functions

  /// What it says about itself.
  var descriptor: Descriptor { driver.descriptor }
}
