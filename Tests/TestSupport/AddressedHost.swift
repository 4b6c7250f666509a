package import DriverHost
package import Testing

/// A host with a driver, and an address that all its calls have.
package protocol AddressedHost: Sendable {
  /// How long a call may take where its test does not say; nil: as long as it needs.
  static var usualTimeout: Duration? { get }

  /// The host and the driver.
  var driver: LoadedDriver { get }
  /// The inputs of all calls.
  var address: ValueMap { get }
}

extension AddressedHost {
  package static var usualTimeout: Duration? { nil }

  /// What has the driver.
  package var host: Host { driver.host }
  /// What was logged so far.
  package var log: String { driver.log }

  /// Runs an action.
  @discardableResult
  package func run(
    _ action: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = Self.usualTimeout,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var all = address
    for (name, value) in inputs { all[name] = value }
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    change(&options)
    return try await host.connect(type: driver.type, all, options: options)
  }

  /// The error of an action that has to fail.
  package func failure(
    _ action: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = Self.usualTimeout,
    sourceLocation: Testing.SourceLocation = #_sourceLocation,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> HostError {
    do throws(HostError) {
      try await run(action, inputs, timeout: timeout, change)
    } catch {
      return error
    }
    Issue.record("it succeeded", sourceLocation: sourceLocation)
    throw TestSupportError("\(action) succeeded")
  }
}
