import Foundation

/// A server for FTP in namespaces of its own: what vsftpd, ProFTPD and Pure-FTPd share.
///
/// The servers' own classes hold one of these, see `FTPServerWithLogins`.
package final class FTPLoginServer: Sendable {
  /// What it is to be.
  struct Plan: Sendable {
    /// For messages.
    var name: String
    /// The server's program, as it is seen in the namespaces.
    var program: String
    /// A folder that is to be seen there.
    var programs: String?
    /// Added to this process's own; nil takes a variable away.
    var environment: [String: String?] = [:]
    var users: [LoginUser]
    var encryption: FTPEncryption
  }

  let folder: TemporaryFolder
  let encryption: FTPEncryption
  let user: LoginUser
  let userID: Int
  /// The process that takes connections.
  let processID: Int32
  let login: LoginServer

  /// Starts a server and waits until it answers.
  ///
  /// - Parameters:
  ///   - plan: what it is to be.
  ///   - arguments: writes the configuration for a folder and a port, and gives the server's arguments.
  /// - Throws: `TestSupportError` with the log's end, if it does not answer.
  init(
    _ plan: Plan,
    arguments: (TemporaryFolder, Int) throws -> [String]
  ) async throws {
    let folder = try TemporaryFolder()
    let encryption = try await plan.encryption.completed()
    try encryption.write(to: folder)
    var environment = plan.environment
    if !encryption.allowsTLS13 {
      environment["OPENSSL_CONF"] = LoginNamespace.folder + "/openssl.cnf"
    }
    let options = LoginNamespace.Options(
      users: plan.users,
      hostname: plan.name,
      hosts: [],
      userKey: nil,
      programs: plan.programs
    )
    let login = try await LoginServer(
      plan.name,
      options,
      folder: folder,
      program: plan.program,
      // vsftpd ends with a child that it does not know.
      isFirst: false,
      environment: environment
    ) { try arguments(folder, $0) }
    // Connections are taken in their order: the one that asked whether it answers was before this.
    try Self.connectToTheEnd(login.port)
    processID = try await eventually("\(plan.name) is alone, and counts no more connections") {
      let processes = try login.processes(of: nil, areServers: true)
      guard processes.count == 1, let first = processes.first?.processID else { return nil }
      // Those that have ended are in it until the server knows of it.
      let children = "/proc/\(first)/task/\(first)/children"
      return try String(contentsOfFile: children, encoding: .utf8).isEmpty ? first : nil
    }
    user = plan.users[0]
    userID = try login.userID(of: user)
    self.folder = folder
    self.encryption = encryption
    self.login = login
  }

  deinit {
    stop()
  }

  func stop() { login.stop() }

  /// Connects, says that nothing will come, and waits until the server ends the connection.
  private static func connectToTheEnd(_ port: Int) throws {
    let connection = try connectToLoopback(port)
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(connection.number, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    shutdown(connection.number, Int32(SHUT_WR))
    while let bytes = connection.read(), !bytes.isEmpty {}
  }
}

/// A server for FTP with users: what `VSFTPDServer`, `ProFTPDServer` and `PureFTPDServer` can do all.
package protocol FTPServerWithLogins: FTPServer {
  var server: FTPLoginServer { get }
}

extension FTPServerWithLogins {
  /// A disk of 1 MiB to which everybody may write, as the server sees it.
  ///
  /// Users who are held in their homes do not get there.
  package static var smallDisk: String { LoginNamespace.smallDisk }

  package var folder: TemporaryFolder { server.folder }
  package var port: Int { server.login.port }
  package var encryption: FTPEncryption { server.encryption }
  package var authority: CertificateAuthority? { server.encryption.authority }
  package var user: String { server.user.name }
  package var password: String { server.user.password ?? "" }
  package var root: String { server.folder.file("home/" + user) }
  package var userID: Int { server.userID }
  package var log: String { server.login.log }
  package var processID: Int32 { server.processID }
  package var isRunning: Bool { server.login.isRunning }

  /// Where this process finds what the server sees at `path`, as long as the server runs.
  package func path(_ path: String) -> String { server.login.path(path) }

  /// The server's processes besides the one that takes connections: there are some for each.
  package func connections() throws -> [LoginServer.Process] {
    try server.login.processes(of: nil, areServers: true).filter { $0.processID != processID }
  }

  /// Kills it and all that it has started; otherwise that happens with its last reference.
  package func stop() { server.stop() }
}
