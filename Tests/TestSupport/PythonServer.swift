import Foundation

/// What a server of Tests/Python can be told; all of it has defaults.
package protocol ScriptServerOptions: Sendable {
  init()
}

/// A kind of server of Tests/Python: what all of them have.
package protocol ScriptServer: Sendable {
  associatedtype Options: ScriptServerOptions
  var server: PythonServer { get }

  /// Starts a server and waits until it answers.
  init(_ options: Options) async throws
}

extension ScriptServer {
  /// Starts a server that was told nothing, and waits until it answers.
  package init() async throws { try await self.init(Options()) }

  package var port: Int { server.port }
  /// Scheme, host and port.
  package var url: String { server.url }
  package var log: String { server.log }

  /// The requests that have come, in their order.
  package func requests() throws -> [ServerRequest] { try server.requests() }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() { server.stop() }

  /// Runs `body` with a server of its own.
  package static func run<Result>(
    _ options: Options = Options(),
    _ body: (Self) async throws -> Result
  ) async throws -> Result {
    let server = try await Self(options)
    defer { server.stop() }
    return try await body(server)
  }
}

/// A server of Tests/Python on a free port of 127.0.0.1.
///
/// The servers' own classes hold one of these.
package final class PythonServer: Sendable {
  static let logName = "requests.jsonl"
  private let server: ServerProcess
  private let isEncrypted: Bool

  var port: Int { server.port }
  var url: String { isEncrypted ? "https://localhost:\(port)" : "http://127.0.0.1:\(port)" }
  var log: String { server.log }
  var processID: Int32 { server.process.processID }

  /// Starts a server and waits until it answers.
  ///
  /// - Parameters:
  ///   - script: its name in Tests/Python, without the ending.
  ///   - folder: what it writes goes there.
  ///   - environment: added to this process's own.
  ///   - options: the words of its command line beside those that each server has.
  ///   - certificate: what it shows where it speaks TLS; nil: it does not.
  ///   - clientAuthority: whose certificates clients must have; nil: they need none.
  /// - Throws: `TestSupportError` with the log's end, if it does not answer.
  init(
    _ script: String,
    folder: TemporaryFolder,
    environment: [String: String] = [:],
    options: [String] = [],
    certificate: CertificateAuthority.Certificate? = nil,
    clientAuthority: CertificateAuthority? = nil
  ) async throws {
    var options = options
    isEncrypted = certificate != nil
    if let certificate {
      options += ["--certificate", certificate.chainPath, "--certificate-key", certificate.keyPath]
    }
    if let clientAuthority { options += ["--client-authorities", clientAuthority.path] }
    let words = options
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
      ] + words
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
