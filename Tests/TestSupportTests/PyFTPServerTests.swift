import Foundation
import TestSupport
import Testing

@Suite("pyftpdlib", .requires(.python, .curl, .openssl), .showingServerLogs)
struct PyFTPServerTests {
  @Test("serves files, plain and with TLS", arguments: FTPEncryption.Mode.allCases)
  func servesFiles(mode: FTPEncryption.Mode) async throws {
    try await checkServesFiles(try await FTPServerKind.pyftpdlib.shared(mode))
  }

  @Test("does as its options say")
  func heedsOptions() async throws {
    var options = PyFTPServer.Options()
    options.encoding = "latin-1"
    options.permissions = "elr"
    options.passiveAddress = "192.0.2.1"
    options.passivePorts = 40_000...40_999
    try await withPyFTP(options) { server in
      try server.addFile("näme", "text")
      let list = try await ftpCurl(server, "/", ["--disable-epsv", "--verbose", "--list-only"])
      #expect(list.outputBytes == [0x6e, 0xe4, 0x6d, 0x65, 10])
      #expect(list.error.contains("(192,0,2,1,1"))
      #expect(try await ftpCurl(server, "/n%E4me").output == "text")
      let folder = try TemporaryFolder()
      let path = try folder.write("text", to: "file")
      #expect(try await ftpCurl(server, "/file", ["--upload-file", path]).status == 25)
      #expect(try server.commands().contains("STOR file"))
    }
  }

  @Test("asks clients for certificates")
  func clientCertificates() async throws {
    let authority = try await CertificateAuthority()
    let client = try await authority.issue(names: ["client"], addresses: [], client: true)
    var options = PyFTPServer.Options()
    options.encryption = .explicit
    options.encryption.clientAuthority = authority
    try await withPyFTP(options) { server in
      #expect(try await ftpCurl(server, "/").status != 0)
      let words = ["--cert", client.chainPath, "--key", client.keyPath]
      let known = try await ftpCurl(server, "/", words)
      #expect(known.status == 0, "\(known.error)")
    }
  }
}
