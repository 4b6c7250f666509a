import Foundation

/// MariaDB on a free port of 127.0.0.1, with data of its own and one database.
///
/// It loses what it was told last when the machine fails. Its Unix socket is in its own folder.
/// What it knows of its sessions stands in `information_schema.processlist`: see `run`.
package final class MariaDBServer: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    /// Its only user, who may do everything.
    package var credentials = (user: "tester", password: "correct horse")
    /// The database, in utf8mb4.
    package var database = "tests"
    /// It speaks TLS with this certificate to those who ask for it; nil: it does not.
    package var certificate: CertificateAuthority.Certificate?
    /// Further options of its command line, without dashes: they win over those that are set here.
    ///
    /// An empty value is none, as with `skip-log-bin`.
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

  /// Makes its data, starts the server and waits until it is ready.
  package init(_ options: Options = Options()) async throws {
    let mariadbd = try Tool.mariadbd.required()
    let owner = DatabaseUser.mariaDB
    let folder = try owner.folder()
    try await Self.makeData(owner, folder)
    let settings = try Self.settings(options, owner, folder)
    self.options = options
    self.folder = folder
    server = try await ServerProcess(
      "mariadb",
      folder: folder,
      environment: DatabaseUser.environment(folder),
      deathSignal: "KILL"
    ) { port in
      try owner.command(
        [mariadbd, "--no-defaults", "--datadir=" + folder.file("data"), "--port=\(port)"]
          + Self.words(settings)
      )
    }
    try await waitUntilReady()
  }

  deinit {
    stop()
  }

  /// The shared server of this process, with the default options.
  package static var shared: MariaDBServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await MariaDBServer() }

  /// Runs statements with the client `mariadb`.
  ///
  /// For setting up, and for looking at what a driver did: `select count(*) from
  /// information_schema.processlist where user = '…'`.
  ///
  /// - Parameters:
  ///   - sql: each statement but the last one ends with a semicolon.
  ///   - database: nil: that of the options.
  /// - Throws: `TestSupportError` with the client's message at the first statement that fails.
  /// - Returns: a line for each row, its values divided by tabs; null is `NULL`.
  @discardableResult
  package func run(_ sql: String, database: String? = nil) async throws -> String {
    let command = try await client(database ?? options.database, sql)
    guard command.status == 0 else {
      throw TestSupportError("mariadb: \(command.end)\n\(command.error)\(command.output)")
    }
    return command.output.hasSuffix("\n") ? String(command.output.dropLast()) : command.output
  }

  /// What it has written so far.
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }
  package var isRunning: Bool { server.process.isRunning }

  /// Makes it die at once, and waits until it has: clients find the connection broken.
  package func kill() {
    server.stop(grace: .zero)
  }

  /// Ends it as an administrator does, and waits until it has ended.
  ///
  /// Where it takes too long, it is killed.
  package func shutDown() async throws {
    server.process.send(SIGTERM)
    defer { kill() }
    try await eventually("MariaDB shuts down") { !isRunning }
  }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    kill()
  }

  private func client(_ database: String, _ sql: String) async throws -> Command {
    var environment = DatabaseUser.environment(folder)
    environment["MYSQL_PWD"] = password
    return try await Command.run(
      try Tool.mariadb.required(),
      [
        "--no-defaults", "--protocol=tcp", "--host=127.0.0.1", "--port=\(port)", "--user=\(user)",
        "--database=\(database)", "--default-character-set=utf8mb4", "--connect-timeout=20",
        "--batch", "--raw", "--skip-column-names",
      ],
      environment: environment,
      input: sql
    )
  }

  private static func makeData(_ owner: DatabaseUser, _ folder: TemporaryFolder) async throws {
    try await owner.check(
      [
        try Tool.mariadbInstallDB.required(), "--no-defaults", "--datadir=" + folder.file("data"),
        "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
      ] + words(storage),
      in: folder
    )
  }

  /// How data is kept; the manual has it under "InnoDB System Variables".
  private static let storage = [
    "innodb-buffer-pool-size": "32M",
    "innodb-doublewrite": "OFF",
    "innodb-flush-log-at-trx-commit": "0",
    "innodb-log-file-size": "8M",
    // Containers often have not what it needs.
    "innodb-use-native-aio": "OFF",
  ]

  /// What is set on the command line; the manual has it under "Server System Variables".
  private static func settings(
    _ options: Options,
    _ owner: DatabaseUser,
    _ folder: TemporaryFolder
  ) throws -> [String: String] {
    var settings = storage
    settings["bind-address"] = "127.0.0.1"
    settings["character-set-server"] = "utf8mb4"
    settings["default-time-zone"] = "+00:00"
    settings["init-file"] = try owner.write(firstStatements(options), to: "init.sql", in: folder)
    settings["key-buffer-size"] = "1M"
    settings["max-connections"] = "50"
    // Without a folder it is in that of the data.
    settings["pid-file"] = "mariadb.pid"
    settings["skip-log-bin"] = ""
    settings["skip-name-resolve"] = "ON"
    settings["socket"] = "mariadb.sock"
    settings["table-open-cache"] = "400"
    if let certificate = options.certificate {
      settings["ssl-cert"] = try owner.write(certificate.pem, to: "certificate.pem", in: folder)
      settings["ssl-key"] = try owner.write(certificate.keyPEM, to: "key.pem", in: folder)
    }
    return settings.merging(options.settings) { _, chosen in chosen }
  }

  /// What it runs before it takes sessions: a statement a line.
  private static func firstStatements(_ options: Options) -> String {
    let user = quoted(options.credentials.user) + "@'%'"
    let database = "`" + options.database.replacing("`", with: "``") + "`"
    return """
      create database \(database) character set utf8mb4;
      create user \(user) identified by \(quoted(options.credentials.password));
      grant all privileges on *.* to \(user) with grant option;
      delete from mysql.global_priv where User = 'root';
      flush privileges;

      """
  }

  /// It takes connections some time before it takes sessions; these wait until it does.
  private func waitUntilReady() async throws {
    try await eventually("MariaDB is ready", within: .seconds(60)) {
      guard isRunning else { throw TestSupportError("MariaDB ended while it started\n\(log)") }
      return try await client(options.database, "select 1").status == 0
    }
  }

  private static func words(_ settings: [String: String]) -> [String] {
    settings.sorted { $0.key < $1.key }.map {
      $0.value.isEmpty ? "--\($0.key)" : "--\($0.key)=\($0.value)"
    }
  }

  private static func quoted(_ text: String) -> String {
    "'" + text.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
  }
}

/// Runs `body` with a server of its own.
package func withMariaDB<Result>(
  _ options: MariaDBServer.Options = MariaDBServer.Options(),
  _ body: (MariaDBServer) async throws -> Result
) async throws -> Result {
  let server = try await MariaDBServer(options)
  defer { server.stop() }
  return try await body(server)
}
