import Foundation

/// nginx on a free port of 127.0.0.1, with a configuration for the tests of HTTP clients.
///
/// | path | answer |
/// |---|---|
/// | `/files/NAME` | what `addFile` has put there |
/// | `/slow/NAME` | the same at `Options.bytesPerSecond` |
/// | `/gzip/NAME` | the same, compressed |
/// | `/protected/NAME` | the same, for basic authentication with `Options.credentials` |
/// | `/json` | a small JSON document |
/// | `/status/CODE` | that status and JSON, for `statuses`; 429 and 503 with Retry-After: 1 |
/// | `/redirect/N` | N redirects, up to 20, and then `/json` |
/// | `/redirect-to?url=URL` | a redirect to that URL |
/// | `/loop` | a redirect to itself |
/// | `/request` | JSON of what came: method, uri, host, authorization, cookie, protocol, client |
/// | `/upload` | 201 for any method and body |
/// | `/dav/NAME` | 201 for PUT, 204 where the file is there already: see `uploaded` |
/// | `/redirect-dav/NAME` | a redirect to that which keeps method and body (307) |
/// | `/small` | 413 for a body of more than 1 KiB |
/// | `/repeated` | the header X-Repeated twice, and two cookies |
package final class NginxServer: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// https with this certificate; nil: http.
    package var certificate: CertificateAuthority.Certificate?
    /// Clients must show a certificate of this authority.
    package var clientAuthority: CertificateAuthority?
    /// The versions of TLS that it speaks.
    package var tlsVersions = "TLSv1.2 TLSv1.3"
    /// HTTP/2 for those who ask for it; without a certificate, those who know it beforehand.
    package var http2 = false
    /// The speed of `/slow/`.
    package var bytesPerSecond = 20_000
    /// Who may read `/protected/`.
    package var credentials = (user: "user", password: "correct horse")
    /// Further lines for the server block of the configuration.
    package var extra = ""

    package init() {}
  }

  /// A line of the access log.
  package struct Request: Sendable, Decodable, Equatable {
    package var method: String
    package var uri: String
    package var status: Int
    /// `HTTP/1.1` and the like.
    package var `protocol`: String
    package var authorization: String
    package var cookie: String
    package var userAgent: String
    /// The connection's serial number: equal numbers came over one connection.
    package var connection: Int
    /// Bytes of the answer's body that were sent.
    package var bytes: Int
  }

  package static let statuses = [
    200, 201, 202, 204, 400, 401, 403, 404, 405, 408, 409, 410, 418, 422, 425, 429, 500, 501, 502,
    503, 504,
  ]

  package var port: Int { server.port }
  package let options: Options
  package let folder: TemporaryFolder
  private let server: ServerProcess

  /// Starts a server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let nginx = try Tool.nginx.required()
    let folder = try TemporaryFolder()
    try folder.folder("files")
    try folder.folder("temp")
    try folder.folder("dav")
    try folder.write(
      "\(options.credentials.user):{PLAIN}\(options.credentials.password)\n",
      to: "htpasswd"
    )
    try folder.write("", to: "access.log")
    self.options = options
    self.folder = folder
    server = try await ServerProcess("nginx", folder: folder) { port in
      try folder.write(
        Self.configuration(options, port: port, folder: folder),
        to: "nginx.conf"
      )
      return [nginx, "-e", "stderr", "-p", folder.path, "-c", folder.file("nginx.conf")]
    }
  }

  /// The shared server of this process: http, with the default options.
  package static var shared: NginxServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await NginxServer() }

  /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` where there is a certificate.
  package var url: String {
    options.certificate == nil ? "http://127.0.0.1:\(port)" : "https://localhost:\(port)"
  }

  /// Puts a file under `/files/`, `/slow/`, `/gzip/` and `/protected/`.
  package func addFile(_ name: String, _ bytes: [UInt8]) throws {
    try folder.write(bytes, to: "files/" + name, mode: 0o644)
  }

  /// Puts a text file under `/files/`, `/slow/`, `/gzip/` and `/protected/`.
  package func addFile(_ name: String, _ text: String) throws {
    try addFile(name, Array(text.utf8))
  }

  /// Puts a file of a size there: zeros that take no place on the disk.
  package func addFile(_ name: String, size: Int) throws {
    try addFile(name, [])
    guard truncate(folder.file("files/" + name), size) == 0 else {
      throw TestSupportError.system("truncate", errno)
    }
  }

  /// What was put under `/dav/`.
  package func uploaded(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(filePath: folder.file("dav/" + name))))
  }

  /// The requests that it has answered, in the order of their ends.
  ///
  /// A request is logged after its answer was sent: use `eventually` to see one's own.
  package func requests() throws -> [Request] {
    let decoder = JSONDecoder()
    return try folder.text("access.log").split(separator: "\n").map {
      try decoder.decode(Request.self, from: Data($0.utf8))
    }
  }

  /// The error log.
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    server.stop()
  }
}

/// Runs `body` with a server of its own.
package func withNginx<Result>(
  _ options: NginxServer.Options = NginxServer.Options(),
  _ body: (NginxServer) async throws -> Result
) async throws -> Result {
  let server = try await NginxServer(options)
  defer { server.stop() }
  return try await body(server)
}
