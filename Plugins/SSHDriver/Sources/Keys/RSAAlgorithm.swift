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

  /// The forms of a key to offer a server with libssh2 1.10, one after the other.
  ///
  /// The server counts each of them as a try to log in: where it is known which form it takes, the other one would be
  /// for nothing. OpenSSH has taken SHA-2 since 7.2, and dropbear takes no key with the name of an algorithm.
  ///
  /// - Parameter banner: What the server says that it is.
  /// - Returns: The algorithms whose names the key is offered with.
  static func offered(banner: String) -> [RSAAlgorithm] {
    if banner.contains("dropbear") { return [.sha1] }
    guard let start = banner.firstRange(of: "OpenSSH_") else { return [.sha512, .sha1] }
    let numbers = banner[start.upperBound...].split(separator: ".", maxSplits: 1).map { part in
      Int(part.prefix { $0.isASCII && $0.isNumber })
    }
    guard numbers.count == 2, let major = numbers[0], let minor = numbers[1] else {
      return [.sha512, .sha1]
    }
    return (major, minor) >= (7, 2) ? [.sha512] : [.sha1]
  }
}
