/// What RSA keys sign with (RFC 8332, RFC 4253).
enum RSAAlgorithm: String, CaseIterable, Sendable {
  case sha512 = "rsa-sha2-512"
  case sha256 = "rsa-sha2-256"
  case sha1 = "ssh-rsa"

  /// OpenSSL's name for the digest.
  var digest: String {
    switch self {
    case .sha512: "SHA512"
    case .sha256: "SHA256"
    case .sha1: "SHA1"
    }
  }
}
