import DriverHost
import TestSupport
import Testing

/// An sshd without SFTP.
enum SFTPlessServer {
  /// The one of this process.
  static var shared: SSHServer { get async throws { try await server.value } }

  private static let server = Task {
    var options = SSHServer.Options()
    options.sftp = .none
    return try await SSHServer(options)
  }
}

extension FileMovingTests {
  /// Runs an action that must not take long.
  @discardableResult
  func run(
    _ action: String,
    _ inputs: ValueMap,
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws -> ConnectionResult {
    try await host.run(action, inputs, timeout: .seconds(60), change)
  }

  /// The error of an action that has to fail, and must not take long.
  func failure(_ action: String, _ inputs: ValueMap) async throws -> HostError {
    try await host.failure(action, inputs, timeout: .seconds(60))
  }
}
