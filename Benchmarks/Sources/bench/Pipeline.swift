import DriverHistory
import DriverHost
import Glibc

/// Calls all the way: a stored connector, a secret that is known, and executions in a file.
struct Pipeline: Sendable {
  private let host: Host

  /// Makes the workspace of a connector and a vault configuration in a folder.
  ///
  /// - Parameters:
  ///   - folder: An empty folder, on a disk.
  ///   - searchPath: Where NOOP and the secret store of Examples/c-secrets are.
  ///   - hasFile: Whether executions go to a file, and not to memory.
  init(in folder: String, _ searchPath: SearchPath, hasFile: Bool) throws {
    mkdir("\(folder)/secrets", 0o700)
    let secret = #"{"password": "correct horse"}"#
    guard let file = fopen("\(folder)/secrets/api.json", "w") else {
      throw BenchError("\(folder) cannot be written to")
    }
    fputs(secret, file)
    fclose(file)
    let workspace = Workspace(folder: folder)
    try workspace.vaults.write(
      VaultConfiguration(
        name: "main",
        type: "FILES",
        value: ["folder": .string("\(folder)/secrets")],
        // Looked up once, as a vault's would be for as long as its lease.
        cacheSeconds: 3600
      ),
      if: .always
    )
    var value = Calls.typical
    value["authentication"] = [
      "method": "basic", "user": "ann", "password": "vault.secret(main:api.password)",
    ]
    try workspace.connectors.write(
      Connector(name: "api", type: "NOOP", value: value),
      if: .always
    )
    var configuration = HostConfiguration()
    configuration.searchPath = searchPath
    configuration.workspace = workspace
    if hasFile {
      configuration.history = try SQLiteHistory(path: "\(folder)/history.db")
    }
    host = try Host(configuration)
  }

  private func call() async throws {
    var options = CallOptions()
    options.action = "typical"
    _ = try await host.connect("api", ["data": "payload"], options: options)
  }

  /// The nanoseconds of a call, with so many of them in flight.
  func measure(_ inFlight: Int, runs: Int) async throws -> Double {
    try await call()
    // A file that has only just been written is read anew each time.
    try await Task.sleep(for: .milliseconds(300))
    let timing = try await Timing.of(rounds: 5, runs: 1) {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<inFlight {
          group.addTask { for _ in 0..<(runs / inFlight) { try await call() } }
        }
        try await group.waitForAll()
      }
    }
    return timing.nanoseconds / Double(runs)
  }

  func close() async { await host.close() }

  /// Prints the nanoseconds of each line.
  static func measure(in folder: String, _ searchPath: SearchPath) async throws {
    var members: [String] = []
    for hasFile in [false, true] {
      let place = "\(folder)/\(hasFile ? "file" : "memory")"
      mkdir(place, 0o700)
      let pipeline = try Pipeline(in: place, searchPath, hasFile: hasFile)
      for inFlight in [1, 64] {
        let nanoseconds = try await pipeline.measure(inFlight, runs: 6400)
        members.append("\"\(hasFile ? "file" : "memory")_\(inFlight)\": \(Int(nanoseconds))")
      }
      await pipeline.close()
    }
    print("{\(members.joined(separator: ", "))}")
  }
}
