import Foundation

/// A server of Tests/Python on a free port of 127.0.0.1.
///
/// The servers' own classes hold one of these.
final class PythonServer: Sendable {
  private static let logName = "requests.jsonl"
  private let server: ServerProcess

  var port: Int { server.port }
  var url: String { "http://127.0.0.1:\(port)" }
  var log: String { server.log }
  var processID: Int32 { server.process.processID }

  /// Starts a server and waits until it answers.
  ///
  /// - Parameters:
  ///   - script: its name in Tests/Python, without the ending.
  ///   - folder: what it writes goes there.
  ///   - environment: added to this process's own.
  ///   - options: the words of its command line beside those that each server has.
  /// - Throws: `TestSupportError` with the log's end, if it does not answer.
  init(
    _ script: String,
    folder: TemporaryFolder,
    environment: [String: String] = [:],
    options: [String] = []
  ) async throws {
    let python = try Tool.python.required()
    var variables: [String: String?] = ["HOME": folder.path, "PYTHONDONTWRITEBYTECODE": "1"]
    for (name, value) in environment { variables[name] = value }
    server = try await ServerProcess(
      script,
      folder: folder,
      environment: variables
    ) { port in
      [
        python, "\(ThisPackage.folder)/Tests/Python/\(script).py", "--port", "\(port)",
        "--log", folder.file(Self.logName),
      ] + options
    }
  }

  /// The requests that have come, in their order; each is there before it is answered.
  func requests() throws -> [ServerRequest] {
    let decoder = JSONDecoder()
    return try server.folder.text(Self.logName).split(separator: "\n").map {
      try decoder.decode(ServerRequest.self, from: Data($0.utf8))
    }
  }

  /// The body of the answer to a GET of a path.
  ///
  /// For the paths that servers have for the tests themselves, and do not log.
  func get(_ path: String) throws -> Data {
    let connection = try connectToLoopback(port)
    connection.write(
      Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)
    )
    var answer = Data()
    while let bytes = connection.read(), !bytes.isEmpty { answer.append(contentsOf: bytes) }
    guard let head = answer.range(of: Data("\r\n\r\n".utf8)) else {
      throw TestSupportError("no answer to \(path)")
    }
    return answer[head.upperBound...]
  }

  func stop() {
    server.stop()
  }
}
