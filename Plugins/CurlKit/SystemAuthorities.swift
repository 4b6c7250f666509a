internal import Glibc

/// The certificate authorities that the system trusts.
package enum SystemAuthorities {
  /// Whether libcurl's default folder of them is one that OpenSSL finds certificates in: each under the
  /// hash of its name, as openssl-rehash(1) makes it.
  package static let areInFolder: Bool = {
    guard let path = CurlDefaults.authorityFolder, let folder = unsafe opendir(path) else {
      return false
    }
    defer { unsafe closedir(folder) }
    while let entry = unsafe readdir(folder) {
      let isHash = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
        unsafe name[8] == UInt8(ascii: ".") && name[..<8].allSatisfy(isHexadecimal)
      }
      if isHash { return true }
    }
    return false
  }()

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
      || byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "f")
  }
}
