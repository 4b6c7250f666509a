import Foundation

/// dropbear on a free port of 127.0.0.1, with users and keys of its own, as `SSHServer` has them.
///
/// It serves SFTP with OpenSSH's program, and knows no keyboard-interactive.
package final class DropbearServer: ServerWithLogins {
  /// What can be chosen.
  package struct Options: Sendable {
    package var users = LoginUser.usual
    /// Whose line stands in the users' authorized_keys; nil: a new key.
    package var userKey: SSHKey?
    package var hostKeys: [SSHKey.Kind] = [.ed25519, .ecdsa, .rsa]
    /// Keys from elsewhere, in place of `hostKeys`.
    package var givenHostKeys: [SSHKey] = []
    package var passwords = true
    package var allowTcpForwarding = true
    /// The text before the login.
    package var banner: String?
    package var forceCommand: String?
    /// Further arguments, see dropbear(8).
    package var extra: [String] = []
    /// What `hostname` says there.
    package var hostname = "dropbear"
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
    let dropbear = try Tool.dropbear.required()
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
    let words = try await Self.arguments(options, hostKeys, folder)
    server = try await LoginServer("dropbear", namespace, folder: folder, program: dropbear) {
      // In the foreground, with its log on stderr. The file of its number is one that goes with it.
      ["-F", "-E", "-P", "/run/dropbear.pid", "-p", "127.0.0.1:\($0)"] + words
    }
  }

  /// The shared server of this process, with the default options.
  package static var shared: DropbearServer {
    get async throws { try await sharedServer.value }
  }

  private static let sharedServer = Task { try await DropbearServer() }

  private static func arguments(
    _ options: Options,
    _ hostKeys: [SSHKey],
    _ folder: TemporaryFolder
  ) async throws -> [String] {
    var words: [String] = []
    for (number, key) in hostKeys.enumerated() {
      let name = "host_key_\(number)"
      try await Command.check(
        try Tool.dropbearConvert.required(),
        ["openssh", "dropbear", key.path, folder.file(name)]
      )
      words += ["-r", LoginNamespace.folder + "/" + name]
    }
    if !options.passwords { words.append("-s") }
    if !options.allowTcpForwarding { words += ["-j", "-k"] }
    if let banner = options.banner {
      try folder.write(banner, to: "banner")
      words += ["-b", LoginNamespace.folder + "/banner"]
    }
    if let command = options.forceCommand { words += ["-c", command] }
    return words + options.extra
  }
}

/// Runs `body` with a server of its own.
package func withDropbear<Result>(
  _ options: DropbearServer.Options = DropbearServer.Options(),
  _ body: (DropbearServer) async throws -> Result
) async throws -> Result {
  let server = try await DropbearServer(options)
  defer { server.stop() }
  return try await body(server)
}
