import Foundation
import TestSupport
import Testing

@Suite("ProFTPD", .requires(.proftpd, .curl, .openssl), .requiresLogins, .showingServerLogs)
struct ProFTPDServerTests {
  @Test("lists with MLSD, and tells digests")
  func tellsDigests() async throws {
    try await withProFTPD { server in
      try server.addFile("name", "text")
      let list = try await ftpCurl(server, "/", ["--request", "MLSD"])
      #expect(list.output.contains("type=file;"), "\(list.error)")
      let quotes = ["--quote", "FEAT", "--quote", "OPTS HASH SHA-256", "--quote", "HASH name"]
      let answer = try await ftpCurl(server, "/", quotes + ["--verbose"])
      #expect(answer.status == 0)
      #expect(answer.error.contains("\n<  HASH "))
      // Of "text", by sha256sum.
      let digest = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"
      #expect(answer.error.lowercased().contains(digest))
    }
  }

  @Test("does as its options say")
  func heedsOptions() async throws {
    var options = ProFTPDServer.Options()
    options.maxFileBytes = 1000
    options.maxClients = 1
    options.passiveAddress = "192.0.2.1"
    options.chroot = true
    options.extra = "ServerIdent on \"Beware of the dog\""
    try await withProFTPD(options) { server in
      let folder = try TemporaryFolder()
      let path = try folder.write([UInt8](repeating: 7, count: 100_000), to: "file")
      let put = try await ftpCurl(server, "/file", ["--upload-file", path])
      #expect(put.status != 0)
      try await eventually("it says why") { server.log.contains("552") }
      try await eventually("it takes another client") { try server.connections().isEmpty }
      let list = try await ftpCurl(server, "/", ["--disable-epsv", "--verbose"])
      #expect(list.error.contains("(192,0,2,1,"))
      #expect(list.error.contains("257 \"/\""))
      #expect(list.error.contains("Beware of the dog"))
    }
    options.maxFileBytes = nil
    options.canWrite = false
    try await withProFTPD(options) { server in
      let folder = try TemporaryFolder()
      let path = try folder.write("text", to: "file")
      #expect(try await ftpCurl(server, "/file", ["--upload-file", path]).status == 25)
    }
  }

  @Test("asks clients for certificates")
  func clientCertificates() async throws {
    let authority = try await CertificateAuthority()
    let client = try await authority.issue(names: ["client"], addresses: [], client: true)
    var options = ProFTPDServer.Options()
    options.encryption = .explicit
    options.encryption.clientAuthority = authority
    try await withProFTPD(options) { server in
      #expect(try await ftpCurl(server, "/").status != 0)
      let words = ["--cert", client.chainPath, "--key", client.keyPath]
      let known = try await ftpCurl(server, "/", words)
      #expect(known.status == 0, "\(known.error)")
    }
  }
}
