import Foundation
import TestSupport

/// A driver as somebody else has built it, and a proxy in its place that runs it in a process of its own.
enum TrialDriver: Hashable, Sendable {
  /// `Tests/FixtureDrivers/NAME.c`.
  case fixture(String)
  /// What `Examples/NAME/build` makes.
  case example(String)
  /// One of ours, such as `ODBC`, which is written in Swift.
  case product(String)
  /// `Worker/trial.c`.
  case trial
  /// `Worker/trial_loop.c`, which is not blocking.
  case trialOnLoop

  private static let sources = ThisPackage.folder + "/Tests/WorkerProcessTests/Worker"
  private static let builds = Builds()

  /// The path of the driver.
  func path() async throws -> String {
    switch self {
    case .fixture(let name): try FixtureDriver.path(name)
    case .example(let name): try await ExampleDriver.path(name)
    case .product(let type): "\(ThisPackage.products)/lib\(type)Driver.so"
    case .trial: try await Self.trial("libTrialDriver.so", "trial.c")
    case .trialOnLoop: try await Self.trial("libTrialLoopDriver.so", "trial_loop.c")
    }
  }

  private static func trial(_ name: String, _ file: String) async throws -> String {
    try await builds.library(
      name,
      [file],
      flags: ["-I", ThisPackage.folder + "/Tests/FixtureDrivers", "-I", sources]
    )
  }

  /// The path of a proxy that has the driver's descriptor, and the driver's file in another process.
  func proxy() async throws -> String {
    let descriptor =
      switch self {
      case .fixture(let name): "\(ThisPackage.folder)/Tests/FixtureDrivers/\(name).json"
      case .example(let name): "\(ThisPackage.folder)/Examples/\(name)/descriptor.json"
      case .product(let type): "\(ThisPackage.folder)/Plugins/\(type)Driver/descriptor.json"
      case .trial: Self.sources + "/trial.json"
      case .trialOnLoop: Self.sources + "/trial_loop.json"
      }
    let name = "\(self)".filter(\.isLetter)
    let text = try String(contentsOfFile: descriptor, encoding: .utf8)
    let isOnLoop = text.contains(/"execution": *"nonblocking"/)
    let definitions = [
      ("DH_DESCRIPTOR", try isOnLoop ? await Self.builds.blocking(text, name) : descriptor),
      ("PROXY_DRIVER", try await path()),
      ("PROXY_WORKER", try await Self.builds.worker()),
    ]
    return try await Self.builds.library(
      "lib\(name)ProxyDriver.so",
      ["proxy.c", "proxy_calls.c", "proxy_hear.c", "proxy_remote.c", "proxy_rows.c"]
        + Builds.wire,
      flags: ["-D_GNU_SOURCE", "-DPROXY_LOOP=\(isOnLoop ? 1 : 0)"]
        + definitions.map { "-D\($0)=\"\($1)\"" }
    )
  }

  /// What the compiler makes, each once a run.
  private actor Builds {
    static let wire = ["arrow.c", "values.c", "wire.c"]

    private let folder: Result<TemporaryFolder, any Error> = Result { try TemporaryFolder() }
    private var running: [String: Task<String, any Error>] = [:]

    /// The program that runs a driver.
    func worker() async throws -> String {
      let files =
        ["worker.c", "worker_calls.c", "worker_host.c", "worker_lanes.c", "worker_loop.c"]
        + ["worker_rows.c"] + Self.wire
      return try await build("worker", files, flags: ["-D_GNU_SOURCE"])
    }

    /// A descriptor file of the same driver as a blocking one: the loop that it needs is the worker's.
    func blocking(_ descriptor: String, _ name: String) throws -> String {
      let text = descriptor.replacing("\"nonblocking\"", with: "\"blocking\"")
        .replacing(/"needs": *\[[^\]]*\]/, with: "\"needs\": []")
      return try folder.get().write(text, to: "\(name).json")
    }

    func library(_ name: String, _ files: [String], flags: [String]) async throws -> String {
      try await build(name, files, flags: ["-shared", "-fPIC", "-fvisibility=hidden"] + flags)
    }

    private func build(_ name: String, _ files: [String], flags: [String]) async throws -> String {
      if let running = running[name] { return try await running.value }
      let path = try folder.get().file(name)
      let task = Task {
        try await Command.check(
          "cc",
          ["-std=c11", "-Wall", "-Wextra", "-Werror", "-pthread", "-I", ThisPackage.headers]
            + flags + ["-o", path] + files.map { "\(TrialDriver.sources)/\($0)" }
        )
        return path
      }
      running[name] = task
      return try await task.value
    }
  }
}
