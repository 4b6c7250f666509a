/// A real server, `vault` or `bao`, in development mode on a free port of 127.0.0.1.
package final class VaultProgram: Sendable {
  private let server: ServerProcess
  private static let rootToken = "root-token-1"

  /// The programs that are installed; none of them need be.
  package static let installed = [Tool("vault"), Tool("bao")].filter(\.isInstalled)

  package var api: VaultAPI { VaultAPI(port: server.port, rootToken: Self.rootToken) }

  /// Starts a program and waits until it answers.
  package init(_ tool: Tool) async throws {
    let program = try tool.required()
    let folder = try TemporaryFolder()
    server = try await ServerProcess(
      tool.name,
      folder: folder,
      environment: ["HOME": folder.path]
    ) { port in
      [
        program, "server", "-dev", "-dev-no-store-token", "-dev-root-token-id=\(Self.rootToken)",
        "-dev-listen-address=127.0.0.1:\(port)",
      ]
    }
    let api = self.api
    // The port is open before the engine at `secret/` is there.
    try await eventually("\(tool.name) has its engine") {
      (try? api.send("GET", "sys/internal/ui/mounts/secret").status) == 200
    }
  }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() { server.stop() }
}

/// What a test of a vault runs against.
package enum VaultKind: Sendable, CustomStringConvertible {
  /// The server of Tests/Python.
  case script
  /// A real server.
  case program(Tool)

  /// All that this machine has.
  package static var all: [VaultKind] { [.script] + VaultProgram.installed.map { .program($0) } }

  package var description: String {
    switch self {
    case .script: "the vault of Tests/Python"
    case .program(let tool): tool.name
    }
  }

  /// Runs `body` with a server of its own.
  package func run<Result>(_ body: (VaultAPI) async throws -> Result) async throws -> Result {
    switch self {
    case .script: return try await VaultServer.run { try await body($0.api) }
    case .program(let tool):
      let program = try await VaultProgram(tool)
      defer { program.stop() }
      return try await body(program.api)
    }
  }
}
