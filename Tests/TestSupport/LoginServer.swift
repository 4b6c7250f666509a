import Foundation
package import Testing

/// A server that people log in to, in namespaces of its own: what servers for SSH and FTP share.
///
/// The servers' own classes hold one of these, see `ServerWithLogins`.
package final class LoginServer: Sendable {
  /// A process of the server's namespaces.
  package struct Process: Sendable, Equatable {
    /// Its number on the machine, which is another one than there.
    package var processID: Int32
    package var userID: Int
    /// The path of its program.
    package var program: String
    /// The words of its command line, divided by spaces.
    package var command: String
  }

  let port: Int
  /// The first process of the namespaces: the server, or its parent.
  let processID: pid_t
  private let server: ServerProcess
  private let namespace: LoginNamespace
  private let program: String
  /// The namespace of its processes, as links of /proc name it.
  private let identity: String

  /// Starts a server and waits until it answers.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - options: of its namespaces.
  ///   - folder: the server's own.
  ///   - program: the server's program, as it is seen there.
  ///   - isFirst: whether the server is the first process itself, which must cope with the end of
  ///     processes that it has not started; else it is a child of it.
  ///   - environment: added to this process's own; nil takes a variable away.
  ///   - arguments: writes the configuration for a port, and gives the server's arguments.
  /// - Throws: `TestSupportError` with the log's end, if it does not answer.
  init(
    _ name: String,
    _ options: LoginNamespace.Options,
    folder: TemporaryFolder,
    program: String,
    isFirst: Bool = true,
    environment: [String: String?] = [:],
    arguments: (Int) throws -> [String]
  ) async throws {
    let namespace = try await LoginNamespace(options, in: folder)
    // `unshare` holds SIGTERM back, and hands none on.
    let server = try await ServerProcess(
      name,
      folder: folder,
      environment: environment,
      deathSignal: "KILL"
    ) { port in
      try namespace.command((isFirst ? [] : Self.parent) + [program] + arguments(port))
    }
    self.namespace = namespace
    self.server = server
    port = server.port
    // As /proc has it, whatever links PATH leads through.
    self.program = URL(filePath: program).resolvingSymlinksInPath().path(percentEncoded: false)
    let parent = server.process.processID
    identity = try FileManager.default.destinationOfSymbolicLink(
      atPath: "/proc/\(parent)/ns/pid_for_children"
    )
    let first = Self.processes(in: identity).first {
      Self.status(of: $0.processID, "PPid") == Int(parent)
    }
    guard let first else { throw TestSupportError("\(name) has no process\n\(server.log)") }
    processID = first.processID
  }

  /// The words of a shell that runs the words after them, and ends with what they have started.
  private static let parent = ["/bin/sh", "-c", "\"$@\"; exit $?", "sh"]

  deinit {
    stop()
  }

  var log: String { server.log }
  var isRunning: Bool { server.process.isRunning }

  /// What runs in the namespaces: the server's own processes, or all others.
  func processes(of user: LoginUser?, areServers: Bool) throws -> [Process] {
    let userID = try user.map(userID)
    return processes().filter {
      ($0.program == program) == areServers && (userID == nil || userID == $0.userID)
    }
  }

  func path(_ path: String) -> String { "/proc/\(processID)/root" + path }

  func userID(of user: LoginUser) throws -> Int { try namespace.userID(of: user.name) }

  func authorize(_ line: String, for user: LoginUser) throws {
    try namespace.authorize(line, for: user.name)
  }

  /// Kills it and all that runs in its namespaces, and waits until that is gone.
  func stop() {
    // The kernel kills all others with the first one, which ends last; `unshare` waits for that.
    if processes().contains(where: { $0.processID == processID }) { kill(processID, SIGKILL) }
    server.stop(grace: .seconds(30))
  }

  /// All processes of the namespaces.
  private func processes() -> [Process] {
    // The kernel gives the namespace's number to another one when this one and `unshare` are gone.
    isRunning ? Self.processes(in: identity) : []
  }

  /// The processes of a namespace that have not ended, in the order of their numbers.
  private static func processes(in identity: String) -> [Process] {
    let files = FileManager.default
    let names = (try? files.contentsOfDirectory(atPath: "/proc")) ?? []
    return names.compactMap { pid_t($0) }.sorted().compactMap { number in
      // Processes come and go meanwhile: one that cannot be read is gone.
      let place = "/proc/\(number)"
      guard (try? files.destinationOfSymbolicLink(atPath: place + "/ns/pid")) == identity,
        !ChildProcess.isGone(number),
        let userID = status(of: number, "Uid"),
        let words = try? Data(contentsOf: URL(filePath: place + "/cmdline"))
      else { return nil }
      let command = words.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return Process(
        processID: number,
        userID: userID,
        program: (try? files.destinationOfSymbolicLink(atPath: place + "/exe")) ?? "",
        command: command.joined(separator: " ")
      )
    }
  }

  /// The first number of a line of /proc/PID/status; nil where the process is gone.
  private static func status(of number: pid_t, _ name: String) -> Int? {
    let text = try? String(contentsOfFile: "/proc/\(number)/status", encoding: .utf8)
    let line = text?.split(separator: "\n").first { $0.hasPrefix(name + ":") }
    return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where no server can have users of its own.
  package static var requiresLogins: Self {
    .enabled(
      if: LoginNamespace.isAvailable,
      "servers with users of their own need root, and the right to make namespaces"
    )
  }
}
