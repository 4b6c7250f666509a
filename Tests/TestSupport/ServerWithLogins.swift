/// A server that people log in to over SSH: what `SSHServer` and `DropbearServer` can do both.
package protocol ServerWithLogins: Sendable {
  var server: LoginServer { get }
  var hostKeys: [SSHKey] { get }
}

extension ServerWithLogins {
  /// A disk of 1 MiB to which everybody may write, as the server sees it.
  package static var smallDisk: String { LoginNamespace.smallDisk }

  package var port: Int { server.port }

  /// The lines of known_hosts for all its keys.
  package var knownHosts: [String] {
    hostKeys.map { KnownHosts.line("127.0.0.1", port: port, $0) }
  }

  /// Lets a user in with one more key: a line of authorized_keys, which may begin with options.
  package func authorize(_ line: String, for user: LoginUser) throws {
    try server.authorize(line, for: user)
  }

  /// Where this process finds what the server sees at `path`, as long as the server runs.
  ///
  /// Symbolic links that are absolute lead to the machine's own files.
  package func path(_ path: String) -> String { server.path(path) }

  /// The number of a user, which is that of the user's group as well.
  package func userID(of user: LoginUser) throws -> Int { try server.userID(of: user) }

  /// What runs as a user.
  ///
  /// It is empty when nothing is left of what was started, on whatever connection. The server's own
  /// processes are not in it: see `connections`.
  ///
  /// - Parameter user: nil: anybody, root as well, as after sudo.
  /// - Throws: `TestSupportError` where the server has no such user.
  /// - Returns: the processes in the order of their numbers, under those that this process sees.
  package func processes(of user: LoginUser? = nil) throws -> [LoginServer.Process] {
    try server.processes(of: user, areServers: false)
  }

  /// What it has written so far.
  package var log: String { server.log }
  package var processID: Int32 { server.processID }
  package var isRunning: Bool { server.isRunning }

  /// Kills it and all that its users have started; otherwise that happens with its last reference.
  package func stop() { server.stop() }
}
