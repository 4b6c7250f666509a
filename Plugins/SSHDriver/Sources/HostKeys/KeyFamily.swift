/// What a public key is for, apart from its size.
enum KeyFamily: Hashable, Sendable {
  /// RFC 4253 §6.6.
  case rsa
  /// RFC 4253 §6.6; servers of today have none.
  case dsa
  /// RFC 5656 §3.1.
  case ecdsa(Curve)
  /// RFC 8709 §4.
  case ed25519
  /// A key in a security token, PROTOCOL.u2f of OpenSSH.
  case securityKeyECDSA
  /// A key in a security token, PROTOCOL.u2f of OpenSSH.
  case securityKeyEd25519
  /// One that nothing is known of but its name.
  case other

  /// The curves of RFC 5656 §10.1.
  enum Curve: String, Hashable, Sendable {
    case nistp256
    case nistp384
    case nistp521

    /// The size of the field.
    var bits: Int {
      switch self {
      case .nistp256: 256
      case .nistp384: 384
      case .nistp521: 521
      }
    }
  }

  /// The family that a type of plain keys is of.
  ///
  /// - Parameter type: The name in front of such a key.
  init(type: some StringProtocol) {
    switch String(type) {
    case "ssh-rsa": self = .rsa
    case "ssh-dss": self = .dsa
    case "ecdsa-sha2-nistp256": self = .ecdsa(.nistp256)
    case "ecdsa-sha2-nistp384": self = .ecdsa(.nistp384)
    case "ecdsa-sha2-nistp521": self = .ecdsa(.nistp521)
    case "ssh-ed25519": self = .ed25519
    case "sk-ecdsa-sha2-nistp256@openssh.com": self = .securityKeyECDSA
    case "sk-ssh-ed25519@openssh.com": self = .securityKeyEd25519
    default: self = .other
    }
  }

  /// The name that `ssh-keygen -l` shows; nil: there is none.
  var name: String? {
    switch self {
    case .rsa: "RSA"
    case .dsa: "DSA"
    case .ecdsa: "ECDSA"
    case .ed25519: "ED25519"
    case .securityKeyECDSA: "ECDSA-SK"
    case .securityKeyEd25519: "ED25519-SK"
    case .other: nil
    }
  }

  /// The type of the plain keys that a certificate's type is for; nil: it is no type of certificates.
  ///
  /// Such are named after them (PROTOCOL.certkeys of OpenSSH).
  ///
  /// - Parameter type: The name in front of a key.
  /// - Returns: The name that would be in front of the plain key.
  static func plainType(ofCertificate type: String) -> String? {
    let ending = "-cert-v01@openssh.com"
    guard type.utf8.count > ending.utf8.count, type.hasSuffix(ending) else { return nil }
    let plain = String(type.dropLast(ending.utf8.count))
    // Types that are OpenSSH's own have its domain at the end, which a certificate's type has once.
    return plain.hasPrefix("sk-") ? plain + "@openssh.com" : plain
  }
}
