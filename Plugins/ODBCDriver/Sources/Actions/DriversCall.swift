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
    do throws(ODBCFailure) {
      let drivers = try environment.drivers().map { name, attributes -> OutputValue in
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
      let sources = try environment.dataSources().map { name, driver -> OutputValue in
        .map([("name", .string(name)), ("driver", .string(driver))])
      }
      do throws(DriverError) {
        try call.output("drivers", .list(drivers))
        try call.output("data_sources", .list(sources))
      } catch {
        _ = call.fail(error)
      }
    } catch {
      throw error.error()
    }
  }
}
