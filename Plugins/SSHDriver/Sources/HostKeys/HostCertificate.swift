/// What a certificate says of the key in it (PROTOCOL.certkeys of OpenSSH).
///
/// The signature is not checked here: nothing of it may be believed before somebody does.
struct HostCertificate: Hashable, Sendable {
  /// Whom it is for.
  enum Role: Hashable, Sendable {
    case user
    case host
    case other(UInt32)
  }

  /// The type of the key in it.
  let plainType: String
  /// The blob of the key in it, as it would be without the certificate.
  let plainBlob: [UInt8]
  let serial: UInt64
  let role: Role
  /// What the authority calls it, for its records.
  let keyID: String
  /// The names of the hosts or users; none: all.
  let principals: [String]
  /// Seconds since 1970 from which on it counts.
  let validAfter: UInt64
  /// Seconds since 1970 from which on it does not count any more; `UInt64.max`: for ever.
  let validBefore: UInt64
  /// The blob of the authority's key.
  let authorityBlob: [UInt8]

  /// Whether it counts at a moment.
  ///
  /// - Parameter seconds: The moment, in seconds since 1970.
  /// - Returns: Whether it does.
  func isValid(at seconds: UInt64) -> Bool { seconds >= validAfter && seconds < validBefore }
}
