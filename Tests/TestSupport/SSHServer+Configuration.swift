extension SSHServer {
  /// sshd_config without the port; paths are those that the server sees.
  static func configuration(
    _ options: Options,
    _ hostKeys: [SSHKey],
    _ folder: TemporaryFolder
  ) throws -> String {
    var lines = ["ListenAddress 127.0.0.1"]
    for (number, key) in hostKeys.enumerated() {
      lines.append("HostKey " + (try write(key.privateText, to: "host_key_\(number)", in: folder)))
    }
    if !options.extra.isEmpty { lines.append(options.extra) }
    lines += [
      "AuthorizedKeysFile .ssh/authorized_keys", "PermitRootLogin no", "UsePAM yes",
      "PasswordAuthentication \(word(options.passwords))",
      "KbdInteractiveAuthentication \(word(options.keyboardInteractive))",
      "PubkeyAuthentication \(word(options.publicKeys))",
      "AllowTcpForwarding \(word(options.allowTcpForwarding))",
      "MaxAuthTries \(options.maxAuthTries)", "MaxSessions \(options.maxSessions)",
      "MaxStartups \(options.maxStartups)", "LogLevel VERBOSE", "PidFile none", "PrintMotd no",
      "PrintLastLog no", "UseDNS no", "X11Forwarding no",
    ]
    if let methods = options.authenticationMethods {
      lines.append("AuthenticationMethods \(methods)")
    }
    if let algorithms = options.hostKeyAlgorithms {
      lines.append("HostKeyAlgorithms \(algorithms)")
    }
    if let algorithms = options.pubkeyAcceptedAlgorithms {
      lines.append("PubkeyAcceptedAlgorithms \(algorithms)")
    }
    if let authority = options.userAuthority {
      let path = try write(authority.publicLine + "\n", to: "user_authority.pub", in: folder)
      lines.append("TrustedUserCAKeys \(path)")
    }
    if let banner = options.banner {
      lines.append("Banner " + (try write(banner, to: "banner", in: folder)))
    }
    if let command = options.forceCommand { lines.append("ForceCommand \(command)") }
    switch options.sftp {
    case .internal: lines.append("Subsystem sftp internal-sftp")
    case .program: lines.append("Subsystem sftp " + (try Tool.sftpServer.required()))
    case .command(let line): lines.append("Subsystem sftp " + line)
    case .none: break
    }
    return lines.map { $0 + "\n" }.joined()
  }

  private static func word(_ flag: Bool) -> String { flag ? "yes" : "no" }

  private static func write(
    _ text: String,
    to name: String,
    in folder: TemporaryFolder
  ) throws -> String {
    try folder.write(text, to: name)
    return LoginNamespace.folder + "/" + name
  }
}
