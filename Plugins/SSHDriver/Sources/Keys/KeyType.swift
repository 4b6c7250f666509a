/// What kind of key something is, by the names that the SSH protocol has for them.
enum KeyType: Hashable, Sendable {
  case rsa
  case ecdsa(EllipticCurve)
  case ed25519
  /// DSA (`ssh-dss`), which OpenSSH 9.8 and later do not have any more.
  case dsa
  /// A key that lives in a security token (`sk-…`), by its name.
  case securityKey(String)
  /// Another one, by its name.
  case other(String)

  /// The type with a name.
  ///
  /// - Parameter name: The name of a key's type, not of a certificate's.
  init(name: String) {
    switch name {
    case "ssh-rsa": self = .rsa
    case "ssh-ed25519": self = .ed25519
    case "ssh-dss": self = .dsa
    case _ where name.hasPrefix("sk-"): self = .securityKey(name)
    default:
      let curve = EllipticCurve.allCases.first { "ecdsa-sha2-\($0.rawValue)" == name }
      self = curve.map(KeyType.ecdsa) ?? .other(name)
    }
  }

  /// Its name, in public keys.
  var name: String {
    switch self {
    case .rsa: "ssh-rsa"
    case .ecdsa(let curve): "ecdsa-sha2-\(curve.rawValue)"
    case .ed25519: "ssh-ed25519"
    case .dsa: "ssh-dss"
    case .securityKey(let name), .other(let name): name
    }
  }
}
