/// The hash functions that host keys are shown and looked up with.
///
/// One that fails gives no bytes, which equal nothing that they are compared with.
protocol HostKeyHashes: Sendable {
  /// SHA-256 (FIPS 180-4): 32 bytes.
  func sha256(_ message: [UInt8]) -> [UInt8]

  /// HMAC with SHA-1 (RFC 2104): 20 bytes.
  func hmacSHA1(key: [UInt8], message: [UInt8]) -> [UInt8]
}
