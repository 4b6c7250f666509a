import Foundation
import TestSupport
import Testing

@Suite(
  "OpenSSH's server",
  .requires(.sshd, .ssh, .sshKeygen, .sudo, .unshare),
  .requires(.sftp, .sftpServer, .openssl),
  .requiresLogins,
  .showingServerLogs
)
struct SSHServerTests {
  @Test("lets users in with password, answers and key", arguments: [LoginUser.tester, .dasher])
  func letsIn(user: LoginUser) async throws {
    let server = try await SSHServer.shared
    let password = try #require(user.password)
    let logins: [OpenSSHClient.Login] = [
      .password(password), .keyboardInteractive(password), .key(server.userKey),
    ]
    for login in logins {
      let client = try OpenSSHClient(login, knownHosts: server.knownHosts)
      let command = try await client.run("id -un; pwd; hostname", as: user, port: server.port)
      #expect(command.output == "\(user.name)\n\(user.home)\nserver\n", "\(command.error)")
    }
  }

  @Test("refuses wrong passwords, keys and host keys")
  func refuses() async throws {
    let server = try await SSHServer.shared
    let stranger = try await SSHKey()
    for login in [
      OpenSSHClient.Login.password("wrong"), .keyboardInteractive("wrong"), .key(stranger),
    ] {
      let client = try OpenSSHClient(login, knownHosts: server.knownHosts)
      let command = try await client.run("true", as: .tester, port: server.port)
      #expect(command.status == 255)
      #expect(command.error.contains("Permission denied"))
    }
    let client = try OpenSSHClient(
      .key(server.userKey),
      knownHosts: [KnownHosts.line("127.0.0.1", port: server.port, stranger)]
    )
    let command = try await client.run("true", as: .tester, port: server.port)
    #expect(command.status == 255)
    #expect(command.error.contains("REMOTE HOST IDENTIFICATION HAS CHANGED"))
    let root = LoginUser("root")
    let asRoot = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    #expect(try await asRoot.run("true", as: root, port: server.port).status == 255)
  }

  @Test("takes the keys and the encryption of its options", arguments: HostKey.all)
  func hostKeys(_ choice: HostKey) async throws {
    var options = SSHServer.Options()
    options.hostKeys = [choice.kind]
    try await withSSHServer(options) { server in
      #expect(server.knownHosts.count == 1)
      let scan = try await Command.check(
        try Tool.sshKeyscan.required(),
        ["-p", "\(server.port)", "127.0.0.1"]
      )
      #expect(scan.output.split(separator: "\n").map(String.init) == server.knownHosts)
      let hashed = try await KnownHosts.hashed(server.knownHosts)
      #expect(hashed.allSatisfy { $0.hasPrefix("|1|") })
      let client = try OpenSSHClient(.key(server.userKey), knownHosts: hashed)
      let command = try await client.run("echo in", as: .tester, port: server.port)
      #expect(command.output == "in\n", "\(command.error)")
    }
  }

  @Test("knows nobody of the machine, and the machine none of its users")
  func isApart() async throws {
    let server = try await SSHServer.shared
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    let command = try await client.run(
      "cut -d: -f1 /etc/passwd; ls -A /tmp; test -w /dev/log || echo no log; ps -e -o comm=",
      as: .robot,
      port: server.port
    )
    let names = ["root", "sshd", "nobody"] + server.options.users.map(\.name) + ["no log"]
    #expect(command.output.hasPrefix(names.map { $0 + "\n" }.joined()), "\(command)")
    // The first process is the server.
    #expect(command.output.contains("no log\nsshd\n"))
    #expect(try await Command.run("id", ["robot"]).status == 1)
    #expect(try String(contentsOfFile: "/etc/passwd", encoding: .utf8).contains("robot") == false)
  }

  @Test("gives terminals")
  func givesTerminals() async throws {
    let server = try await SSHServer.shared
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    let command = try await client.run("tty", as: .tester, port: server.port, options: ["-tt"])
    #expect(command.output == "/dev/pts/0\r\n", "\(command.error)")
  }

  @Test("lets users be root as their rules say")
  func sudo() async throws {
    let server = try await SSHServer.shared
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    func run(_ command: String, _ user: LoginUser, _ input: String = "") async throws -> Command {
      try await client.run(command, as: user, port: server.port, input: input)
    }
    let robot = try await run("sudo -n id -un", .robot)
    #expect(robot.output == "root\n")
    #expect(robot.error == "")
    #expect(try await run("sudo -n id -un", .admin).status == 1)
    let password = try #require(LoginUser.admin.password)
    #expect(try await run("sudo -S -p '' id -un", .admin, password + "\n").output == "root\n")
    #expect(try await run("sudo -S -k -p '' id -un", .admin, "wrong\n").status == 1)
    #expect(try await run("sudo -S -p '' true", .tester, "correct horse\n").status == 1)
  }

