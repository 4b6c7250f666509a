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

    /// The library of an installed driver, or of the one that a data source names; nil where it is not known.
    func library(_ target: ConnectionString.Target) -> String? {
      switch target {
      case .driver(let name): return driver(name)?.library.library
      case .dataSource(let name):
        let source = dataSources.first { ConnectionString.isSame($0.name, name) }
        return source.map { driver($0.driver)?.library.library ?? $0.driver }
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
    let drivers = try environment.drivers().map { name, attributes in
      Driver(
        name: name,
        library: DriverLibrary(
          of: name,
          attributes: attributes.map { (keyword: $0.name, value: $0.value) }
        )
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
