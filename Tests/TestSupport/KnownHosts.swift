import Foundation

/// Lines of known_hosts.
package enum KnownHosts {
  /// A line that names a server's key.
  ///
  /// - Parameters:
  ///   - host: a name or an address.
  ///   - port: 22 is left out, as ssh does it.
  ///   - key: the server's.
  ///   - marker: `@revoked` or `@cert-authority`.
  /// - Returns: the line, without a line break.
  package static func line(
    _ host: String,
    port: Int,
    _ key: SSHKey,
    marker: String? = nil
  ) -> String {
    let name = port == 22 ? host : "[\(host)]:\(port)"
    return (marker.map { $0 + " " } ?? "") + "\(name) \(key.publicWords)"
  }

  /// The same lines with hashed names.
  package static func hashed(_ lines: [String]) async throws -> [String] {
    let folder = try TemporaryFolder()
    let path = try folder.write(lines.map { $0 + "\n" }.joined(), to: "known_hosts")
    try await Command.check(try Tool.sshKeygen.required(), ["-q", "-H", "-f", path])
    return try folder.text("known_hosts").split(separator: "\n").map(String.init)
  }
}
