import Foundation

/// A server that runs as a process of its own: its folder, its port, its log.
///
/// It is stopped by its process id when its owner goes, and dies with this process at the latest.
final class ServerProcess: Sendable {
  let name: String
  let port: Int
  let folder: TemporaryFolder
  let process: ChildProcess

  /// The file of its folder that takes what it writes.
  static let logName = "server.log"

  /// Starts a server and waits until it answers on its port.
  ///
  /// - Parameters:
  ///   - name: for messages.
  ///   - folder: what it writes goes there.
  ///   - environment: added to this process's own; nil takes a variable away.
  ///   - deathSignal: what it gets when this process dies.
  ///   - command: writes the configuration for a port into the folder, and gives the words of the
  ///     command line. Asked again with another port if somebody has taken the first.
  /// - Throws: `TestSupportError` with the log's end, if it does not answer.
  init(
    _ name: String,
    folder: TemporaryFolder,
    environment: [String: String?] = [:],
    deathSignal: String = "TERM",
    command: (Int) throws -> [String]
  ) async throws {
    self.name = name
    self.folder = folder
    var attempt = 1
    while true {
      let port = try freePort()
      let words = try command(port)
      let process = try Self.start(
        words,
        environment: environment,
        folder: folder,
        deathSignal: deathSignal
      )
      if try await Self.answers(name, process, port, folder) {
        self.port = port
        self.process = process
        break
      }
      let log = Self.tail(folder, lines: 30)
      guard attempt < 3, log.lowercased().contains("address already in use") else {
        throw TestSupportError("\(name) ended while it started\n\(log)")
      }
      attempt += 1
    }
    ServerLogs.add(self) { [name, folder] in
      let tail = Self.tail(folder, lines: 12)
      return tail.isEmpty ? "" : "log of \(name):\n\(tail)"
    }
  }

  deinit {
    ServerLogs.remove(self)
    process.stop()
  }

  /// What it has written so far.
  var log: String { (try? folder.text(Self.logName)) ?? "" }

  func stop(grace: Duration = .seconds(5)) {
    process.stop(grace: grace)
  }

  private static func start(
    _ words: [String],
    environment: [String: String?],
    folder: TemporaryFolder,
    deathSignal: String
  ) throws -> ChildProcess {
    let number = open(folder.file(logName), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard number >= 0 else { throw TestSupportError.system("open of the log", errno) }
    let log = Descriptor(number)
    return try ChildProcess(
      words[0],
      Array(words.dropFirst()),
      environment: environment,
      folder: folder.path,
      output: log.number,
      error: log.number,
      deathSignal: deathSignal
    )
  }

  /// True when it takes connections, false when it has ended.
  private static func answers(
    _ name: String,
    _ process: ChildProcess,
    _ port: Int,
    _ folder: TemporaryFolder
  ) async throws -> Bool {
    do {
      try await eventually("\(name) answers on port \(port)") {
        !process.isRunning || (try? connectToLoopback(port)) != nil
      }
    } catch let error as TestSupportError {
      throw TestSupportError("\(error)\n\(tail(folder, lines: 30))")
    }
    return process.isRunning
  }

  private static func tail(_ folder: TemporaryFolder, lines: Int) -> String {
    // No log yet is an empty one.
    let text = (try? folder.text(logName)) ?? ""
    return text.split(separator: "\n").suffix(lines).joined(separator: "\n")
  }
}
