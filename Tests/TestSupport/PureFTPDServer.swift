/// Pure-FTPd on a free port of 127.0.0.1, with users of its own, each held in the own home.
///
/// It runs in namespaces of its own, and has its users from a database of its own, with the homes of
/// `LoginNamespace`. It does not ask for sessions to be resumed, and has no choice of versions of TLS:
/// without `encryption.allowsTLS13` a configuration of OpenSSL takes 1.3 from it. Its NLST tells of `.`
/// and `..` as well, and it waits for some seconds after a wrong password.
package final class PureFTPDServer: FTPServerWithLogins {
  /// What can be chosen; pure-ftpd(8) explains it.
  package struct Options: Sendable {
    /// The first is the one of whom `FTPServer` tells.
    package var users = [LoginUser.tester]
    /// `implicit` is an error: it does not know that.
    package var encryption = FTPEncryption.off
    package var passivePorts: ClosedRange<Int>?
    /// What it says of itself in the answer to PASV, true or not.
    package var passiveAddress: String?
    /// 421 for more connections than that.
    package var maxClients = 50
    /// The same for each address.
    package var maxPerAddress = 50
    package var idleMinutes = 15
    /// How many bytes the files of a user may have; nil: any number.
    package var quotaBytes: Int?
    package var umask = 0o022
    /// Further arguments.
    package var extra: [String] = []

    package init() {}
  }

  package let options: Options
  package let server: FTPLoginServer

  /// Makes users, starts the server and waits until it answers.
  package init(_ options: Options = Options()) async throws {
    _ = try Tool.pureFTPD.required()
    guard options.encryption.mode != .implicit else {
      throw TestSupportError("Pure-FTPd speaks no TLS before it is asked to")
    }
    let passwords = options.users.map { $0.password ?? "none" }
    let hashes = try await PasswordFile.crypt(passwords)
    let database = try await Self.database(options, hashes)
    let plan = FTPLoginServer.Plan(
      name: "pure-ftpd",
      program: LoginNamespace.programs + "/usr/sbin/pure-ftpd",
      programs: Tool.ftpServers + "/pure-ftpd",
      users: options.users,
      encryption: options.encryption
    )
    self.options = options
    server = try await FTPLoginServer(plan) { folder, port in
      try folder.write(database, to: "users.pdb")
      return Self.arguments(options, port: port)
    }
  }

  /// Its users as it reads them: a file that pure-pw makes of lines like those of passwd(5).
  private static func database(_ options: Options, _ hashes: [String]) async throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let quota = options.quotaBytes.map { "\($0)" } ?? ""
    let lines = zip(options.users, hashes).enumerated().map { place, user in
      let number = LoginNamespace.userID(place)
      // The fields after the home are limits; that of bytes is the sixth.
      return "\(user.0.name):\(user.1):\(number):\(number)::\(user.0.home)/./::::::\(quota)::::::\n"
    }
    try folder.write(lines.joined(), to: "users")
    try await Command.check(
      try Tool.purePW.required(),
      ["mkdb", folder.file("users.pdb"), "-f", folder.file("users")]
    )
    return try folder.read("users.pdb")
  }

  private static func arguments(_ options: Options, port: Int) -> [String] {
    let folder = LoginNamespace.folder
    var words = [
      "--bind", "127.0.0.1,\(port)", "--ipv4only", "--login", "puredb:\(folder)/users.pdb",
      "--noanonymous", "--chrooteveryone", "--dontresolve", "--minuid", "1",
      // No log of the system.
      "--syslogfacility", "none", "--altlog", "clf:\(folder)/\(ServerProcess.logName)",
      "--pidfile", "/run/pure-ftpd.pid", "--maxclientsnumber", "\(options.maxClients)",
      "--maxclientsperip", "\(options.maxPerAddress)", "--maxidletime", "\(options.idleMinutes)",
      "--umask", "\(octal(options.umask)):\(octal(options.umask & 0o077))",
    ]
    if let ports = options.passivePorts {
      words += ["--passiveportrange", "\(ports.lowerBound):\(ports.upperBound)"]
    }
    if let address = options.passiveAddress { words += ["--forcepassiveip", address] }
    if options.encryption.mode != .off {
      // 3: for data as well.
      words += ["--tls", options.encryption.isRequired ? "3" : "1"]
      words += ["--certfile", folder + "/both.pem"]
    }
    return words + options.extra
  }

  private static func octal(_ mode: Int) -> String { "0" + String(mode, radix: 8) }
}

/// Runs `body` with a server of its own.
package func withPureFTPD<Result>(
  _ options: PureFTPDServer.Options = PureFTPDServer.Options(),
  _ body: (PureFTPDServer) async throws -> Result
) async throws -> Result {
  let server = try await PureFTPDServer(options)
  defer { server.stop() }
  return try await body(server)
}
