import DriverHost
import TestSupport
import Testing

/// A host with the driver, and an address that all its calls have.
struct SSHHost: Sendable {
  let host: Host
  let address: ValueMap
  private let lines = Locked<[String]>([])

  /// A host for an address.
  init(_ address: ValueMap, _ change: (inout HostConfiguration) -> Void = { _ in }) throws {
    self.address = address
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/libSSHDriver.so", origin: .option)
    ])
    configuration.logLevel = .trace
    configuration.log = { [lines] entry in lines.with { $0.append("\(entry)") } }
    change(&configuration)
    host = try Host(configuration)
  }

  /// A host for a server, whose key is pinned.
  init(
    _ server: some ServerWithLogins,
    _ login: Value? = nil,
    _ more: ValueMap = [:]
  ) throws {
    var address: ValueMap = [
      "host": "127.0.0.1", "port": .int(Int64(server.port)),
      "hostkey": [
        "hostkey_method": "known_host",
        "known_host": .string(server.knownHosts.joined(separator: "\n")),
      ],
      "authentication": login ?? SSHHost.password(.tester),
    ]
    for (name, value) in more { address[name] = value }
    try self.init(address)
  }

  /// A user's password.
  static func password(_ user: LoginUser) -> Value {
    [
      "authentication_method": "username_password", "username": .string(user.name),
      "password": .string(user.password ?? ""),
    ]
  }

  /// What was logged so far.
  var log: String { lines.with { $0.joined(separator: "\n") } }

  /// Runs an action.
  @discardableResult
  func run(
    _ action: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var all = address
    for (name, value) in inputs { all[name] = value }
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    change(&options)
    return try await host.connect(type: "SSH", all, options: options)
  }

  /// Runs a command.
  @discardableResult
  func command(
    _ command: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var all = inputs
    all["command"] = .string(command)
    return try await run("run_command", all, timeout: timeout, change)
  }

  /// The error of an action that has to fail.
  func failure(
    _ action: String,
    _ inputs: ValueMap = [:],
    timeout: Duration? = nil,
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
