import Foundation

/// A server for FTP on 127.0.0.1 with a user and a folder of files: what all kinds have.
package protocol FTPServer: Sendable {
  var port: Int { get }
  var encryption: FTPEncryption { get }
  /// Who has signed its certificate; nil: it has none, or one from elsewhere.
  var authority: CertificateAuthority? { get }
  var user: String { get }
  var password: String { get }
  /// Where this process finds the files of `user`, in whose folder a session begins.
  var root: String { get }
  /// The number that owns the files of `user`.
  var userID: Int { get }
  /// What it has written so far.
  var log: String { get }
  var processID: Int32 { get }
  var isRunning: Bool { get }

  /// Stops it now; otherwise it stops when its last reference goes.
  func stop()
}

extension FTPServer {
  /// The name for which its certificate is, and which leads to 127.0.0.1.
  package var host: String { encryption.mode == .off ? "127.0.0.1" : "localhost" }

  /// Scheme, host and port, as curl takes it: `ftps` where TLS comes first.
  package var url: String {
    "\(encryption.mode == .implicit ? "ftps" : "ftp")://\(host):\(port)"
  }

  /// Puts a file into the folder of `user`, who owns it; returns its path on this machine.
  @discardableResult
  package func addFile(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = root + "/" + name
    let parent = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    if !FileManager.default.fileExists(atPath: parent) {
      try addFolder(String(parent.dropFirst(root.count + 1)))
    }
    try Data(bytes).write(to: URL(filePath: path))
    try own(path, mode: 0o644)
    return path
  }

  /// Puts a text file there.
  @discardableResult
  package func addFile(_ name: String, _ text: String) throws -> String {
    try addFile(name, Array(text.utf8))
  }

  /// Puts a folder there, with those on the way; returns its path on this machine.
  @discardableResult
  package func addFolder(_ name: String) throws -> String {
    var path = root
    for part in name.split(separator: "/") {
      path += "/" + part
      guard !FileManager.default.fileExists(atPath: path) else { continue }
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try own(path, mode: 0o755)
    }
    return path
  }

  /// The bytes of a file in the folder of `user`.
  package func read(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: root + "/" + name)))
  }

  /// The names of what is in a folder of `user`, in order.
  package func names(in folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root + "/" + folder).sorted()
  }

  private func own(_ path: String, mode: mode_t) throws {
    // What this process may not give away is its user's, as the server is then.
    guard chmod(path, mode) == 0, geteuid() != 0 || chown(path, uid_t(userID), gid_t(userID)) == 0
    else { throw TestSupportError.system("chown of \(path)", errno) }
  }
}
