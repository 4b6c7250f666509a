import TestSupport
import Testing

@Suite("Certificates of the tests", .requires(.openssl))
struct CertificateAuthorityTests {
  private func verify(
    _ certificate: CertificateAuthority.Certificate,
    _ authority: CertificateAuthority,
    _ more: String...
  ) async throws -> Command {
    try await Command.run(
      "openssl",
      ["verify", "-x509_strict", "-CAfile", authority.path] + more
        + [certificate.chainPath]
    )
  }

  @Test("are valid for their names and no others")
  func names() async throws {
    let authority = try await CertificateAuthority()
    let certificate = try await authority.issue(names: ["a.example", "*.b.example"])
    #expect(try await verify(certificate, authority, "-verify_hostname", "a.example").status == 0)
    #expect(try await verify(certificate, authority, "-verify_hostname", "x.b.example").status == 0)
    #expect(try await verify(certificate, authority, "-verify_ip", "127.0.0.1").status == 0)
    let other = try await verify(certificate, authority, "-verify_hostname", "c.example")
    #expect(other.error.contains("hostname mismatch"))
  }

  @Test(
    "can be out of their time",
    arguments: [
      (CertificateAuthority.Validity.expired, "certificate has expired"),
      (.notYet, "certificate is not yet valid"),
    ]
  )
  func time(validity: CertificateAuthority.Validity, message: String) async throws {
    let authority = try await CertificateAuthority()
    let certificate = try await authority.issue(validity: validity)
    #expect(try await verify(certificate, authority).error.contains(message))
  }

  @Test("of one authority are nothing to another")
  func otherAuthority() async throws {
    let authority = try await CertificateAuthority("One")
    let other = try await CertificateAuthority("Other")
    let certificate = try await authority.issue()
    #expect(try await verify(certificate, other).status != 0)
    let own = try await CertificateAuthority.selfSigned()
    #expect(try await verify(own, authority).error.contains("self-signed certificate"))
  }

  @Test("can be issued at the same time")
  func atTheSameTime() async throws {
    let authority = try await CertificateAuthority()
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<4 {
        group.addTask { try await authority.issue().pem }
      }
      var seen: Set<String> = []
      for try await pem in group { seen.insert(pem) }
      #expect(seen.count == 4)
    }
  }
}
