internal import CODBC
internal import DriverKit
internal import Glibc

/// The drivers and data sources that are installed, looked at anew after some seconds.
///
/// The driver manager reads its files for each question and keeps something of each, and to find out what a driver needs
/// takes files of all its libraries: neither is done for every session.
final class InstalledDrivers: Sendable {
  /// A driver of odbcinst.ini.
  struct Driver: Sendable {
    let name: String
    let library: DriverLibrary
    /// Whether the driver manager keeps its connections for others when they are closed.
    let isPooled: Bool

    /// Why the driver cannot be used and what to do, without a full stop; nil: nothing is wrong with it.
    var fault: String? { library.fault ?? poolingFault }

    /// That a connection would come with what an earlier session has set; nil: it does not.
    var poolingFault: String? {
      guard isPooled else { return nil }
      return
        "the driver manager keeps connections of the driver \(name) for others, with what was set in them: set CPTimeout to 0 in its section of odbcinst.ini, or Pooling to No in the section ODBC"
    }
  }

  /// A data source of odbc.ini, with the name or the path of its driver.
  struct DataSource: Sendable {
    let name: String
    let driver: String
  }

  /// What is installed.
  struct Lists: Sendable {
    let drivers: [Driver]
    let dataSources: [DataSource]

    /// A driver by its name.
    func driver(_ name: String) -> Driver? {
      drivers.first { ConnectionString.isSame($0.name, name) }
    }

    /// A data source by its name.
    func dataSource(_ name: String) -> DataSource? {
      dataSources.first { ConnectionString.isSame($0.name, name) }
    }

    /// The installed driver that an address leads to; nil where it is not known.
    func driver(_ target: ConnectionString.Target) -> Driver? {
      switch target {
      case .driver(let name): driver(name)
      case .dataSource(let name): dataSource(name).flatMap { driver($0.driver) }
      case .file: nil
      }
    }

    /// The library of an installed driver, or of the one that a data source names; nil where it is not known.
    func library(_ target: ConnectionString.Target) -> String? {
      if let driver = driver(target) { return driver.library.library }
      guard case .dataSource(let name) = target else { return nil }
      return dataSource(name)?.driver
    }

    /// The library that an address leads to, with what is wrong with it; nil where there is no such driver.
    func driverLibrary(_ target: ConnectionString.Target) -> DriverLibrary? {
      if let driver = driver(target) { return driver.library }
      // What stands in odbcinst.ini under no name may be a path.
      switch target {
      case .driver(let name):
        return name.contains("/") ? DriverLibrary(of: name, library: name) : nil
      case .dataSource(let name):
        return dataSource(name).map { DriverLibrary(of: $0.driver, library: $0.driver) }
      case .file: return nil
      }
    }
  }

  private static let seconds = 10

  private let environment: ODBCEnvironment
  private let lock = Lock()
  private let state = State()

  init(_ environment: ODBCEnvironment) { self.environment = environment }

  /// What is installed, as it was some seconds ago at most.
  ///
  /// - Throws: Why the driver manager could not be asked.
  func lists() throws(ODBCFailure) -> Lists {
    lock.lock()
    defer { lock.unlock() }
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    if let known = state.lists, now.tv_sec - state.time < InstalledDrivers.seconds { return known }
    let pools = ODBCEnvironment.poolsConnections
    let drivers = try environment.drivers().map { name, attributes in
      let attributes = attributes.map { (keyword: $0.name, value: $0.value) }
      let timeout = attributes.first { ConnectionString.isSame($0.keyword, "CPTimeout") }?.value
      return Driver(
        name: name,
        library: DriverLibrary(of: name, attributes: attributes),
        isPooled: pools && (timeout.flatMap { Int($0) } ?? 0) > 0
      )
    }
    let sources = try environment.dataSources().map { DataSource(name: $0, driver: $1) }
    let lists = Lists(drivers: drivers, dataSources: sources)
    (state.lists, state.time) = (lists, now.tv_sec)
    return lists
  }
}

private final class State: @unchecked Sendable {
  // `@unchecked` because it is looked at under the lock.
  var lists: InstalledDrivers.Lists?
  var time = 0
}
