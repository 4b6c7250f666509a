import Foundation

/// PostgreSQL on a free port of 127.0.0.1, with a cluster of its own and one database.
///
/// It loses what it was told last when the machine fails: nothing is synchronised with the disk.
/// There is no Unix socket. What it knows of its sessions stands in `pg_stat_activity`: see `run`.
package final class PostgreSQLServer: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// Its superuser, who logs in with SCRAM.
    ///
    /// The name cannot have quotation marks, backslashes and dollar signs.
    package var credentials = (user: "tester", password: "correct horse")
    /// The database, in UTF-8 and with the locale C.UTF-8.
    package var database = "tests"
    /// It speaks TLS with this certificate to those who ask for it; nil: it does not.
    package var certificate: CertificateAuthority.Certificate?
    /// Further settings, as in postgresql.conf: they win over those that are set here.
    package var settings: [String: String] = [:]

    package init() {}
  }

  package var port: Int { server.port }
  package var user: String { options.credentials.user }
  package var password: String { options.credentials.password }
  package var database: String { options.database }
  package let options: Options
  package let folder: TemporaryFolder
  private let server: ServerProcess

  /// Makes a cluster, starts the server and waits until it is ready.
  package init(_ options: Options = Options()) async throws {
    let postgres = try Tool.postgres.required()
    let owner = DatabaseUser.postgreSQL
    let folder = try owner.folder()
    try await Self.makeCluster(options, owner, folder)
    let settings = try Self.settings(options, owner, folder)
    self.options = options
    self.folder = folder
    // SIGQUIT, as in `kill`: with SIGTERM it would wait for its clients to go.
    server = try await ServerProcess(
      "postgresql",
      folder: folder,
      environment: DatabaseUser.environment(folder),
      deathSignal: "QUIT"
    ) { port in
      try owner.command(
        [postgres, "-D", folder.file("data"), "-c", "port=\(port)"]
          + settings.sorted { $0.key < $1.key }.flatMap { ["-c", "\($0.key)=\($0.value)"] },
        deathSignal: "QUIT"
      )
    }
    try await waitUntilReady()
    try await run("create database \(Self.quoted(options.database))", database: "postgres")
  }

  deinit {
    stop()
  }

  /// The shared server of this process, with the default options.
  package static var shared: PostgreSQLServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await PostgreSQLServer() }

  /// Runs statements with psql, each in a transaction of its own.
  ///
  /// For setting up, and for looking at what a driver did: `select count(*) from pg_stat_activity
  /// where application_name = '…'`.
  ///
  /// - Parameters:
  ///   - sql: each statement but the last one ends with a semicolon.
  ///   - database: nil: that of the options.
  /// - Throws: `TestSupportError` with psql's message at the first statement that fails.
  /// - Returns: a line for each row, its values divided by `|`; null is empty.
  @discardableResult
  package func run(_ sql: String, database: String? = nil) async throws -> String {
    var environment = DatabaseUser.environment(folder)
    environment["PGPASSWORD"] = password
    environment["PGCLIENTENCODING"] = "UTF8"
    for name in ["PGHOSTADDR", "PGOPTIONS", "PGSERVICE", "PGSSLMODE"] {
      environment.updateValue(nil, forKey: name)
    }
    let command = try await Command.check(
      try Tool.psql.required(),
      [
        "--no-psqlrc", "--quiet", "--no-align", "--tuples-only", "--set", "ON_ERROR_STOP=1",
        "--host", "127.0.0.1", "--port", "\(port)", "--username", user,
        "--dbname", database ?? options.database, "--file", "-",
      ],
      environment: environment,
      input: sql
    )
    return command.output.hasSuffix("\n") ? String(command.output.dropLast()) : command.output
  }

  /// What it has written so far.
  package var log: String { server.log }
  /// The postmaster's; `pg_backend_pid()` tells that of a session.
  package var processID: Int32 { server.process.processID }
  package var isRunning: Bool { server.process.isRunning }

  /// Makes it die at once, and waits until it has, with the processes of its sessions.
  ///
  /// Clients get 57P02, `crash_shutdown`, or find the connection broken.
  package func kill() {
    server.process.send(SIGQUIT)
    // After five seconds it kills the processes that have not ended themselves.
    server.stop(grace: .seconds(15))
  }

  /// Ends it as an administrator does, and waits until it has ended.
  ///
  /// Clients get 57P01, `admin_shutdown`. Where it takes too long, it is killed.
  package func shutDown() async throws {
    server.process.send(SIGINT)
    defer { kill() }
    try await eventually("PostgreSQL shuts down") { !isRunning }
  }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    kill()
  }

  private static func makeCluster(
    _ options: Options,
    _ owner: DatabaseUser,
    _ folder: TemporaryFolder
  ) async throws {
    let password = try owner.write(options.credentials.password + "\n", to: "password", in: folder)
    try await owner.check(
      [
        try Tool.initdb.required(), "--pgdata", folder.file("data"),
        "--username", options.credentials.user, "--pwfile", password, "--auth", "scram-sha-256",
        "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions",
      ],
      in: folder
    )
  }

  /// What is set on the command line; the manual has it under "Server Configuration".
  private static func settings(
    _ options: Options,
    _ owner: DatabaseUser,
    _ folder: TemporaryFolder
  ) throws -> [String: String] {
    var settings = [
      "autovacuum": "off",
      // Not in /dev/shm, where something would stay if it was killed.
      "dynamic_shared_memory_type": "mmap",
      "fsync": "off",
      "full_page_writes": "off",
      "listen_addresses": "127.0.0.1",
      "log_timezone": "UTC",
      "max_connections": "50",
      "max_wal_senders": "0",
      "shared_buffers": "16MB",
      "synchronous_commit": "off",
      "timezone": "UTC",
      "unix_socket_directories": "",
      "wal_level": "minimal",
    ]
    if let certificate = options.certificate {
      settings["ssl"] = "on"
      settings["ssl_cert_file"] = try owner.write(
        certificate.pem,
        to: "certificate.pem",
        in: folder
      )
      settings["ssl_key_file"] = try owner.write(certificate.keyPEM, to: "key.pem", in: folder)
    }
    return settings.merging(options.settings) { _, chosen in chosen }
  }

  /// It takes connections some time before it takes sessions.
  private func waitUntilReady() async throws {
    let program = try Tool.pgIsReady.required()
    try await eventually("PostgreSQL is ready", within: .seconds(60)) {
      guard isRunning else { throw TestSupportError("PostgreSQL ended while it started\n\(log)") }
      let words = ["--quiet", "--host", "127.0.0.1", "--port", "\(port)"]
      return try await Command.run(program, words).status == 0
    }
  }

  private static func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
  }
}

/// Runs `body` with a server of its own.
package func withPostgreSQL<Result>(
  _ options: PostgreSQLServer.Options = PostgreSQLServer.Options(),
  _ body: (PostgreSQLServer) async throws -> Result
) async throws -> Result {
  let server = try await PostgreSQLServer(options)
  defer { server.stop() }
  return try await body(server)
}
