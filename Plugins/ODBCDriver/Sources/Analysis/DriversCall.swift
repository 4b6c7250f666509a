internal import DriverKit

/// The action `drivers`: what is installed, and what a driver misses, without connecting to anything.
struct DriversCall {
  private let call: Call
  private let installed: InstalledDrivers

  init(_ call: Call, _ installed: InstalledDrivers) {
    self.call = call
    self.installed = installed
  }

  func run() throws(DriverError) {
    let lists: InstalledDrivers.Lists
    do throws(ODBCFailure) {
      lists = try installed.lists()
    } catch {
      throw error.error()
    }
    let drivers = lists.drivers.map { driver -> OutputValue in
      let library = driver.library
      return .map([
        ("name", .string(driver.name)), ("library", .string(library.path ?? library.library)),
        ("usable", .bool(driver.fault == nil)), ("fault", OutputValue(driver.fault)),
      ])
    }
    let sources = lists.dataSources.map { source -> OutputValue in
      .map([("name", .string(source.name)), ("driver", .string(source.driver))])
    }
    try call.output("drivers", .list(drivers))
    try call.output("data_sources", .list(sources))
  }
}