  @Test("shows what runs as a user")
  func showsProcesses() async throws {
    try await withSSHServer { server in
      let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
      let running = try client.start("exec sleep 1000", as: .dasher, port: server.port)
      try await eventually("it sleeps") {
        try server.processes(of: .dasher).map(\.command) == ["sleep 1000"]
      }
      #expect(try server.connections(of: .dasher).count == 1)
      #expect(try server.processes(of: .tester).isEmpty)
      #expect(try server.processes().count == 1)
      let number = try #require(try server.processes(of: .dasher).first?.processID)
      #expect(kill(number, SIGKILL) == 0)
      #expect(try await running.finish().status == 255)
      try await eventually("nothing is left") {
        try server.processes().isEmpty && server.connections(of: .dasher).isEmpty
      }
      #expect(throws: TestSupportError.self) { try server.processes(of: LoginUser("nobody")) }
    }
  }

  @Test("fills its small disk")
  func fillsDisk() async throws {
    let server = try await SSHServer.shared
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    let file = SSHServer.smallDisk + "/file"
    let command = try await client.run(
      "head -c 2000000 /dev/zero > \(file)",
      as: .tester,
      port: server.port
    )
    #expect(command.status == 1)
    #expect(command.error.contains("No space left on device"))
    let attributes = try FileManager.default.attributesOfItem(atPath: server.path(file))
    #expect(attributes[.size] as? Int == 1 << 20)
    #expect(attributes[.ownerAccountID] as? Int == (try server.userID(of: .tester)))
    try FileManager.default.removeItem(atPath: server.path(file))
  }

  @Test("serves files in each way", arguments: [SSHServer.SFTP.internal, .program])
  func servesFiles(_ way: SSHServer.SFTP) async throws {
    var options = SSHServer.Options()
    options.sftp = way
    options.hostKeys = [.ed25519]
    try await withSSHServer(options) { server in
      let client = try OpenSSHClient(.password("correct horse"), knownHosts: server.knownHosts)
      let folder = try TemporaryFolder()
      let file = try folder.write("text", to: "file")
      let copy = folder.file("copy")
      let command = try await client.sftp(
        ["put \(file) name", "get name \(copy)", "put \(file) /tmp/other"],
        as: .tester,
        port: server.port
      )
      #expect(command.status == 0, "\(command.error)")
      #expect(try folder.text("copy") == "text")
      #expect(try server.folder.text("home/tester/name") == "text")
      #expect(try FileManager.default.contentsOfDirectory(atPath: server.path("/tmp")) == ["other"])
    }
  }

  @Test("has no SFTP where it is told so")
  func hasNoSFTP() async throws {
    var options = SSHServer.Options()
    options.sftp = .none
    options.hostKeys = [.ed25519]
    try await withSSHServer(options) { server in
      let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
      let command = try await client.sftp(["ls"], as: .tester, port: server.port)
      #expect(command.status == 255)
      #expect(command.error.contains("subsystem request failed"))
    }
  }

  @Test("lets through to another one that only it knows, unless it is told not to")
  func jumps() async throws {
    var options = SSHServer.Options()
    options.hostKeys = [.ed25519]
    options.hosts = ["inner.test"]
    options.hostname = "outer"
    let key = try await SSHKey()
    options.userKey = key
    var innerOptions = options
    (innerOptions.hosts, innerOptions.hostname) = ([], "inner")
    var refusing = options
    refusing.allowTcpForwarding = false
    try await withSSHServer(innerOptions) { inner in
      let line = KnownHosts.line("inner.test", port: inner.port, inner.hostKeys[0])
      try await withSSHServer(options) { outer in
        let client = try OpenSSHClient(.key(key), knownHosts: outer.knownHosts + [line])
        let command = try await client.run(
          "hostname",
          as: .dasher,
          port: inner.port,
          host: "inner.test",
          options: ["-J", "tester@127.0.0.1:\(outer.port)"]
        )
        #expect(command.output == "inner\n", "\(command.error)")
        #expect(outer.log.contains("tester"))
      }
      try await withSSHServer(refusing) { outer in
        let client = try OpenSSHClient(.key(key), knownHosts: outer.knownHosts + [line])
        let command = try await client.run(
          "hostname",
          as: .dasher,
          port: inner.port,
          host: "inner.test",
          options: ["-J", "tester@127.0.0.1:\(outer.port)"]
        )
        #expect(command.status == 255)
        #expect(command.error.contains("administratively prohibited"))
      }
    }
  }

