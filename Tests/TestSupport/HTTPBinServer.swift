import Foundation

/// httpbin under gunicorn on a free port of 127.0.0.1.
///
/// It answers what was sent (`/anything`), and much else: its own page `/` lists all.
package final class HTTPBinServer: Sendable {
  private let server: ServerProcess

  package var port: Int { server.port }
  package var url: String { "http://127.0.0.1:\(port)" }
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }

  /// Starts a server and waits until it answers.
  package init() async throws {
    let gunicorn = try Tool.httpbin.required()
    let folder = try TemporaryFolder()
    server = try await ServerProcess(
      "httpbin",
      folder: folder,
      environment: ["HOME": folder.path, "PYTHONDONTWRITEBYTECODE": "1"]
    ) { port in
      [
        gunicorn, "--bind", "127.0.0.1:\(port)", "--workers", "1", "--worker-class", "gthread",
        "--threads", "16", "--graceful-timeout", "1", "--worker-tmp-dir", folder.path,
        "--no-control-socket", "--log-level", "warning", "httpbin:app",
      ]
    }
    // gunicorn listens before its worker has loaded the application.
    try await eventually("httpbin answers a request") {
      try Self.answers(port: server.port)
    }
  }

  /// The shared server of this process.
  package static var shared: HTTPBinServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await HTTPBinServer() }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    server.stop()
  }

  private static func answers(port: Int) throws -> Bool {
    let connection = try connectToLoopback(port)
    connection.write(Array("GET /status/200 HTTP/1.0\r\n\r\n".utf8))
    let answer = connection.read() ?? []
    return String(decoding: answer, as: UTF8.self).contains(" 200 ")
  }
}

/// Runs `body` with a server of its own.
package func withHTTPBin<Result>(
  _ body: (HTTPBinServer) async throws -> Result
) async throws -> Result {
  let server = try await HTTPBinServer()
  defer { server.stop() }
  return try await body(server)
}
