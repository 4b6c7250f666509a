internal import DriverKit

/// The action `drivers`: what is installed, and what a driver misses. Connects to nothing.
struct DriversCall {
  private let call: Call
  private let environment: ODBCEnvironment

  init(_ call: Call, _ environment: ODBCEnvironment) {
    self.call = call
    self.environment = environment
  }

  func run() throws(DriverError) {
    let (drivers, sources): ([OutputValue], [OutputValue])
    do throws(ODBCFailure) {
      drivers = try environment.drivers().map { name, attributes in
        let library = DriverLibrary(
          of: name,
          attributes: attributes.map { (keyword: $0.name, value: $0.value) }
        )
        return .map([
          ("name", .string(name)), ("library", .string(library.path ?? library.library)),
          ("usable", .bool(library.fault == nil)),
          ("fault", library.fault.map { .string($0) } ?? .null),
        ])
      }
      sources = try environment.dataSources().map { name, driver in
        .map([("name", .string(name)), ("driver", .string(driver))])
      }
    } catch {
      throw error.error()
    }
    try call.output("drivers", .list(drivers))
    try call.output("data_sources", .list(sources))
  }
}
