import DriverHost
import TestSupport

/// A host with the driver, and an address that all its calls have.
struct SSHHost: AddressedHost {
  let driver: LoadedDriver
  let address: ValueMap

  /// A host for an address.
  init(_ address: ValueMap, _ change: (inout HostConfiguration) -> Void = { _ in }) throws {
    self.address = address
    driver = try LoadedDriver("SSH", change)
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
}
