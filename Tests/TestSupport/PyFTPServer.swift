import Foundation

/// pyftpdlib on a free port of 127.0.0.1, with one user, who is held in a folder of the server.
///
/// It needs no root: files belong to the user of this process. It resumes TLS sessions, and does not
/// ask for that.
package final class PyFTPServer: FTPServer {
  /// What can be chosen.
  package struct Options: Sendable {
    package var user = "tester"
    package var password = "correct horse"
    package var encryption = FTPEncryption.off
    package var passivePorts: ClosedRange<Int>?
    /// What it says of itself in the answer to PASV, true or not.
    package var passiveAddress: String?
    /// The letters of pyftpdlib for what the user may do: all of it is `elradfmwMT`.
    package var permissions = "elradfmwMT"
    /// Of names on the control connection and in lists, such as `latin-1`.
    package var encoding = "utf8"
    /// 421 for more connections than that.
    package var maxClients = 512
    package var idleSeconds = 300

    package init() {}
  }

  package let options: Options
  package let folder: TemporaryFolder
  package let encryption: FTPEncryption
  package let root: String
  private let server: PythonServer

  /// Starts a server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    let folder = try TemporaryFolder()
    let encryption = try await options.encryption.completed()
    root = try folder.folder("files")
    self.options = options
    self.folder = folder
    self.encryption = encryption
    var words = [
      "--root", root, "--user", options.user, "--password", options.password,
      "--permissions", options.permissions, "--encoding", options.encoding,
      "--max-clients", "\(options.maxClients)", "--idle-seconds", "\(options.idleSeconds)",
    ]
    if let ports = options.passivePorts {
      words += ["--passive-ports", "\(ports.lowerBound)-\(ports.upperBound)"]
    }
    if let address = options.passiveAddress { words += ["--passive-address", address] }
    if encryption.mode == .implicit { words.append("--implicit") }
    if encryption.isRequired { words.append("--required") }
    if !encryption.allowsTLS13 { words.append("--only-tls12") }
    server = try await PythonServer(
      "ftp_server",
      folder: folder,
      options: words,
      certificate: encryption.mode == .off ? nil : encryption.certificate,
      clientAuthority: encryption.clientAuthority
    )
  }

  package var port: Int { server.port }
  package var authority: CertificateAuthority? { encryption.authority }
  package var user: String { options.user }
  package var password: String { options.password }
  package var userID: Int { Int(geteuid()) }
  package var log: String { server.log }
  package var processID: Int32 { server.processID }
  package var isRunning: Bool { !ChildProcess.isGone(processID) }

  /// The commands that have come, in their order, with the passwords in them.
  package func commands() throws -> [String] {
    try folder.text(PythonServer.logName).split(separator: "\n").map(String.init)
  }

  package func stop() { server.stop() }
}

/// Runs `body` with a server of its own.
package func withPyFTP<Result>(
  _ options: PyFTPServer.Options = PyFTPServer.Options(),
  _ body: (PyFTPServer) async throws -> Result
) async throws -> Result {
  let server = try await PyFTPServer(options)
  defer { server.stop() }
  return try await body(server)
}
