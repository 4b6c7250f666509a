import Foundation

/// vsftpd on a free port of 127.0.0.1, with users and a configuration of its own.
///
/// It runs in namespaces of its own: `LoginNamespace` says what its users see of the machine. Its TLS
/// is that of OpenSSL: version 3.0.3 knows no option for TLS 1.2 and 1.3, and speaks both; without
/// `encryption.allowsTLS13` a configuration of OpenSSL takes 1.3 from it.
package final class VSFTPDServer: FTPServerWithLogins {
  /// What can be chosen; vsftpd.conf(5) explains what has its name there.
  package struct Options: Sendable {
    /// The first is the one of whom `FTPServer` tells.
    package var users = [LoginUser.tester]
    package var encryption = FTPEncryption.off
    package var passivePorts: ClosedRange<Int>?
    /// pasv_address: what it says of itself in the answer to PASV, true or not.
    package var passiveAddress: String?
    /// 421 for more connections than that; 0: any number.
    package var maxClients = 0
    /// The same for each address.
    package var maxPerAddress = 0
    package var idleSeconds = 300
    package var dataSeconds = 300
    package var canWrite = true
    /// Lets anybody in as `anonymous`, whose files are in `/home/ftp`.
    ///
    /// They may write in the folder `upload` of it alone: vsftpd refuses a root that they may write.
    package var anonymous = false
    /// Holds users in their homes.
    package var chroot = false
    package var umask = 0o022
    package var utf8 = true
    /// Lists show the owner `ftp` for all.
    package var hideIDs = false
    package var activeMode = true
    /// Further lines for the configuration; the last of two settings counts, and these come last.
    package var extra = ""

    package init() {}
  }

  package let options: Options
  package let server: FTPLoginServer

  /// Makes users, starts the server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    var users = options.users
    // The user ftp of the machine has another folder, and is not known there.
    if options.anonymous { users.append(LoginUser("ftp", takesUserKey: false)) }
    let plan = FTPLoginServer.Plan(
      name: "vsftpd",
      program: try Tool.vsftpd.required(),
      users: users,
      encryption: options.encryption
    )
    self.options = options
    server = try await FTPLoginServer(plan) { folder, port in
      if options.anonymous {
        let upload = try folder.folder("home/ftp/upload")
        guard chown(folder.file("home/ftp"), 0, 0) == 0, chmod(upload, 0o777) == 0 else {
          throw TestSupportError.system("chown", errno)
        }
      }
      try folder.write(Self.configuration(options, port: port), to: "vsftpd.conf")
      return [LoginNamespace.folder + "/vsftpd.conf"]
    }
  }

  private static func configuration(_ options: Options, port: Int) -> String {
    var lines: [(name: String, value: String)] = [
      ("listen", "YES"), ("listen_address", "127.0.0.1"), ("listen_port", "\(port)"),
      ("background", "NO"), ("session_support", "NO"), ("pam_service_name", "ftp"),
      // Empty, and nobody may write there.
      ("secure_chroot_dir", "/run/sshd"),
      ("local_enable", "YES"), ("write_enable", word(options.canWrite)),
      ("local_umask", octal(options.umask)), ("file_open_mode", "0666"),
      ("chroot_local_user", word(options.chroot)), ("allow_writeable_chroot", "YES"),
      ("hide_ids", word(options.hideIDs)), ("utf8_filesystem", word(options.utf8)),
      ("port_enable", word(options.activeMode)), ("connect_from_port_20", "NO"),
      ("idle_session_timeout", "\(options.idleSeconds)"),
      ("data_connection_timeout", "\(options.dataSeconds)"),
      ("max_clients", "\(options.maxClients)"), ("max_per_ip", "\(options.maxPerAddress)"),
      ("delay_failed_login", "0"), ("delay_successful_login", "0"),
      ("xferlog_enable", "YES"), ("xferlog_std_format", "NO"), ("log_ftp_protocol", "YES"),
      ("vsftpd_log_file", "\(LoginNamespace.folder)/\(ServerProcess.logName)"),
      ("anonymous_enable", word(options.anonymous)), ("anon_root", "/home/ftp"),
      ("anon_upload_enable", "YES"), ("anon_mkdir_write_enable", "YES"),
      ("anon_other_write_enable", "YES"), ("anon_umask", octal(options.umask)),
      ("anon_world_readable_only", "NO"),
    ]
    if let ports = options.passivePorts {
      lines.append(("pasv_min_port", "\(ports.lowerBound)"))
      lines.append(("pasv_max_port", "\(ports.upperBound)"))
    }
    if let address = options.passiveAddress { lines.append(("pasv_address", address)) }
    lines += encryption(options.encryption)
    return lines.map { "\($0.name)=\($0.value)\n" }.joined() + options.extra + "\n"
  }

  private static func encryption(
    _ encryption: FTPEncryption
  ) -> [(name: String, value: String)] {
    guard encryption.mode != .off else { return [] }
    let folder = LoginNamespace.folder
    var lines = [
      ("ssl_enable", "YES"), ("implicit_ssl", word(encryption.mode == .implicit)),
      ("ssl_tlsv1", "YES"), ("ssl_ciphers", "HIGH"), ("allow_anon_ssl", "YES"),
      ("force_local_logins_ssl", word(encryption.isRequired)),
      ("force_local_data_ssl", word(encryption.isRequired)),
      ("force_anon_logins_ssl", word(encryption.isRequired)),
      ("force_anon_data_ssl", word(encryption.isRequired)),
      ("require_ssl_reuse", word(encryption.requiresReuse)), ("debug_ssl", "YES"),
      ("rsa_cert_file", folder + "/certificate.pem"),
      ("rsa_private_key_file", folder + "/key.pem"),
    ]
    if encryption.clientAuthority != nil {
      lines += [
        ("ca_certs_file", folder + "/clients.pem"), ("require_cert", "YES"),
        ("validate_cert", "YES"),
      ]
    }
    return lines
  }

  private static func word(_ flag: Bool) -> String { flag ? "YES" : "NO" }

  private static func octal(_ mode: Int) -> String { "0" + String(mode, radix: 8) }
}

/// Runs `body` with a server of its own.
package func withVSFTPD<Result>(
  _ options: VSFTPDServer.Options = VSFTPDServer.Options(),
  _ body: (VSFTPDServer) async throws -> Result
) async throws -> Result {
  let server = try await VSFTPDServer(options)
  defer { server.stop() }
  return try await body(server)
}
