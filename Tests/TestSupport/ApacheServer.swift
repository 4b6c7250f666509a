import Foundation

/// Apache on a free port of 127.0.0.1, with a configuration for the tests of HTTP clients.
///
/// | path | answer |
/// |---|---|
/// | `/open/NAME` | what `addFile` has put there |
/// | `/basic/NAME` | the same, for basic authentication with `Options.credentials` |
/// | `/digest/NAME` | the same, for digest authentication (MD5, qop auth) |
/// | `/negotiate/NAME` | the same, for who has a ticket of `Options.realm`; 404 without a realm |
/// | `/open/request` and so on | for any method: JSON of what came, see `Received` |
/// | `/status/CODE` | that status and JSON, for any method; 429 and 503 with Retry-After: 1 |
///
/// Apache does not know the statuses 418 and 425: it answers 500 for these. Whose it takes a request
/// to be, it tells in `/basic/request` and the like, and in `requests`.
package final class ApacheServer: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// https with this certificate; nil: http.
    package var certificate: CertificateAuthority.Certificate?
    /// Clients must show a certificate of this authority, or the handshake fails.
    package var clientAuthority: CertificateAuthority?
    /// The versions of TLS that it speaks, each with a plus.
    package var tlsVersions = "+TLSv1.2 +TLSv1.3"
    /// HTTP/2 for those who ask for it; without a certificate, those who know it beforehand.
    package var http2 = false
    /// Who may read `/basic/` and `/digest/`.
    package var credentials = (user: "user", password: "correct horse")
    /// Whose users may read `/negotiate/`.
    package var realm: KerberosRealm?
    /// Further lines for the end of the configuration.
    package var extra = ""

    package init() {}
  }

  /// A line of the access log.
  package struct Request: Sendable, Equatable {
    package var method: String
    package var uri: String
    package var status: Int
    /// `HTTP/1.1` and the like.
    package var `protocol`: String
    /// REMOTE_USER; nil: nobody in particular.
    ///
    /// With status 401 it is who somebody claimed to be.
    package var user: String?
    /// The header Authorization.
    package var authorization: String
    /// The client's port: equal numbers came over one connection.
    package var connection: Int
    /// Bytes of the answer's body.
    package var bytes: Int
  }

  /// The JSON of `/open/request` and the like.
  package struct Received: Sendable, Decodable, Equatable {
    package var method: String
    package var uri: String
    package var `protocol`: String
    /// REMOTE_USER, or empty.
    package var user: String
    /// `Basic`, `Digest`, `Negotiate`, or empty.
    package var authType: String
    /// The header Authorization.
    package var authorization: String
    /// The subject of the client's certificate, such as `CN=somebody`, or empty.
    package var client: String
    /// Bytes of the request's body.
    package var body: Int
  }

  /// The realm that it names with basic and digest authentication: none of Kerberos.
  package static let protectionSpace = "the tests"
  /// Where its modules are.
  static let modules = "/usr/lib/apache2/modules"

  package var port: Int { server.port }
  package let options: Options
  package let folder: TemporaryFolder
  private let server: ServerProcess

  /// Starts a server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let apache = try Tool.apache.required()
    let folder = try ServerUser.folder()
    try await Self.fill(folder, options)
    self.options = options
    self.folder = folder
    server = try await ServerProcess(
      "apache",
      folder: folder,
      environment: [
        "KRB5_CONFIG": folder.file("krb5.conf"), "KRB5RCACHENAME": nil,
        "KRB5RCACHEDIR": folder.path,
      ]
    ) { port in
      try folder.write(
        Self.configuration(options, port: port, folder: folder),
        to: "apache.conf",
        mode: ServerUser.readable
      )
      return try ServerUser.command([
        apache, "-D", "FOREGROUND", "-f", folder.file("apache.conf"),
      ])
    }
  }

  /// The shared server of this process: http, with the default options.
  package static var shared: ApacheServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await ApacheServer() }

  /// `http://127.0.0.1:PORT`, or `https://localhost:PORT` where there is a certificate.
  ///
  /// With a realm it names `localhost` too: tickets are for a host's name.
  package var url: String {
    let scheme = options.certificate == nil ? "http" : "https"
    let isNamed = options.certificate != nil || options.realm != nil
    return "\(scheme)://\(isNamed ? "localhost" : "127.0.0.1"):\(port)"
  }

  /// Puts a file under `/open/`, `/basic/`, `/digest/` and `/negotiate/`.
  package func addFile(_ name: String, _ bytes: [UInt8]) throws {
    try folder.write(bytes, to: "files/" + name, mode: ServerUser.readable)
  }

  /// Puts a text file under `/open/`, `/basic/`, `/digest/` and `/negotiate/`.
  package func addFile(_ name: String, _ text: String) throws {
    try addFile(name, Array(text.utf8))
  }

  /// The requests that it has answered, in the order of their ends.
  ///
  /// A request is logged after its answer was sent: use `eventually` to see one's own.
  package func requests() throws -> [Request] {
    try folder.text("access.log").split(separator: "\n").map(Self.request)
  }

  /// The error log.
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    server.stop()
  }

  /// Writes what it reads into its folder: it may be another user, who sees no other one.
  private static func fill(_ folder: TemporaryFolder, _ options: Options) async throws {
    try folder.folder("files", mode: 0o750)
    try folder.write("", to: "access.log", mode: ServerUser.writable)
    var files = [
      "handlers.lua": handlers,
      "basic": try await PasswordFile.basic(options.credentials),
      "digest": try await PasswordFile.digest(options.credentials, realm: protectionSpace),
    ]
    if let certificate = options.certificate {
      files["certificate.pem"] = try certificate.pem
      files["key.pem"] = try certificate.keyPEM
    }
    if let authority = options.clientAuthority { files["authority.pem"] = try authority.pem }
    for (name, text) in files { try folder.write(text, to: name, mode: ServerUser.readable) }
    if let realm = options.realm {
      for (name, path) in [("krb5.conf", realm.configurationPath), ("keytab", realm.keytabPath)] {
        let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
        try folder.write(bytes, to: name, mode: ServerUser.readable)
      }
    }
  }

  /// A line of the format that `configuration` sets.
  private static func request(_ line: Substring) throws -> Request {
    let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
    let words = fields.last?.split(separator: " ") ?? []
    guard fields.count == 6, words.count == 3, let connection = Int(fields[0]),
      let status = Int(fields[2]), let bytes = Int(fields[3])
    else { throw TestSupportError("a line of Apache's log: \(line)") }
    return Request(
      method: String(words[0]),
      uri: String(words[1]),
      status: status,
      protocol: String(words[2]),
      user: fields[1] == "-" ? nil : unescaped(fields[1]),
      authorization: fields[4] == "-" ? "" : unescaped(fields[4]),
      connection: connection,
      bytes: bytes
    )
  }

  /// Takes back that Apache puts a backslash before quotes and backslashes.
  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      isEscaped = character == "\\" && !isEscaped
      if !isEscaped { result.append(character) }
    }
    return result
  }
}

/// Runs `body` with a server of its own.
package func withApache<Result>(
  _ options: ApacheServer.Options = ApacheServer.Options(),
  _ body: (ApacheServer) async throws -> Result
) async throws -> Result {
  let server = try await ApacheServer(options)
  defer { server.stop() }
  return try await body(server)
}
