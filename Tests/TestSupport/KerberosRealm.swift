import Foundation

/// A Kerberos realm: a KDC on a free port of 127.0.0.1, UDP and TCP, and a user with a ticket.
///
/// | principal | what there is of it |
/// |---|---|
/// | `principal`, a user | a ticket, for a process with `environment` |
/// | `Options.service`, a server | its keys, in the keytab at `keytabPath` |
///
/// All of it is in the realm's own folder: database, configuration, keytab and credential cache.
/// Names of hosts are taken as they are: a client of the default service asks `localhost`.
package final class KerberosRealm: Sendable {
  /// What can be chosen.
  package struct Options: Sendable {
    package var name = "DRIVERS.TEST"
    package var credentials = (user: "user", password: "correct horse")
    /// Whose keys are in the keytab.
    package var service = "HTTP/localhost"

    package init() {}
  }

  package var port: Int { server.port }
  package let options: Options
  package let folder: TemporaryFolder
  private let server: ServerProcess

  /// Makes a realm, starts its KDC, and gets a ticket for its user.
  package init(_ options: Options = Options()) async throws {
    let kdc = try Tool.krb5KDC.required()
    let folder = try TemporaryFolder()
    self.options = options
    self.folder = folder
    try Self.configure(options, port: 0, folder: folder)
    try await Self.makeDatabase(options, folder)
    server = try await ServerProcess(
      "krb5kdc",
      folder: folder,
      environment: Self.environment(folder)
    ) { port in
      try Self.configure(options, port: port, folder: folder)
      return [kdc, "-n", "-r", options.name, "-P", folder.file("kdc.pid")]
    }
    try await getTicket()
  }

  /// The shared realm of this process, with the default options.
  package static var shared: KerberosRealm {
    get async throws { try await sharedRealm.value }
  }

  private static let sharedRealm = Task { try await KerberosRealm() }

  /// krb5.conf.
  package var configurationPath: String { folder.file("krb5.conf") }
  /// The keys of `Options.service`.
  package var keytabPath: String { folder.file("keytab") }
  /// The user's name in the realm, `USER@REALM`.
  package var principal: String { "\(options.credentials.user)@\(options.name)" }

  /// The environment of a process that has the user's ticket.
  package var environment: [String: String?] { Self.environment(folder) }

  /// The environment of a process that knows the realm, and has no ticket.
  package var environmentWithoutTicket: [String: String?] {
    environment.merging(["KRB5CCNAME": "FILE:" + folder.file("no-tickets")]) { $1 }
  }

  /// Gets the user a new ticket, in place of the one there is.
  package func getTicket() async throws {
    try await Command.check(
      try Tool.kinit.required(),
      [principal],
      environment: environment,
      input: options.credentials.password + "\n"
    )
  }

  /// The KDC's log.
  package var log: String { server.log }
  package var processID: Int32 { server.process.processID }

  /// Stops the KDC now; otherwise it stops when its last reference goes.
  package func stop() {
    server.stop()
  }

  private static func environment(_ folder: TemporaryFolder) -> [String: String?] {
    [
      "KRB5_CONFIG": folder.file("krb5.conf"), "KRB5_KDC_PROFILE": folder.file("kdc.conf"),
      "KRB5CCNAME": "FILE:" + folder.file("tickets"), "KRB5_KTNAME": nil,
      "KRB5_CLIENT_KTNAME": nil,
    ]
  }

  private static func makeDatabase(_ options: Options, _ folder: TemporaryFolder) async throws {
    let environment = environment(folder)
    try await Command.check(
      try Tool.kdb5Util.required(),
      ["-r", options.name, "-P", "master", "create", "-s"],
      environment: environment
    )
    let administration = try Tool.kadminLocal.required()
    let (user, password) = options.credentials
    for request in [
      ["addprinc", "-pw", password, user], ["addprinc", "-randkey", options.service],
      ["ktadd", "-k", folder.file("keytab"), options.service],
    ] {
      try await Command.check(
        administration,
        ["-r", options.name] + request,
        environment: environment
      )
    }
  }

  /// Writes krb5.conf and kdc.conf, of which the manual has pages of the same names.
  private static func configure(
    _ options: Options,
    port: Int,
    folder: TemporaryFolder
  ) throws {
    // Names are taken as they are: nobody is asked for them.
    try folder.write(
      """
      [libdefaults]
        default_realm = \(options.name)
        dns_lookup_kdc = false
        dns_lookup_realm = false
        dns_canonicalize_hostname = false
        rdns = false
      [realms]
        \(options.name) = {
          kdc = 127.0.0.1:\(port)
        }
      [domain_realm]
        localhost = \(options.name)

      """,
      to: "krb5.conf"
    )
    try folder.write(
      """
      [realms]
        \(options.name) = {
          database_name = \(folder.file("database"))
          key_stash_file = \(folder.file("stash"))
          acl_file = \(folder.file("acl"))
          kdc_listen = 127.0.0.1:\(port)
          kdc_tcp_listen = 127.0.0.1:\(port)
        }
      [logging]
        kdc = STDERR

      """,
      to: "kdc.conf"
    )
  }
}

/// Runs `body` with a realm of its own.
package func withKerberos<Result>(
  _ options: KerberosRealm.Options = KerberosRealm.Options(),
  _ body: (KerberosRealm) async throws -> Result
) async throws -> Result {
  let realm = try await KerberosRealm(options)
  defer { realm.stop() }
  return try await body(realm)
}
