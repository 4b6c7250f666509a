import Foundation
import TestSupport
import Testing

@Suite("vsftpd", .requires(.vsftpd, .curl, .openssl), .requiresLogins, .showingServerLogs)
struct VSFTPDServerTests {
  @Test(
    "lets users in and serves files, plain and with TLS",
    arguments: FTPEncryption.Mode.allCases
  )
  func servesFiles(mode: FTPEncryption.Mode) async throws {
    var options = VSFTPDServer.Options()
    options.encryption = FTPEncryption(mode)
    try await withVSFTPD(options) { server in
      try await checkServesFiles(server)
      #expect(server.log.contains("OK LOGIN"))
    }
  }

  @Test("refuses data connections that resume no session", arguments: [true, false])
  func requiresReuse(allowsTLS13: Bool) async throws {
    var options = VSFTPDServer.Options()
    options.encryption = .explicit
    options.encryption.allowsTLS13 = allowsTLS13
    try await withVSFTPD(options) { server in
      try server.addFile("name", "text")
      let good = try await ftpCurl(server, "/name")
      #expect(good.output == "text", "\(good.error)")
      #expect(try await ftpCurl(server, "/name", ["--no-sessionid"]).status != 0)
      try await eventually("it says why") {
        server.log.contains("522 SSL connection failed: session reuse required")
      }
    }
    options.encryption.requiresReuse = false
    try await withVSFTPD(options) { server in
      try server.addFile("name", "text")
      let good = try await ftpCurl(server, "/name", ["--no-sessionid"])
      #expect(good.output == "text", "\(good.error)")
    }
  }

  @Test("speaks the versions of TLS of its options, to those who may have it plain as well")
  func versions() async throws {
    var options = VSFTPDServer.Options()
    options.encryption = .explicit
    options.encryption.isRequired = false
    try await withVSFTPD(options) { server in
      let newest = try await ftpCurl(server, "/", ["--verbose"])
      #expect(newest.error.contains("TLSv1.3"))
      #expect(try await ftpCurl(server, "/", ["--tls-max", "1.2"]).status == 0)
      let user = "\(server.user):\(server.password)"
      let plain = try await curl("--user", user, "ftp://127.0.0.1:\(server.port)/")
      #expect(plain.exit == 0)
    }
    options.encryption.isRequired = true
    options.encryption.allowsTLS13 = false
    try await withVSFTPD(options) { server in
      #expect(try await ftpCurl(server, "/").status == 0)
      #expect(try await ftpCurl(server, "/", ["--tlsv1.3"]).status == 35)
      let user = "\(server.user):\(server.password)"
      let plain = try await curl("--user", user, "ftp://127.0.0.1:\(server.port)/")
      #expect(plain.exit == 67)
    }
  }

  @Test("asks clients for certificates")
  func clientCertificates() async throws {
    let authority = try await CertificateAuthority()
    let client = try await authority.issue(names: ["client"], addresses: [], client: true)
    var options = VSFTPDServer.Options()
    options.encryption = .explicit
    options.encryption.clientAuthority = authority
    try await withVSFTPD(options) { server in
      #expect(try await ftpCurl(server, "/").status != 0)
      let words = ["--cert", client.chainPath, "--key", client.keyPath]
      let known = try await ftpCurl(server, "/", words)
      #expect(known.status == 0, "\(known.error)")
    }
  }

  @Test("does as its options say")
  func heedsOptions() async throws {
    var options = VSFTPDServer.Options()
    options.canWrite = false
    options.anonymous = true
    options.passivePorts = 40_000...40_999
    options.passiveAddress = "192.0.2.1"
    options.extra = "ftpd_banner=Beware of the dog"
    try await withVSFTPD(options) { server in
      let folder = try TemporaryFolder()
      let path = try folder.write("text", to: "file")
      // 25: curl's exit code for an upload that was refused.
      #expect(try await ftpCurl(server, "/file", ["--upload-file", path]).status == 25)
      let list = try await ftpCurl(server, "/", ["--disable-epsv", "--verbose"])
      #expect(list.error.contains("Beware of the dog"))
      #expect(list.error.contains("(192,0,2,1,1"))
      let words = ["--silent", "--verbose", "--noproxy", "*", "ftp://127.0.0.1:\(server.port)/"]
      let anonymous = try await Command.run("curl", words)
      #expect(anonymous.status == 0, "\(anonymous.error)")
      #expect(anonymous.output.contains("upload"))
    }
  }

  @Test("takes no more clients than it may")
  func limitsClients() async throws {
    var options = VSFTPDServer.Options()
    options.maxClients = 1
    options.idleSeconds = 1
    try await withVSFTPD(options) { server in
      let first = try connectToLoopback(server.port)
      #expect(String(decoding: first.read() ?? [], as: UTF8.self).hasPrefix("220"))
      let second = try connectToLoopback(server.port)
      #expect(String(decoding: second.read() ?? [], as: UTF8.self).hasPrefix("421"))
      // Idle for longer than it may be.
      #expect(String(decoding: first.read() ?? [], as: UTF8.self).hasPrefix("421"))
    }
  }

  @Test("fills its small disk")
  func fillsDisk() async throws {
    try await withVSFTPD { server in
      let folder = try TemporaryFolder()
      let large = try folder.write([UInt8](repeating: 0, count: 2_000_000), to: "large")
      let path = "/" + VSFTPDServer.smallDisk + "/large"
      #expect(try await ftpCurl(server, path, ["--upload-file", large]).status != 0)
      try await eventually("it says why") {
        server.log.contains("451 Failure writing to local file")
      }
    }
  }

  @Test("leaves nothing when it was stopped")
  func leavesNothing() async throws {
    let server = try await VSFTPDServer()
    let connection = try connectToLoopback(server.port)
    #expect(String(decoding: connection.read() ?? [], as: UTF8.self).hasPrefix("220"))
    let connections = try server.connections()
    #expect(!connections.isEmpty)
    server.stop()
    #expect(ChildProcess.isGone(server.processID))
    #expect(connections.allSatisfy { ChildProcess.isGone($0.processID) })
    #expect(try server.connections().isEmpty)
  }
}
