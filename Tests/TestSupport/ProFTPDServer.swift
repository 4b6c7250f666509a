/// ProFTPD on a free port of 127.0.0.1, with users and a configuration of its own.
///
/// It runs in namespaces of its own, and has its users from a file of its own, with the homes of
/// `LoginNamespace`. It lists files with MLSD, and tells their digests (HASH, XSHA256 and the like).
package final class ProFTPDServer: FTPServerWithLogins {
  /// What can be chosen; ProFTPD's manual explains what has its name there.
  package struct Options: Sendable {
    /// The first is the one of whom `FTPServer` tells.
    package var users = [LoginUser.tester]
    package var encryption = FTPEncryption.off
    package var passivePorts: ClosedRange<Int>?
    /// MasqueradeAddress: what it says of itself in the answer to PASV, true or not.
    package var passiveAddress: String?
    /// MaxClients: 421 or 530 for more users than that; nil: any number.
    package var maxClients: Int?
    /// MaxConnectionsPerHost: a connection more than that is ended; nil: any number.
    package var maxPerAddress: Int?
    package var idleSeconds = 300
    /// For data connections on which nothing goes.
    package var stalledSeconds = 300
    package var canWrite = true
    /// MaxStoreFileSize: an upload of more bytes is aborted; nil: any size.
    package var maxFileBytes: Int?
    /// Holds users in their homes.
    package var chroot = false
    package var umask = 0o022
    package var utf8 = true
    package var digests = true
    /// Further lines for the configuration, at its end.
    package var extra = ""

    package init() {}
  }

  package let options: Options
  package let server: FTPLoginServer

  /// Makes users, starts the server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    _ = try Tool.proftpd.required()
    let passwords = options.users.map { $0.password ?? "none" }
    let hashes = try await PasswordFile.crypt(passwords)
    let plan = FTPLoginServer.Plan(
      name: "proftpd",
      program: LoginNamespace.programs + "/usr/sbin/proftpd",
      programs: Tool.ftpServers + "/proftpd",
      users: options.users,
      encryption: options.encryption
    )
    self.options = options
    server = try await FTPLoginServer(plan) { folder, port in
      let lines = zip(options.users, hashes).enumerated().map { place, user in
        "\(user.0.name):\(user.1):\(LoginNamespace.userID(place)):"
          + "\(LoginNamespace.userID(place))::\(user.0.home):/bin/sh\n"
      }
      try folder.write(lines.joined(), to: "users")
      try folder.write(Self.configuration(options, port: port), to: "proftpd.conf")
      return ["--nodaemon", "--quiet", "--config", LoginNamespace.folder + "/proftpd.conf"]
    }
  }

  private static func configuration(_ options: Options, port: Int) -> String {
    let folder = LoginNamespace.folder
    var lines = ["ModulePath \(LoginNamespace.programs)/usr/lib/proftpd"]
    if options.encryption.mode != .off { lines.append("LoadModule mod_tls.c") }
    if options.digests { lines.append("LoadModule mod_digest.c") }
    lines += [
      "ServerType standalone", "ServerName test", "Port \(port)",
      "UseIPv6 off", "SocketBindTight on", "DefaultAddress 127.0.0.1", "UseReverseDNS off",
      "User nobody", "Group nogroup", "Umask 0\(String(options.umask, radix: 8))",
      "AuthOrder mod_auth_file.c", "AuthUserFile \(folder)/users", "AuthFileOptions InsecurePerms",
      "RequireValidShell off", "AllowOverwrite on", "AllowStoreRestart on",
      "AllowRetrieveRestart on", "WtmpLog off", "TransferLog none", "DelayEngine off",
      "ControlsEngine off", "MaxInstances none", "TimesGMT on",
      "PidFile /run/proftpd.pid", "ScoreboardFile /run/proftpd.scoreboard",
      "SystemLog \(folder)/\(ServerProcess.logName)", "LogFormat words \"[%u] %r -> %s %S\"",
      "ExtendedLog \(folder)/\(ServerProcess.logName) ALL words",
      "TimeoutIdle \(options.idleSeconds)", "TimeoutNoTransfer \(options.idleSeconds)",
      "TimeoutStalled \(options.stalledSeconds)",
      "<IfModule mod_lang.c>", "UseEncoding \(options.utf8 ? "UTF-8 UTF-8" : "off")",
      "</IfModule>",
    ]
    if let ports = options.passivePorts {
      lines.append("PassivePorts \(ports.lowerBound) \(ports.upperBound)")
    }
    if let address = options.passiveAddress { lines.append("MasqueradeAddress \(address)") }
    if let limit = options.maxClients { lines.append("MaxClients \(limit)") }
    if let limit = options.maxPerAddress { lines.append("MaxConnectionsPerHost \(limit)") }
    if let limit = options.maxFileBytes { lines.append("MaxStoreFileSize \(limit) B") }
    if options.chroot { lines.append("DefaultRoot ~") }
    if !options.canWrite { lines += ["<Limit WRITE>", "DenyAll", "</Limit>"] }
    if options.digests {
      lines += ["DigestEngine on", "DigestAlgorithms all"]
    }
    lines += encryption(options.encryption)
    return lines.map { $0 + "\n" }.joined() + options.extra + "\n"
  }

  private static func encryption(_ encryption: FTPEncryption) -> [String] {
    guard encryption.mode != .off else { return [] }
    let folder = LoginNamespace.folder
    var flags = encryption.requiresReuse ? [] : ["NoSessionReuseRequired"]
    if encryption.mode == .implicit { flags.append("UseImplicitSSL") }
    var lines = [
      "TLSEngine on", "TLSLog \(folder)/\(ServerProcess.logName)",
      "TLSRequired \(encryption.isRequired ? "on" : "off")",
      "TLSProtocol \(encryption.allowsTLS13 ? "TLSv1.2 TLSv1.3" : "TLSv1.2")",
      "TLSECCertificateFile \(folder)/certificate.pem",
      "TLSECCertificateKeyFile \(folder)/key.pem",
      "TLSVerifyClient \(encryption.clientAuthority == nil ? "off" : "on")",
    ]
    if encryption.clientAuthority != nil {
      lines.append("TLSCACertificateFile \(folder)/clients.pem")
    }
    if !flags.isEmpty { lines.append("TLSOptions " + flags.joined(separator: " ")) }
    return lines
  }
}

/// Runs `body` with a server of its own.
package func withProFTPD<Result>(
  _ options: ProFTPDServer.Options = ProFTPDServer.Options(),
  _ body: (ProFTPDServer) async throws -> Result
) async throws -> Result {
  let server = try await ProFTPDServer(options)
  defer { server.stop() }
  return try await body(server)
}
