import TestSupport
import Testing

@Suite(
  "Servers for FTP",
  .requires(.vsftpd, .proftpd, .pureFTPD, .purePW, .python, .curl, .openssl),
  .requiresLogins,
  .showingServerLogs
)
struct FTPServerTests {
  @Test("let users in and serve files, plain and with TLS", arguments: FTPServerKind.all)
  func servesFiles(key: FTPServerKind.Key) async throws {
    try await checkServesFiles(try await key.shared)
  }

  @Test("speak TLS alone where it is required", arguments: FTPServerKind.allCases)
  func requiresTLS(kind: FTPServerKind) async throws {
    let server = try await kind.shared(.explicit)
    let words = ["--silent", "--noproxy", "*", "--user", "\(server.user):\(server.password)"]
    let plain = try await Command.run("curl", words + ["ftp://127.0.0.1:\(server.port)/"])
    // 67: a login that was refused; 28: one that 421 was the answer to.
    #expect([67, 28].contains(plain.status))
    let list = try await ftpCurl(server, "/", ["--verbose"])
    #expect(list.status == 0, "\(list.error)")
    #expect(list.error.contains("TLSv1.3"))
  }

  @Test("speak TLS 1.2 alone where they are told to", arguments: FTPServerKind.allCases)
  func onlyTLS12(kind: FTPServerKind) async throws {
    var encryption = FTPEncryption.explicit
    encryption.allowsTLS13 = false
    let server = try await kind.start(encryption)
    defer { server.stop() }
    let list = try await ftpCurl(server, "/", ["--verbose"])
    #expect(list.status == 0, "\(list.error)")
    #expect(!list.error.contains("SSL connection using TLSv1.3"))
    #expect(try await ftpCurl(server, "/", ["--tlsv1.3"]).status == 35)
  }

  @Test("ask for sessions to be resumed", arguments: [FTPServerKind.vsftpd, .proftpd])
  func requiresReuse(kind: FTPServerKind) async throws {
    let server = try await kind.shared(.explicit)
    try server.addFile("resumed", "text")
    #expect(try await ftpCurl(server, "/resumed").output == "text")
    #expect(try await ftpCurl(server, "/resumed", ["--no-sessionid"]).status != 0)
    var encryption = FTPEncryption.explicit
    encryption.requiresReuse = false
    let other = try await kind.start(encryption)
    defer { other.stop() }
    try other.addFile("name", "text")
    #expect(try await ftpCurl(other, "/name", ["--no-sessionid"]).output == "text")
  }

  @Test("leave nothing when they were stopped", arguments: FTPServerKind.allCases)
  func leavesNothing(kind: FTPServerKind) async throws {
    let server = try await kind.start()
    let connection = try connectToLoopback(server.port)
    #expect(String(decoding: connection.read() ?? [], as: UTF8.self).hasPrefix("220"))
    var numbers = [server.processID]
    if let server = server as? any FTPServerWithLogins {
      let connections = try server.connections()
      numbers += connections.map(\.processID)
    }
    #expect(server.isRunning)
    server.stop()
    #expect(!server.isRunning)
    #expect(numbers.allSatisfy { ChildProcess.isGone($0) })
    #expect(throws: TestSupportError.self) { try connectToLoopback(server.port) }
  }
}
