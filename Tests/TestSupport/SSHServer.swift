import Foundation

/// OpenSSH's sshd on a free port of 127.0.0.1, with users, keys and a configuration of its own.
///
/// It runs in namespaces of its own: `LoginNamespace` says what its users see of the machine. Among it
/// are homes under `/home`, a `/tmp` of their own, and a disk of 1 MiB at `smallDisk`.
///
/// | user | password | shell | sudo |
/// |---|---|---|---|
/// | `tester` | `correct horse` | bash | |
/// | `dasher` | `battery staple` | dash | |
/// | `admin` | `open sesame` | bash | with the password |
/// | `robot` | none | bash | unasked |
///
/// `userKey` lets each of them in. Passwords go as such and as answers of keyboard-interactive.
package final class SSHServer: ServerWithLogins {
  /// What serves SFTP.
  package enum SFTP: Sendable {
    /// sshd itself: there is no further process.
    case `internal`
    /// The program sftp-server.
    case program
    /// A command line, such as one of a program that is none for it.
    case command(String)
    /// Nothing: the subsystem is refused.
    case none
  }

  /// What can be chosen; sshd_config(5) explains what has its name there.
  package struct Options: Sendable {
    package var users = LoginUser.usual
    /// Whose line stands in the users' authorized_keys; nil: a new key.
    package var userKey: SSHKey?
    package var hostKeys: [SSHKey.Kind] = [.ed25519, .ecdsa, .rsa]
    /// Keys from elsewhere, in place of `hostKeys`.
    package var givenHostKeys: [SSHKey] = []
    /// TrustedUserCAKeys: whoever has a certificate of it for a user's name gets in.
    package var userAuthority: SSHKey?
    package var passwords = true
    package var keyboardInteractive = true
    package var publicKeys = true
    /// AuthenticationMethods, such as `publickey,password` where both are asked for.
    package var authenticationMethods: String?
    package var maxSessions = 10
    package var maxStartups = "1000"
    package var maxAuthTries = 6
    package var allowTcpForwarding = true
    package var sftp: SFTP = .internal
    /// The text before the login.
    package var banner: String?
    package var forceCommand: String?
    package var hostKeyAlgorithms: String?
    package var pubkeyAcceptedAlgorithms: String?
    /// Further lines for sshd_config; the first of two settings counts, and these come first.
    package var extra = ""
    /// What `hostname` says there.
    package var hostname = "server"
    /// Names that this server takes for 127.0.0.1, and nobody else knows: for jumps.
    package var hosts: [String] = []

    package init() {}
  }

  package let options: Options
  package let folder: TemporaryFolder
  package let hostKeys: [SSHKey]
  /// Lets each user in whose `takesUserKey` says so.
  package let userKey: SSHKey
  package let server: LoginServer

  /// Makes keys and users, starts the server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let sshd = try Tool.sshd.required()
    let folder = try TemporaryFolder()
    hostKeys = try await SSHKey.hostKeys(options.hostKeys, or: options.givenHostKeys)
    userKey = try await SSHKey.userKey(options.userKey)
    self.options = options
    self.folder = folder
    let namespace = LoginNamespace.Options(
      users: options.users,
      hostname: options.hostname,
      hosts: options.hosts,
      userKey: userKey
    )
    let configuration = try Self.configuration(options, hostKeys, folder)
    server = try await LoginServer("sshd", namespace, folder: folder, program: sshd) { port in
      try folder.write("Port \(port)\n" + configuration, to: "sshd_config")
      return ["-D", "-e", "-f", LoginNamespace.folder + "/sshd_config"]
    }
  }

  /// The shared server of this process, with the default options.
  package static var shared: SSHServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await SSHServer() }

  /// The server's processes for the open connections of a user: one a connection.
  ///
  /// With `SFTP.internal` there is one more for each channel with SFTP.
  package func connections(of user: LoginUser) throws -> [LoginServer.Process] {
    try server.processes(of: user, areServers: true)
  }
}

/// Runs `body` with a server of its own.
package func withSSHServer<Result>(
  _ options: SSHServer.Options = SSHServer.Options(),
  _ body: (SSHServer) async throws -> Result
) async throws -> Result {
  let server = try await SSHServer(options)
  defer { server.stop() }
  return try await body(server)
}
