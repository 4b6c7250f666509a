import TestSupport
import Testing

@Suite(
  "Pure-FTPd",
  .requires(.pureFTPD, .purePW, .curl, .openssl),
  .requiresLogins,
  .showingServerLogs
)
struct PureFTPDServerTests {
  @Test("does as its options say")
  func heedsOptions() async throws {
    var options = PureFTPDServer.Options()
    options.quotaBytes = 1000
    options.maxClients = 1
    options.passiveAddress = "192.0.2.1"
    try await withPureFTPD(options) { server in
      func isFree() async throws {
        try await eventually("it takes another client") { try server.connections().isEmpty }
      }
      let list = try await ftpCurl(server, "/", ["--disable-epsv", "--verbose"])
      #expect(list.error.contains("(192,0,2,1,"), "\(list.error)")
      try await isFree()
      let folder = try TemporaryFolder()
      let path = try folder.write([UInt8](repeating: 7, count: 100_000), to: "file")
      #expect(try await ftpCurl(server, "/file", ["--upload-file", path]).status != 0)
      try await isFree()
      let first = try connectToLoopback(server.port)
      #expect(String(decoding: first.read() ?? [], as: UTF8.self).hasPrefix("220"))
      let second = try connectToLoopback(server.port)
      #expect(String(decoding: second.read() ?? [], as: UTF8.self).hasPrefix("421"))
    }
  }

  @Test("says that it knows no implicit TLS")
  func knowsNoImplicitTLS() async throws {
    var options = PureFTPDServer.Options()
    options.encryption = .implicit
    await #expect(throws: TestSupportError.self) { try await withPureFTPD(options) { _ in } }
  }
}
