/// A public key as the protocol has it (RFC 4253 §6.6), of a host, a user or an authority.
struct PublicKey: Hashable, Sendable {
  /// The name in front of it, such as `ssh-ed25519`; of a certificate its own.
  let type: String
  /// All of its bytes, beginning with the type.
  let blob: [UInt8]
  /// What it is for; of a certificate, what the key in it is for.
  let family: KeyFamily
  /// Its size as `ssh-keygen -l` shows it; nil: nothing is known of the type.
  let bits: Int?
  /// What it says if it is a certificate.
  let certificate: HostCertificate?

  /// The sizes of RSA keys that OpenSSH takes.
  static let smallestModulus = 1024
  static let largestModulus = 16384

  /// A key whose parts are known to be right.
  init(
    type: String,
    blob: [UInt8],
    family: KeyFamily,
    bits: Int?,
    certificate: HostCertificate? = nil
  ) {
    self.type = type
    self.blob = blob
    self.family = family
    self.bits = bits
    self.certificate = certificate
  }

  static func == (left: PublicKey, right: PublicKey) -> Bool { left.blob == right.blob }

  func hash(into hasher: inout Hasher) { hasher.combine(blob) }

  /// The key in a certificate, or the key itself.
  var plain: PublicKey {
    guard let certificate else { return self }
    return PublicKey(
      type: certificate.plainType,
      blob: certificate.plainBlob,
      family: family,
      bits: bits
    )
  }

  /// What people know the type by: `ED25519`, `RSA-CERT`, or the protocol's name.
  var typeName: String {
    guard let name = family.name else { return type }
    return certificate == nil ? name : "\(name)-CERT"
  }

  /// What people know the type by, with the curve where the name goes for several types.
  var exactTypeName: String {
    if case .ecdsa(let curve) = family { return "\(typeName) \(curve.rawValue)" }
    return typeName
  }

  /// What it is recognised by.
  ///
  /// Of a certificate it is the fingerprint of the key in it, as ssh-keygen has it.
  ///
  /// - Parameter hashes: The hash functions.
  /// - Returns: The fingerprint.
  func fingerprint(_ hashes: some HostKeyHashes) -> Fingerprint {
    Fingerprint(digest: hashes.sha256(certificate?.plainBlob ?? blob))
  }

  /// The key as a line of a .pub file, without its end.
  ///
  /// - Parameter comment: What to write behind the key; control characters in it become blanks.
  /// - Returns: The line.
  func text(comment: String = "") -> String {
    let line = "\(type) \(Base64.text(blob))"
    guard !comment.isEmpty else { return line }
    let printable = comment.unicodeScalars.map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F ? " " : String(scalar)
    }
    return "\(line) \(printable.joined())"
  }
}
