import Foundation
import TestSupport

/// An sshd whose SFTP is Tests/Python/sftp_server.py: without extensions, and with faults below `/faults`.
enum OwnSFTPServer {
  /// The one of this process.
  static var shared: SSHServer { get async throws { try await server.value } }

  private static let server = Task {
    var options = SSHServer.Options()
    options.sftp = .command("/usr/bin/python3 -u \(path)")
    let server = try await SSHServer(options)
    // The users may not read what is in the package's folder.
    try FileManager.default.copyItem(
      atPath: ThisPackage.folder + "/Tests/Python/sftp_server.py",
      toPath: server.path(path)
    )
    chmod(server.path(path), 0o644)
    return server
  }

  private static let path = "/tmp/sftp_server.py"
}
