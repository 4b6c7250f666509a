import DriverHost
import TestSupport
import Testing

/// The real host with the driver as it was built.
struct VaultHost {
  let host: Host
  /// What the host and the driver have logged.
  let log: Locked<[String]>

  init() throws {
    let log = Locked([String]())
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [
      .init(path: ThisPackage.products + "/libVAULTDriver.so", origin: .option)
    ])
    configuration.logLevel = .trace
    configuration.log = { entry in log.with { $0.append(entry.message) } }
    host = try Host(configuration)
    self.log = log
  }

  /// A call with whatever inputs.
  func run(
    _ action: String,
    _ inputs: ValueMap,
    timeout: Duration? = nil
  ) async throws(HostError) -> ConnectionResult {
    var inputs = inputs
    // Attempts without a wait between them.
    inputs["retry"] = ["attempts": 3, "initial": 0]
    var options = CallOptions()
    options.action = action
    options.timeout = timeout
    return try await host.connect(type: "VAULT", inputs, options: options)
  }

  /// How a call fails; records an issue if it does not.
  func failure(
    _ action: String,
    _ inputs: ValueMap,
    timeout: Duration? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async -> HostError? {
    do throws(HostError) {
      let result = try await run(action, inputs, timeout: timeout)
      Issue.record("it succeeded: \(result.outputs.names)", sourceLocation: sourceLocation)
      return nil
    } catch {
      return error
    }
  }

  var misuses: Int { host.statistics.drivers["VAULT"]?.misuses ?? 0 }
}

/// The typealias keeps the test framework's type apart from the host's.
typealias SourceLocation = Testing.SourceLocation

/// The inputs of a vault's connector, with others beside them.
func vault(_ url: String, _ login: Value, _ others: ValueMap = [:]) -> ValueMap {
  var inputs: ValueMap = ["url": .string(url), "authentication": login]
  for (name, value) in others { inputs[name] = value }
  return inputs
}

/// A token that is given.
func givenToken(_ text: String) -> Value {
  ["authentication_method": "token", "token": .string(text)]
}

/// A role.
func appRole(_ role: (id: String, secret: String), mount: String = "approle") -> Value {
  [
    "authentication_method": "approle", "role_id": .string(role.id),
    "secret_id": .string(role.secret), "mount_path": .string(mount),
  ]
}

/// A user.
func user(_ name: String, _ password: String) -> Value {
  [
    "authentication_method": "userpass", "username": .string(name), "password": .string(password),
  ]
}

extension VaultAPI {
  /// The inputs of a connector for the root, with others beside them.
  func root(_ others: ValueMap = [:]) -> ValueMap {
    vault(url, givenToken(rootToken), others)
  }
}

extension HostError {
  /// What tests look at first: the code, and the driver's own state behind it.
  var kind: String {
    if let vendorState, !vendorState.isEmpty { return "\(code) \(vendorState)" }
    return "\(code)"
  }
}
