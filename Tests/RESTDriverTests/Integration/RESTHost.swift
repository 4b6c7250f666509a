import DriverHost
import TestSupport
import Testing

/// The real host with the driver as it was built.
struct RESTHost {
  let host: Host

  static let shared = Result { try RESTHost() }

  init(log: @escaping @Sendable (LogEntry) -> Void = { _ in }) throws {
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/libRESTDriver.so", origin: .option)
    ])
    configuration.logLevel = .trace
    configuration.log = log
    host = try Host(configuration)
  }

  func request(
    _ inputs: ValueMap,
    action: String? = nil,
    timeout: Duration? = nil
  ) async throws(HostError) -> ConnectionResult {
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    return try await host.connect(type: "REST", inputs, options: options)
  }

  /// How a request fails; records an issue if it does not.
  func failure(
    _ inputs: ValueMap,
    action: String? = nil,
    timeout: Duration? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async -> HostError? {
    do throws(HostError) {
      let result = try await request(inputs, action: action, timeout: timeout)
      Issue.record("it succeeded: \(result.outputs)", sourceLocation: sourceLocation)
      return nil
    } catch {
      return error
    }
  }

  /// The steps of a test, as `name outcome`.
  func steps(_ inputs: ValueMap) async throws -> (steps: [String], result: ConnectionResult) {
    let result = try await request(inputs, action: "test")
    let steps = result["steps"].listValue ?? []
    return (
      steps.map { "\($0["name"].stringValue ?? "") \($0["outcome"].stringValue ?? "")" }, result
    )
  }

  var misuses: Int { host.statistics.drivers["REST"]?.misuses ?? 0 }
}

/// The typealias keeps the test framework's type apart from the host's.
typealias SourceLocation = Testing.SourceLocation
