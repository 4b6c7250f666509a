internal import CSSH2

/// The libssh2 that is loaded, which may be another one than that of the headers.
enum SSHLibrary {
  /// Its version, such as 1.10.0.
  static let versionText: String =
    unsafe libssh2_version(0).map { unsafe String(cString: $0) } ?? ""

  /// The algorithms that it has, in its own order of preference.
  ///
  /// - Parameter kind: `LIBSSH2_METHOD_KEX` and the like.
  /// - Returns: Their names; none where there is no memory.
  static func supported(_ kind: Int32) -> [String] {
    guard let session = unsafe libssh2_session_init_ex(nil, nil, nil, nil) else { return [] }
    defer { unsafe libssh2_session_free(session) }
    var names: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    let count = unsafe libssh2_session_supported_algs(session, kind, &names)
    guard count > 0, let names = unsafe names else { return [] }
    defer { unsafe libssh2_free(session, names) }
    return (0..<Int(count)).compactMap { index in
      unsafe names[index].map { unsafe String(cString: $0) }
    }
  }

  /// The algorithms for host keys that it has.
  static let hostKeyAlgorithms = supported(LIBSSH2_METHOD_HOSTKEY)

  /// Its version as a number, such as 0x010A00.
  static let version: Int = {
    let parts = versionText.split(separator: ".").prefix(3).map { part in
      Int(part.prefix { $0.isNumber }) ?? 0
    }
    return parts.count == 3 ? parts[0] << 16 | parts[1] << 8 | parts[2] : 0
  }()
}
