import Foundation

/// Squid on a free port of 127.0.0.1: a forward proxy that keeps nothing.
///
/// | request | answer |
/// |---|---|
/// | any method with an `http` URL | the answer of that server |
/// | CONNECT to a host and port | 200, and a tunnel |
/// | either without `Options.credentials` | 407, for basic authentication |
/// | either to a host that is not of the loopback network | 403 |
///
/// It looks names up in `/etc/hosts` only: its name server is an address where nobody answers.
package final class SquidProxy: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// Who may use it; nil: everybody.
    package var credentials: (user: String, password: String)? = (
      user: "user", password: "correct horse"
    )
    /// It speaks TLS with this certificate at `tlsURL`, too.
    package var certificate: CertificateAuthority.Certificate?
    /// Further lines for the configuration, before its rules of access.
    package var extra = ""

    package init() {}
  }

  /// A line of the access log.
  package struct Request: Sendable, Equatable {
    package var method: String
    /// The URL, or HOST:PORT for CONNECT.
    package var url: String
    /// What the client got, such as 200 or 407.
    package var status: Int
    /// Whose credentials came, right or wrong; nil: nobody's.
    package var user: String?
  }

  /// The port for clients without TLS.
  package var port: Int { server.port }
  package let options: Options
  package let folder: TemporaryFolder
  private let server: ServerProcess
  private let tlsPort: Int?

  /// Starts a proxy and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let squid = try Tool.squid.required()
    let folder = try ServerUser.folder()
    let helper = try await Self.fill(folder, options)
    self.options = options
    self.folder = folder
    var tlsPort: Int?
    server = try await ServerProcess("squid", folder: folder) { port in
      tlsPort = options.certificate == nil ? nil : try freePort()
      try folder.write(
        Self.configuration(options, helper, port: port, tlsPort: tlsPort, folder: folder),
        to: "squid.conf",
        mode: ServerUser.readable
      )
      return try ServerUser.command([
        squid, "-N", "-n", Self.serviceName(port), "-f", folder.file("squid.conf"),
      ])
    }
    self.tlsPort = tlsPort
    if let tlsPort {
      try await eventually("squid answers on port \(tlsPort)") {
        (try? connectToLoopback(tlsPort)) != nil
      }
    }
  }

  deinit {
    stop()
  }

  /// The shared proxy of this process, with the default options.
  package static var shared: SquidProxy {
    get async throws { try await sharedProxy.value }
  }

  private static let sharedProxy = Task { try await SquidProxy() }

  /// `http://127.0.0.1:PORT`.
  package var url: String { "http://127.0.0.1:\(port)" }

  /// `https://localhost:PORT`; nil without a certificate.
  package var tlsURL: String? { tlsPort.map { "https://localhost:\($0)" } }

  /// The requests that it has answered, in the order of their ends.
  ///
  /// A tunnel is logged when it ends: use `eventually` to see one's own.
  package func requests() throws -> [Request] {
    try folder.text("access.log").split(separator: "\n").map(Self.request)
      // A connection on which no request came.
      .filter { $0.method != "-" }
  }

  /// What it has written so far.
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    // Asked to end, it waits for a second at least. All that it would do then is to remove these.
    server.stop(grace: .zero)
    for name in ["cf__metadata", "cf__queues", "cf__readers"] {
      unlink("/dev/shm/\(Self.serviceName(port))-\(name).shm")
    }
  }

  /// Its shared memory has this name, which no other one on this machine may have.
  private static func serviceName(_ port: Int) -> String { "tests\(getpid())p\(port)" }

  /// Writes what it reads into its folder, and gives the path of the helper that reads passwords.
  private static func fill(_ folder: TemporaryFolder, _ options: Options) async throws -> String? {
    try folder.write("", to: "access.log", mode: ServerUser.writable)
    if let certificate = options.certificate {
      let mode = ServerUser.readable
      try folder.write(try certificate.pem, to: "certificate.pem", mode: mode)
      try folder.write(try certificate.keyPEM, to: "key.pem", mode: mode)
    }
    guard let credentials = options.credentials else { return nil }
    try folder.write(
      try await PasswordFile.basic(credentials),
      to: "passwords",
      mode: ServerUser.readable
    )
    return try Tool.squidPasswords.required()
  }

  /// The text of squid.conf.
  ///
  /// See http://www.squid-cache.org/Doc/config/ for its words.
  private static func configuration(
    _ options: Options,
    _ helper: String?,
    port: Int,
    tlsPort: Int?,
    folder: TemporaryFolder
  ) -> String {
    var lines = ["http_port 127.0.0.1:\(port)"]
    if let tlsPort {
      lines.append(
        "https_port 127.0.0.1:\(tlsPort) tls-cert=\(folder.file("certificate.pem")) "
          + "tls-key=\(folder.file("key.pem"))"
      )
    }
    lines.append(
      """
      cache deny all
      cache_mem 1 MB
      cache_store_log none
      netdb_filename none
      pid_filename none
      pinger_enable off
      coredump_dir none
      dns_nameservers 127.255.255.254
      dns_timeout 1 second
      dns_retransmit_interval 1 second
      max_filedescriptors 4096
      visible_hostname localhost
      shutdown_lifetime 0 seconds
      buffered_logs off
      cache_log \(folder.file(ServerProcess.logName))
      logformat requests %>Hs %rm %ru %un
      access_log stdio:\(folder.file("access.log")) logformat=requests
      \(options.extra)
      acl loopback dst 127.0.0.0/8 ::1
      http_access deny !loopback
      """
    )
    if let helper {
      lines.append(
        """
        auth_param basic program \(helper) \(folder.file("passwords"))
        auth_param basic children 2 startup=1 idle=1
        auth_param basic realm the tests
        acl known proxy_auth REQUIRED
        http_access deny !known
        """
      )
    }
    lines.append("http_access allow loopback\n")
    return lines.joined(separator: "\n")
  }

  /// A line of the format that `configuration` sets.
  private static func request(_ line: Substring) throws -> Request {
    // Only the user may have spaces in it.
    let words = line.split(separator: " ", maxSplits: 3)
    guard words.count == 4, let status = Int(words[0]) else {
      throw TestSupportError("a line of Squid's log: \(line)")
    }
    let user = String(words[3])
    return Request(
      method: String(words[1]),
      url: String(words[2]),
      status: status,
      user: user == "-" ? nil : user
    )
  }
}

/// Runs `body` with a proxy of its own.
package func withSquid<Result>(
  _ options: SquidProxy.Options = SquidProxy.Options(),
  _ body: (SquidProxy) async throws -> Result
) async throws -> Result {
  let proxy = try await SquidProxy(options)
  defer { proxy.stop() }
  return try await body(proxy)
}