  @Test("takes certificates of its authority, while they hold, for those whom they name")
  func takesCertificates() async throws {
    let authority = try await SSHKey(.ecdsa)
    let key = try await SSHKey(.ecdsa(384))
    var options = SSHServer.Options()
    options.hostKeys = [.ed25519]
    options.userAuthority = authority
    var good = SSHCertificate.Options()
    good.principals = ["tester"]
    good.identity = "somebody"
    var old = good
    old.validity = "-2h:-1h"
    let certificates = [
      (try await SSHCertificate(of: key, by: authority, good), 0),
      (try await SSHCertificate(of: key, by: authority, old), 255),
      (try await SSHCertificate(of: key, by: key, good), 255),
    ]
    try await withSSHServer(options) { server in
      for (certificate, status) in certificates {
        let client = try OpenSSHClient(
          .key(key, certificate: certificate),
          knownHosts: server.knownHosts
        )
        #expect(try await client.run("true", as: .tester, port: server.port).status == status)
        #expect(try await client.run("true", as: .dasher, port: server.port).status == 255)
      }
      #expect(server.log.contains("ID somebody"))
    }
  }

  @Test("does as its options say")
  func heedsOptions() async throws {
    var options = SSHServer.Options()
    options.hostKeys = [.rsa, .ed25519]
    options.hostKeyAlgorithms = "rsa-sha2-512"
    options.pubkeyAcceptedAlgorithms = "ecdsa-sha2-nistp256"
    options.authenticationMethods = "publickey,keyboard-interactive"
    options.passwords = false
    options.banner = "Beware of the dog\n"
    options.forceCommand = "echo forced"
    options.maxSessions = 1
    options.extra = "ClientAliveInterval 30"
    let user = LoginUser("someone", password: "it's \"odd\" \\ 100%", takesUserKey: false)
    options.users = [user]
    let key = try await SSHKey(.ecdsa)
    try await withSSHServer(options) { server in
      try server.authorize(key.publicLine, for: user)
      let both = "PreferredAuthentications publickey,keyboard-interactive\nIdentityFile \(key.path)"
      let client = try OpenSSHClient(
        .keyboardInteractive("it's \"odd\" \\ 100%"),
        knownHosts: server.knownHosts,
        extra: both
      )
      let command = try await client.run("ignored", as: user, port: server.port, options: ["-v"])
      #expect(command.output == "forced\n")
      #expect(command.error.contains("Beware of the dog"))
      #expect(command.error.contains("host key algorithm: rsa-sha2-512"))
      #expect(command.error.contains("partial success"))
      let alone = try OpenSSHClient(.key(key), knownHosts: server.knownHosts)
      #expect(try await alone.run("true", as: user, port: server.port).status == 255)
    }
  }

  @Test("leaves nothing when it was stopped")
  func leavesNothing() async throws {
    let mounts = try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)
    var options = SSHServer.Options()
    options.hostKeys = [.ed25519]
    let server = try await SSHServer(options)
    let client = try OpenSSHClient(.key(server.userKey), knownHosts: server.knownHosts)
    let left = try await client.run(
      "setsid nohup sleep 1000 >/dev/null 2>&1 & sudo -b sleep 2000 >/dev/null 2>&1 </dev/null",
      as: .robot,
      port: server.port
    )
    #expect(left.status == 0, "\(left.error)")
    let numbers = try await eventually("both sleep") {
      let processes = try server.processes().filter { $0.command.hasPrefix("sleep") }
      return processes.count == 2 ? processes.map(\.processID) : nil
    }
    server.stop()
    for number in numbers + [server.processID] { #expect(ChildProcess.isGone(number)) }
    #expect(try server.processes().isEmpty)
    #expect(!server.isRunning)
    // Once more is no fault.
    server.stop()
    let scan = try await Command.run("ssh-keyscan", ["-p", "\(server.port)", "127.0.0.1"])
    #expect(scan.output.isEmpty)
    #expect(try String(contentsOfFile: "/proc/self/mounts", encoding: .utf8) == mounts)
  }

  @Test("goes with its last reference, and its folder with it")
  func goesWithReference() async throws {
    var options = SSHServer.Options()
    options.hostKeys = [.ed25519]
    var server: SSHServer? = try await SSHServer(options)
    let processID = try #require(server?.processID)
    let folder = try #require(server?.folder.path)
    server = nil
    #expect(ChildProcess.isGone(processID))
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test("does not outlive the process that started it")
  func diesWithProcess() async throws {
    let result = await #expect(
      processExitsWith: .signal(SIGKILL),
      observing: [\.standardOutputContent]
    ) {
      var options = SSHServer.Options()
      options.hostKeys = [.ed25519]
      let server = try await SSHServer(options)
      Descriptor(1).write(Array("\n\(server.processID)\n".utf8))
      kill(getpid(), SIGKILL)
    }
    let output = String(decoding: result?.standardOutputContent ?? [], as: UTF8.self)
    let number = try #require(output.split(separator: "\n").compactMap { pid_t($0) }.first)
    try await eventually("process \(number) is gone") { ChildProcess.isGone(number) }
  }
}

/// A kind of key, with a name for the list of tests.
struct HostKey: Sendable, CustomTestStringConvertible {
  var kind: SSHKey.Kind
  var testDescription: String { kind.description }

  static let all = [SSHKey.Kind.ed25519, .ecdsa, .ecdsa(521), .rsa, .rsa(3072)].map(HostKey.init)
}
