import DriverHost
import Foundation
import TestSupport
import Testing

/// A compiler and a language, for sources of Tests/Frozen/1 and its headers, which are those of then.
struct FrozenBuild: Hashable, Sendable, CustomTestStringConvertible {
  static let folder = ThisPackage.folder + "/Tests/Frozen/1"
  private static let builds = Builds()

  let compiler: String
  let standard: String

  static let gcc = FrozenBuild(compiler: "gcc", standard: "c11")
  static let clang = FrozenBuild(compiler: "clang", standard: "c11")
  static let all = [gcc, clang, FrozenBuild(compiler: "g++", standard: "c++17")]

  var testDescription: String { "\(compiler) -std=\(standard)" }

  /// What every source is compiled with: a driver's author may treat any warning as an error.
  private var flags: [String] {
    let language = standard.hasPrefix("c++") ? "c++" : "c"
    return [
      "-x", language, "-std=\(standard)", "-Wall", "-Wextra", "-Werror", "-pedantic", "-pthread",
      "-fvisibility=hidden",
    ]
  }

  /// The path of a driver of Tests/Frozen/1.
  ///
  /// - Parameters:
  ///   - name: That of its source and of its descriptor, without their endings.
  ///   - more: Further arguments for the compiler.
  /// - Throws: What the compiler says.
  /// - Returns: The path.
  func driver(_ name: String, _ more: [String] = []) async throws -> String {
    try await Self.builds.made("\(self) \(name) \(more)") { folder in
      let path = "\(folder)/libFrozen\(name.capitalized)Driver.so"
      try await Command.check(
        compiler,
        flags + more + ["-shared", "-fPIC", "-I", Self.folder]
          + ["-DDH_DESCRIPTOR=\"\(Self.folder)/\(name).json\"", "\(Self.folder)/\(name).c"]
          + ["-o", path]
      )
      return path
    }
  }

  /// The path of a program of Tests/Frozen/1 that is linked with nothing of ours.
  func program(_ name: String) async throws -> String {
    try await Self.builds.made("\(self) \(name)") { folder in
      try await Command.check(
        compiler,
        flags + ["-I", Self.folder, "\(Self.folder)/\(name).c", "-o", "\(folder)/\(name)", "-ldl"]
      )
      return "\(folder)/\(name)"
    }
  }

  /// The path of the engine, linked with today's library.
  func engine() async throws -> String {
    try await Self.builds.made("\(self) engine") { folder in
      try await Command.check(
        compiler,
        flags + ["-I", Self.folder, "\(Self.folder)/engine.c", "-o", "\(folder)/engine"]
          + ["-L", ThisPackage.products, "-Wl,-rpath,\(ThisPackage.products)", "-ldriverhost"]
      )
      return "\(folder)/engine"
    }
  }

  /// The path of the driver in Swift, which has a runtime of its own.
  static func swiftDriver() async throws -> String {
    try await builds.made("swift") { folder in
      try await Command.check(
        "clang",
        ["-fPIC", "-I", Self.folder, "-DDH_DESCRIPTOR=\"\(Self.folder)/frozen.json\""]
          + ["-c", "\(Self.folder)/descriptor.c", "-o", "\(folder)/descriptor.o"]
      )
      try await Command.check(
        "swiftc",
        [
          "-swift-version", "6", "-O", "-warnings-as-errors", "-emit-library", "-static-stdlib",
          "-enable-upcoming-feature", "InternalImportsByDefault", "-module-name", "FrozenDriver",
          "-module-cache-path", "\(folder)/modules", "-I", Self.folder,
          "\(Self.folder)/frozen.swift", "\(folder)/descriptor.o", "-Xlinker",
          "--version-script=\(ThisPackage.folder)/Plugins/driver.exports", "-o",
          "\(folder)/libFrozenSwiftDriver.so",
        ]
      )
      return "\(folder)/libFrozenSwiftDriver.so"
    }
  }

  /// Builds each thing once a run.
  private actor Builds {
    private let folder = Result { try TemporaryFolder() }
    private var running: [String: Task<String, any Error>] = [:]

    func made(
      _ key: String,
      _ make: @escaping @Sendable (_ folder: String) async throws -> String
    ) async throws -> String {
      if let running = running[key] { return try await running.value }
      let folder = try folder.get().folder("\(running.count)")
      let task = Task { try await make(folder) }
      running[key] = task
      return try await task.value
    }
  }
}

/// A host of today that has one driver of then.
struct FrozenHost {
  let type: String
  let host: DriverHost.Host
  private let lines = Locked<[String]>([])

  init(_ path: String, type: String, _ change: (inout HostConfiguration) -> Void = { _ in }) throws
  {
    var configuration = HostConfiguration()
    configuration.searchPath = SearchPath(entries: [.init(path: path, origin: .option)])
    configuration.logLevel = .trace
    let lines = lines
    configuration.log = { entry in lines.with { $0.append(entry.message) } }
    change(&configuration)
    self.type = type
    host = try DriverHost.Host(configuration)
  }

  var log: [String] { lines.with { $0 } }
  /// How often the driver did what it may not.
  var misuses: Int? { host.statistics.drivers[type]?.misuses }

  func call(
    _ action: String,
    _ inputs: ValueMap = [:],
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async throws(HostError) -> ConnectionResult {
    var options = CallOptions()
    options.action = action
    change(&options)
    return try await host.connect(type: type, inputs, options: options)
  }

  /// The error of a call that must fail.
  func failure(
    _ action: String,
    _ inputs: ValueMap = [:],
    _ change: (inout CallOptions) -> Void = { _ in }
  ) async -> HostError? {
    do throws(HostError) {
      let outputs = try await call(action, inputs, change).outputs
      Issue.record("\(action) succeeded: \(outputs)")
      return nil
    } catch {
      return error
    }
  }

  /// The error of a call that is cancelled while it waits, which it tells by its progress.
  func failureOfCancelled(_ action: String, _ inputs: ValueMap) async -> HostError? {
    let (waits, told) = AsyncStream<Void>.makeStream()
    let task = Task {
      await failure(action, inputs) { $0.onProgress = { _ in told.yield() } }
    }
    for await _ in waits { break }
    task.cancel()
    return await task.value
  }
}
