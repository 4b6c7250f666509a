import DriverCheck
import DriverHost
import TestSupport
import Testing

@Suite("The checker of drivers, with servers", .slow, .requires(.gcc, .nginx, .openssl))
struct ServerCheckTests {
  /// Runs the tests that take a server, with calls as --config gives them.
  private func check(_ path: String, _ calls: String, only rule: String? = nil) throws
    -> [CheckResult]
  {
    let folder = try TemporaryFolder()
    try folder.write(calls, to: "calls.yaml")
    var checker = Checker(path)
    checker.program = ThisPackage.products + "/drivers"
    checker.configuration = folder.file("calls.yaml")
    let descriptor = try #require(checker.subject.driver?.descriptor)
    checker.settings.calls = try CheckSettings.calls(
      in: Document.parse(Array(calls.utf8), file: "calls.yaml"),
      of: descriptor
    )
    return try CheckTest.all
      .filter { test in test.needsServer && rule.map(test.isMeant) != false }
      .map { test in try checker.run(test) }
  }

  @Test(
    "finds nothing at fault in REST, whatever becomes of its server",
    .unavailable(under: .address, .thread, reason: "TLS under a sanitizer holds a loop up")
  )
  func rest() async throws {
    let authority = try await CertificateAuthority()
    var options = NginxServer.Options()
    options.certificate = try await authority.issue()
    try await withNginx(options) { server in
      try server.addFile("text.txt", String(repeating: "x", count: 100_000))
      let calls = """
        - url: \(server.url)/files/text.txt
          tls: {ca_file: \(authority.path)}
        - action: test
          url: \(server.url)/json
          tls: {ca_file: \(authority.path)}
        """
      let results = try check(ThisPackage.products + "/libRESTDriver.so", calls)
      #expect(results.count == 6)
      for result in results {
        #expect(result.outcome == .passed, "\(result.test): \(result.findings) \(result.reason)")
      }
    }
  }

  @Test(
    "finds nothing at fault in VAULT, whatever becomes of its server",
    .requires(.python),
    .unavailable(under: .address, .thread, reason: "TLS under a sanitizer holds a loop up")
  )
  func vault() async throws {
    let authority = try await CertificateAuthority()
    var options = VaultServer.Options()
    options.certificate = try await authority.issue()
    try await VaultServer.run(options) { server in
      let authentication =
        "authentication: {authentication_method: token, token: \(options.rootToken)}"
      let calls = """
        - action: metadata_write
          url: \(server.url)
          \(authentication)
          ca_certificate: \(authority.path)
          path: app
          max_versions: 3
        - action: list
          url: \(server.url)
          \(authentication)
          ca_certificate: \(authority.path)
        """
      let results = try check(ThisPackage.products + "/libVAULTDriver.so", calls)
      #expect(results.count == 6)
      for result in results {
        #expect(result.outcome == .passed, "\(result.test): \(result.findings) \(result.reason)")
      }
    }
  }

  @Test("names the rule that is broken where a server fails", arguments: BrokenDriver.withServer)
  func broken(driver: BrokenDriver) throws {
    let answer = [UInt8](repeating: 0x78, count: 1000)
    let server = try TCPFaultServer(.sends(answer, then: .closes))
    defer { server.stop() }
    let results = try check(
      try driver.path(),
      "{host: 127.0.0.1, port: \(server.port)}",
      only: driver.rule
    )
    let findings = results.flatMap(\.findings)
    #expect(findings.contains { $0.rule == driver.rule }, "\(driver): \(results)")
  }

  @Test("finds a driver that trusts every certificate")
  func trusting() async throws {
    var options = NginxServer.Options()
    options.certificate = try await CertificateAuthority().issue()
    try await withNginx(options) { server in
      let results = try check(
        try BrokenDriver.trusting.path(),
        "url: \(server.url)/json",
        only: "NET-2"
      )
      #expect(results.flatMap(\.findings).contains { $0.rule == "NET-2" }, "\(results)")
    }
  }

  @Test("says what is wrong with calls, all at once and where")
  func wrongCalls() throws {
    let checker = Checker(ThisPackage.products + "/libRESTDriver.so")
    let descriptor = try #require(checker.subject.driver?.descriptor)
    let document = try Document.parse(
      Array("- url: 1\n- 2\n- action: fly\n".utf8),
      file: "calls.yaml"
    )
    let error = try #require(throws: HostError.self) {
      try CheckSettings.calls(in: document, of: descriptor)
    }
    #expect(error.faults.count >= 3)
    #expect(error.faults.first?.location?.description.contains("calls.yaml:1:") == true)
    #expect(error.message.contains("fly"))
  }
}
