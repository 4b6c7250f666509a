internal import CCrypto
internal import FileKit

/// A digest of OpenSSL that is being made.
@safe
final class DigestHandle {
  private let context: OpaquePointer
  private let length: Int

  /// A digest of nothing yet; nil: OpenSSL has none of this kind, as where the system forbids it.
  ///
  /// The corresponding C function is `EVP_DigestInit_ex`.
  ///
  /// - Parameter algorithm: Which one.
  init?(_ algorithm: FileChecksum.Algorithm) {
    let kind: OpaquePointer? =
      switch algorithm {
      case .sha256: unsafe EVP_sha256()
      case .sha512: unsafe EVP_sha512()
      case .sha384: unsafe EVP_sha384()
      case .sha224: unsafe EVP_sha224()
      case .sha1: unsafe EVP_sha1()
      case .md5: unsafe EVP_md5()
      case .crc32: nil
      }
    guard let kind = unsafe kind, let context = unsafe EVP_MD_CTX_new() else { return nil }
    guard unsafe EVP_DigestInit_ex(context, kind, nil) == 1 else {
      unsafe EVP_MD_CTX_free(context)
      ERR_clear_error()
      return nil
    }
    unsafe self.context = unsafe context
    length = algorithm.length
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Takes bytes; false: there is no memory.
  ///
  /// The corresponding C function is `EVP_DigestUpdate`.
  func update(_ bytes: [UInt8]) -> Bool {
    unsafe bytes.withUnsafeBytes { buffer in
      unsafe EVP_DigestUpdate(context, buffer.baseAddress, buffer.count) == 1
    }
  }

  /// The digest of all that was taken, once; nil: there is no memory.
  ///
  /// The corresponding C function is `EVP_DigestFinal_ex`.
  func finish() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    guard unsafe EVP_DigestFinal_ex(context, &bytes, &count) == 1, Int(count) == length else {
      return nil
    }
    return Array(bytes.prefix(length))
  }
}
