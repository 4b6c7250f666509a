import DriverHost
import TestSupport
import Testing

/// A host that has some fixture drivers and no others.
struct FixtureHost {
  let host: Host
  let log: CollectedLog

  /// Compiles the drivers that are not there yet.
  init(_ names: String..., change: (inout HostConfiguration) -> Void = { _ in }) throws {
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(
      entries: try names.map {
        SearchPath.Entry(path: try FixtureDriver.path($0), origin: .option)
      }
    )
    let log = CollectedLog()
    configuration.logLevel = .trace
    configuration.log = { log.add($0) }
    change(&configuration)
    self.log = log
    host = try Host(configuration)
  }

  /// One call; `timeout` in milliseconds.
  func call(
    _ type: String,
    _ action: String? = nil,
    _ inputs: ValueMap = [:],
    timeout: Int? = nil,
    change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> ConnectionResult {
    var options = CallOptions()
    options.action = action
    options.timeout = timeout.map { .milliseconds($0) }
    change(&options)
    // The time is for the call: under a sanitizer the first load of a driver takes longer than most of them.
    if timeout != nil { try await host.load(type: type) }
    return try await host.connect(type: type, inputs, options: options)
  }

  /// The error of one call that must fail.
  func failure(
    _ type: String,
    _ action: String? = nil,
    _ inputs: ValueMap = [:],
    timeout: Int? = nil,
    sourceLocation: Testing.SourceLocation = #_sourceLocation
  ) async -> HostError? {
    do {
      let result = try await call(type, action, inputs, timeout: timeout)
      Issue.record("the call succeeded: \(result.outputs)", sourceLocation: sourceLocation)
      return nil
    } catch let error as HostError {
      return error
    } catch {
      Issue.record(error, sourceLocation: sourceLocation)
      return nil
    }
  }
}

/// The log lines of a host.
final class CollectedLog: Sendable {
  private let lines = Lock<[LogEntry]>([])

  var entries: [LogEntry] { lines.withLock { $0 } }

  func add(_ entry: LogEntry) { lines.withLock { $0.append(entry) } }

  /// Whether some line holds a text.
  func holds(_ text: String) -> Bool { entries.contains { $0.message.contains(text) } }
}
