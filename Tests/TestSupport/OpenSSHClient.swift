import Foundation

/// The programs ssh and sftp, told all they need: nothing of this machine's user is looked at.
///
/// For tests of servers, and for comparing with a driver.
package final class OpenSSHClient: Sendable {
  /// How the user shows who it is.
  package enum Login: Sendable {
    case password(String)
    /// The password, as the answer to each question of keyboard-interactive.
    case keyboardInteractive(String)
    case key(SSHKey, certificate: SSHCertificate? = nil)
    case agent(SSHAgent)
  }

  private let folder: TemporaryFolder
  private let environment: [String: String?]

  /// Writes a configuration.
  ///
  /// - Parameters:
  ///   - login: for all hosts, those of a jump as well.
  ///   - knownHosts: the lines of known_hosts; no other server is spoken to.
  ///   - extra: further lines of ssh_config, which win.
  /// - Throws: `TestSupportError` where the files cannot be written.
  package init(_ login: Login, knownHosts: [String], extra: String = "") throws {
    let folder = try TemporaryFolder()
    let known = try folder.write(knownHosts.map { $0 + "\n" }.joined(), to: "known_hosts")
    var lines = extra.isEmpty ? [] : [extra]
    lines += [
      "UserKnownHostsFile \(known)", "GlobalKnownHostsFile /dev/null", "StrictHostKeyChecking yes",
      "UpdateHostKeys no", "NumberOfPasswordPrompts 1", "ConnectTimeout 20", "LogLevel INFO",
    ]
    var environment: [String: String?] = ["SSH_AUTH_SOCK": nil, "SSH_ASKPASS": nil]
    var answer: String?
    switch login {
    case .password(let password):
      lines.append("PreferredAuthentications password")
      answer = password
    case .keyboardInteractive(let password):
      lines.append("PreferredAuthentications keyboard-interactive")
      answer = password
    case .key(let key, let certificate):
      lines += ["PreferredAuthentications publickey", "IdentitiesOnly yes"]
      lines.append("IdentityFile \(key.path)")
      if let certificate { lines.append("CertificateFile \(certificate.path)") }
      answer = key.passphrase
    case .agent(let agent):
      lines += ["PreferredAuthentications publickey", "IdentityFile none"]
      environment.merge(agent.environment) { $1 }
    }
    if let answer {
      environment.merge(try AskPass(answer, in: folder).environment) { $1 }
    } else {
      lines.append("BatchMode yes")
    }
    try folder.write(lines.map { $0 + "\n" }.joined(), to: "config")
    self.folder = folder
    self.environment = environment
  }

  /// Runs a command as a user of the server at `port` of 127.0.0.1.
  ///
  /// - Parameters:
  ///   - command: what the user's shell runs.
  ///   - user: the user.
  ///   - port: the server's.
  ///   - host: another name than 127.0.0.1, as behind a jump.
  ///   - options: arguments of ssh, such as `-J`.
  ///   - input: standard input of the command.
  /// - Throws: `TestSupportError` where ssh cannot be started, or hangs.
  /// - Returns: how ssh ended, and what it wrote: 255 where there was no connection.
  package func run(
    _ command: String,
    as user: LoginUser,
    port: Int,
    host: String = "127.0.0.1",
    options: [String] = [],
    input: String = ""
  ) async throws -> Command {
    let words = arguments(user, port, host, options) + [command]
    let ssh = try Tool.ssh.required()
    return try await Command.run(ssh, words, environment: environment, input: input)
  }

  /// Starts a command as `run` does, and does not wait for its end.
  package func start(
    _ command: String,
    as user: LoginUser,
    port: Int,
    options: [String] = []
  ) throws -> RunningCommand {
    let words = arguments(user, port, "127.0.0.1", options) + [command]
    return try RunningCommand(try Tool.ssh.required(), words, environment: environment)
  }

  /// Runs the commands of sftp, which ends at the first that fails.
  package func sftp(_ commands: [String], as user: LoginUser, port: Int) async throws -> Command {
    let batch = try folder.write(commands.map { $0 + "\n" }.joined(), to: "batch")
    // Before -b, which forbids ssh to ask for a password otherwise.
    let words = ["-F", folder.file("config"), "-o", "BatchMode=no", "-b", batch, "-P", "\(port)"]
    return try await Command.run(
      try Tool.sftp.required(),
      words + ["\(user.name)@127.0.0.1"],
      environment: environment,
      folder: folder.path
    )
  }

  private func arguments(
    _ user: LoginUser,
    _ port: Int,
    _ host: String,
    _ options: [String]
  ) -> [String] {
    ["-F", folder.file("config"), "-p", "\(port)"] + options + ["\(user.name)@\(host)"]
  }
}
