/// How a private key is used to authenticate with the libssh2 that is loaded.
enum KeyPlan: Sendable {
  /// libssh2 signs with it: `libssh2_userauth_publickey_frommemory`, without a passphrase.
  case library(LibraryKey)
  /// We sign with it: `libssh2_userauth_publickey` with what `offers` gives, and a callback that calls `signature`.
  case rsa(RSASigner)

  /// What libssh2 needs for a key that it signs with.
  struct LibraryKey: Sendable {
    /// The public key's line, or the certificate's: a type and Base64.
    let publicText: [UInt8]
    /// The private key, not encrypted, with a zero byte behind it that does not count: libssh2 looks for one.
    let privateText: SecretBytes
    /// The public key, as it goes over the wire: for messages.
    let publicBlob: [UInt8]
    /// The certificate, if there is one.
    let certificate: KeyCertificate?
  }

  /// Decides it.
  ///
  /// What can be said without the passphrase comes first, so that a key or certificate that is of no use is not called
  /// a wrong passphrase. Takes as long as the key asks for: at ssh-keygen's default a tenth of a second.
  ///
  /// - Parameters:
  ///   - text: The private key.
  ///   - certificate: A certificate for it; nil: none.
  ///   - passphrase: Its passphrase; nil: none.
  ///   - libraryVersion: The number of the libssh2 that is loaded, such as 0x010A00.
  /// - Throws: Why it cannot be used, and what to do.
  init(
    text: SecretBytes,
    certificate: [UInt8]? = nil,
    passphrase: SecretBytes?,
    libraryVersion: Int
  ) throws(KeyFault) {
    let key = try text.withBytes { bytes throws(KeyFault) in try PrivateKeyText(bytes) }
    if let type = key.type { try OpenSSHPrivateKey.checkType(type) }
    var usable: KeyCertificate?
    if let certificate {
      let read = try KeyCertificate(certificate)
      guard read.isUsable(libraryVersion: libraryVersion) else {
        throw .unusableCertificate(
          type: read.type,
          libraryVersion: KeyPlan.versionText(libraryVersion)
        )
      }
      if let type = key.type, type != read.keyType { throw .certificateOfAnotherKey }
      usable = read
    }
    let material =
      switch key.form {
      case .openSSH(let envelope):
        try OpenSSHPrivateKey(envelope, passphrase: passphrase).material
      default: try PEMPrivateKey.material(key.form, passphrase: passphrase)
      }
    do {
      try self.init(material, usable)
    } catch {
      throw KeyFault(reading: error)
    }
  }

  private init(_ material: KeyMaterial, _ certificate: KeyCertificate?) throws {
    let blob = try material.publicBlob()
    if let certificate, certificate.keyBlob != blob { throw KeyFault.certificateOfAnotherKey }
    guard let privateText = try material.openSSHText() else {
      guard case .rsa(var signer) = material else { throw KeyFault.unusableType(nil) }
      signer.certificate = certificate
      self = .rsa(signer)
      return
    }
    let line = Array("\(material.type.name) \(Base64.text(blob))".utf8)
    self = .library(
      LibraryKey(
        publicText: certificate?.line ?? line,
        privateText: privateText,
        publicBlob: blob,
        certificate: certificate
      )
    )
  }

  private static func versionText(_ number: Int) -> String {
    "\(number >> 16 & 0xFF).\(number >> 8 & 0xFF).\(number & 0xFF)"
  }
}
