/// The elliptic curves of ECDSA keys (RFC 5656 §10.1).
enum EllipticCurve: String, CaseIterable, Hashable, Sendable {
  case nistp256
  case nistp384
  case nistp521

  /// The curve that OpenSSL has a name for.
  ///
  /// - Parameter opensslName: The name, such as `prime256v1`.
  init?(opensslName: String) {
    guard let curve = Self.allCases.first(where: { $0.opensslName == opensslName }) else {
      return nil
    }
    self = curve
  }

  /// OpenSSL's name for it.
  var opensslName: String {
    switch self {
    case .nistp256: "prime256v1"
    case .nistp384: "secp384r1"
    case .nistp521: "secp521r1"
    }
  }
}
