import Foundation

/// ssh-agent, with its socket in a folder of its own.
package final class SSHAgent: Sendable {
  /// What SSH_AUTH_SOCK names.
  package let socket: String
  private let folder: TemporaryFolder
  private let process: ChildProcess

  /// Starts an agent without keys, and waits until it answers.
  package init() async throws {
    let agent = try Tool.sshAgent.required()
    let folder = try TemporaryFolder()
    let socket = folder.file("agent")
    // Debian gives it a group of its own, and the kernel then forgets the death signal.
    let words = ["--no-new-privs", "--", agent, "-D", "-a", socket]
    let process = try ChildProcess(try Tool.setpriv.required(), words)
    self.folder = folder
    self.socket = socket
    self.process = process
    try await eventually("ssh-agent answers") {
      guard process.isRunning else { throw TestSupportError("ssh-agent ended while it started") }
      // 1 where it has no keys, 2 where it does not answer.
      return try await list().status < 2
    }
  }

  deinit {
    stop()
  }

  /// Adds a private key, which goes with its passphrase.
  ///
  /// - Parameters:
  ///   - key: the key.
  ///   - certificate: added with it.
  /// - Throws: `TestSupportError` with what ssh-add says.
  package func add(_ key: SSHKey, certificate: SSHCertificate? = nil) async throws {
    let own = try TemporaryFolder()
    // ssh-add looks for the certificate beside the key.
    let path = try own.write(key.privateText, to: "id")
    if let certificate { try own.write(certificate.line + "\n", to: "id-cert.pub") }
    var environment = self.environment
    environment.merge(try AskPass(key.passphrase ?? "", in: own).environment) { $1 }
    try await Command.check(try Tool.sshAdd.required(), ["-q", path], environment: environment)
  }

  /// Takes all keys away.
  package func removeAll() async throws {
    try await Command.check(try Tool.sshAdd.required(), ["-q", "-D"], environment: environment)
  }

  /// The fingerprints of its keys, `SHA256:…`.
  package func fingerprints() async throws -> [String] {
    try await list().output.split(separator: "\n").compactMap { line in
      line.split(separator: " ").first { $0.hasPrefix("SHA256:") }.map(String.init)
    }
  }

  /// The environment of a process that knows the agent.
  package var environment: [String: String?] { ["SSH_AUTH_SOCK": socket, "SSH_AGENT_PID": nil] }
  package var processID: Int32 { process.processID }

  /// Stops it now; otherwise it stops when its last reference goes.
  package func stop() {
    process.stop()
  }

  private func list() async throws -> Command {
    try await Command.run(try Tool.sshAdd.required(), ["-l"], environment: environment)
  }
}

/// Runs `body` with an agent of its own.
package func withSSHAgent<Result>(
  _ body: (SSHAgent) async throws -> Result
) async throws -> Result {
  let agent = try await SSHAgent()
  defer { agent.stop() }
  return try await body(agent)
}
