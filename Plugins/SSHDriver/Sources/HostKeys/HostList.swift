/// The hosts that a line is for.
enum HostList: Hashable, Sendable {
  /// Patterns: one has to fit, and none that is negated.
  case patterns([HostPattern])
  /// The HMAC-SHA1 of a single name.
  case hashed(salt: [UInt8], hash: [UInt8])

  /// What is in front of a hashed name; 1 is the only kind that there is.
  private static let hashMark = "|1|"
  /// The length of the salt and of the hash, which is that of SHA-1.
  static let hashLength = 20

  /// Reads the list.
  ///
  /// - Parameter text: The first field of the line.
  /// - Throws: Why it is none.
  init(_ text: ArraySlice<UInt8>) throws(KnownHostsLine.Fault) {
    guard text.first == UInt8(ascii: "|") else {
      let parts = text.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: true)
      self = .patterns(parts.map(HostPattern.init))
      return
    }
    guard text.starts(with: HostList.hashMark.utf8) else { throw .badHash }
    let parts = text.dropFirst(HostList.hashMark.utf8.count)
      .split(separator: UInt8(ascii: "|"), omittingEmptySubsequences: false)
    guard parts.count == 2,
      let salt = try? Base64.bytes(parts[0], padding: .required),
      let hash = try? Base64.bytes(parts[1], padding: .required),
      salt.count == HostList.hashLength, hash.count == HostList.hashLength
    else { throw .badHash }
    self = .hashed(salt: salt, hash: hash)
  }

  /// Whether a host is in the list.
  ///
  /// - Parameters:
  ///   - name: Its name in lower case.
  ///   - hashes: The hash functions.
  /// - Returns: Whether it is.
  func contains(_ name: [UInt8], _ hashes: some HostKeyHashes) -> Bool {
    switch self {
    case .hashed(let salt, let hash): hashes.hmacSHA1(key: salt, message: name) == hash
    case .patterns(let patterns):
      patterns.contains { !$0.isNegated && $0.fits(name) }
        && !patterns.contains { $0.isNegated && $0.fits(name) }
    }
  }

  /// The text of a hashed name.
  ///
  /// - Parameters:
  ///   - name: The name in lower case.
  ///   - salt: 20 random bytes.
  ///   - hashes: The hash functions.
  /// - Returns: The text; nil: the salt is too short or too long, or there is no such hash function.
  static func hashedText(
    _ name: String,
    salt: [UInt8],
    _ hashes: some HostKeyHashes
  ) -> String? {
    let hash = hashes.hmacSHA1(key: salt, message: Array(name.utf8))
    guard salt.count == hashLength, hash.count == hashLength else { return nil }
    return "\(hashMark)\(Base64.text(salt))|\(Base64.text(hash))"
  }
}
