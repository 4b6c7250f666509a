/// The hash functions that signatures are made with.
package protocol Digests {
  /// SHA-256 (FIPS 180-4): 32 bytes.
  func sha256(_ message: [UInt8]) -> [UInt8]

  /// HMAC with SHA-256 (RFC 2104): 32 bytes.
  func hmacSHA256(key: [UInt8], message: [UInt8]) -> [UInt8]
}
