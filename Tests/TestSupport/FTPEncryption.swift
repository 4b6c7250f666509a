/// How a server for FTP speaks TLS.
package struct FTPEncryption: Sendable {
  /// When it begins.
  package enum Mode: Sendable, CaseIterable {
    /// Never.
    case off
    /// With AUTH TLS.
    case explicit
    /// At once.
    case implicit
  }

  package var mode: Mode
  /// Whether it refuses those who log in or move files without TLS.
  package var isRequired = true
  /// Whether data connections must resume the TLS session of their control connection.
  package var requiresReuse = true
  /// Whether it speaks TLS 1.3 besides 1.2.
  package var allowsTLS13 = true
  /// Who signs the certificate; nil: an authority of its own.
  package var authority: CertificateAuthority?
  /// What it shows; nil: a certificate of `authority` for localhost.
  package var certificate: CertificateAuthority.Certificate?
  /// Clients must show a certificate of this authority.
  package var clientAuthority: CertificateAuthority?

  /// TLS with a new authority, and a session that data connections must resume.
  package init(_ mode: Mode) {
    self.mode = mode
  }

  package static let off = FTPEncryption(.off)
  package static let explicit = FTPEncryption(.explicit)
  package static let implicit = FTPEncryption(.implicit)

  /// Makes what is missing: an authority, and a certificate.
  func completed() async throws -> FTPEncryption {
    var copy = self
    guard mode != .off, certificate == nil else { return copy }
    let authority = if let authority { authority } else { try await CertificateAuthority() }
    copy.authority = authority
    copy.certificate = try await authority.issue()
    return copy
  }

  /// Copies what a server reads into its folder, where it does not see that of the authority.
  ///
  /// The names are `certificate.pem`, `key.pem`, `both.pem` and `clients.pem`.
  func write(to folder: TemporaryFolder) throws {
    if let certificate {
      try folder.write(certificate.pem, to: "certificate.pem")
      try folder.write(certificate.keyPEM, to: "key.pem")
      try folder.write(certificate.keyPEM + "\n" + certificate.pem, to: "both.pem")
    }
    if let clientAuthority { try folder.write(clientAuthority.pem, to: "clients.pem") }
    // Read by OpenSSL itself, for servers that have no option for it.
    try folder.write(Self.onlyTLS12, to: "openssl.cnf")
  }

  /// See config(5ssl).
  private static let onlyTLS12 = """
    openssl_conf = all
    [all]
    ssl_conf = ssl
    [ssl]
    system_default = every
    [every]
    MinProtocol = TLSv1.2
    MaxProtocol = TLSv1.2

    """
}
