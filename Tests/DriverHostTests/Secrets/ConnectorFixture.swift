import DriverHost
import Foundation
import TestSupport

/// A host with a workspace, the drivers of `echo.c` and of Examples/c-secrets, and a folder of secrets for it.
struct ConnectorFixture {
  let folder: TemporaryFolder
  let host: DriverHost.Host
  let log = CollectedLog()
  let history = MemoryHistory()

  var workspace: Workspace { Workspace(folder: folder.path) }

  /// The secrets that the vault `main` has at `orders`.
  static let orders =
    #"{"secret": "s3cret-of-orders", "int": 9223372036854775807, "deep": {"a": [1, 2.5]}, "unused": 1}"#

  /// Makes the host and what stands in its workspace.
  ///
  /// - Parameter change: Changes the host's configuration.
  /// - Throws: Why a driver could not be built or a file could not be written.
  init(change: (inout HostConfiguration) -> Void = { _ in }) async throws {
    folder = try TemporaryFolder()
    let paths = [
      try FixtureDriver.path("echo"), try await ExampleDriver.path("c-secrets"),
      try FixtureDriver.path("store"),
    ]
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: paths.map { .init(path: $0, origin: .option) })
    configuration.workspace = Workspace(folder: folder.path)
    configuration.history = history
    configuration.logLevel = .trace
    let log = log
    configuration.log = { log.add($0) }
    change(&configuration)
    host = try DriverHost.Host(configuration)
    try write("secrets/orders.json", ConnectorFixture.orders)
    try write(
      "vaults/main.yaml",
      "connector_type: FILES\nvalue: {folder: \(folder.path)/secrets}\n"
    )
  }

  /// Writes a file of the workspace.
  func write(_ name: String, _ text: String) throws {
    let url = URL(filePath: "\(folder.path)/\(name)")
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(text.utf8).write(to: url)
  }

  /// The error of a call of a connector that must fail; nil where it does not.
  func failure(
    _ connector: String,
    _ inputs: ValueMap = [:],
    options: CallOptions = CallOptions()
  ) async -> HostError? {
    do throws(HostError) {
      _ = try await host.connect(connector, inputs, options: options)
      return nil
    } catch {
      return error
    }
  }
}
